// Layers kept by lot in every utterance for itself: LDASR's "probabilistic".

import Backbones
import Base

/// Each layer runs with probability count / layers, which is 1 - drop ratio: depth is an average, and
/// utterances differ. What is drawn for a layer depends on seed, utterance and layer alone.
package enum BernoulliPolicy: LayerPolicy {
  package static let name = "bernoulli"
  package static let summary = "by lot, anew for each utterance"
  package static let isDrawn = true

  package static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) -> Walk {
    let layers = context.layerCount
    if let only = context.onlyMask(keeping: count) { return Walk(only) }
    return Walk(
      policy: name, seed: seed, keeping: count, of: layers,
      choice: { layer, utterance in
        let place = utterance.utf8.reduce(RandomGenerator(seed: seed, streams: 0xBE12)) {
          RandomGenerator(seed: $0.state, streams: UInt64($1))
        }
        var random = RandomGenerator(seed: place.state, streams: UInt64(layer))
        return Int.random(in: 0..<layers, using: &random) < count
      })
  }
}
