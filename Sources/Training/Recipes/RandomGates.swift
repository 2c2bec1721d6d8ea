// The gates g_i of layer dropping: one mask a step, shared by the whole batch.

import Backbones
import Base

package enum RandomGates {
  /// The layers kept at `step`, in the step's partial pass `pass` from 0: a function of seed, step and
  /// pass, so a resumed run draws the same ones. Never empty. Where the options have a mask for as many
  /// layers it is that one in every step.
  package static func mask(
    step: Int, pass: Int = 0, layerCount: Int, options: TrainingOptions
  ) -> LayerMask {
    if let text = options.fixedMask, let mask = try? LayerMask(text, layerCount: layerCount) {
      return mask
    }
    var random = RandomGenerator(
      seed: options.seed, streams: Stream.gates, UInt64(step) + UInt64(pass) << 32)
    switch options.gates {
    case .bernoulli, .linear:
      precondition(options.keepProbability > 0, "no gate would ever open")
      let probabilities = (0..<layerCount).map { layer in
        options.gates == .bernoulli
          ? options.keepProbability
          : survival(ofLayer: layer, of: layerCount, mean: options.keepProbability)
      }
      while true {
        let kept = (0..<layerCount).filter { Double(random.uniform()) < probabilities[$0] }
        if !kept.isEmpty { return LayerMask(layerCount: layerCount, keeping: kept) }
      }
    case .uniform:
      let count = Int.random(in: 1...layerCount, using: &random)
      return RandomGates.mask(keeping: count, of: layerCount, using: &random)
    case .spread:
      let count = Int.random(in: 1...max(1, layerCount - 1), using: &random)
      return mask(keeping: count, of: layerCount, spreadShare: 0.5, using: &random)
    case .shallow, .ladder:
      let counts = min(2, layerCount)...max(min(2, layerCount), layerCount - 1)
      var left = Double(random.uniform()) * counts.reduce(0) { $0 + 1 / Double($1) }
      let count = counts.first {
        left -= 1 / Double($0)
        return left < 0
      }
      return mask(
        keeping: count ?? counts.upperBound, of: layerCount,
        spreadShare: options.gates == .ladder ? 0.75 : 0.5, using: &random)
    }
  }

  /// The chance that `layer`, from 0, is kept by `linear` gates: equal steps down with depth, as in
  /// stochastic depth (Huang et al., arXiv 1603.09382, section 3), but around a mean that is given,
  /// and over half of the room around it, so that the last layer learns, too.
  private static func survival(ofLayer layer: Int, of layerCount: Int, mean: Double) -> Double {
    guard layerCount > 1 else { return mean }
    let place = Double(layer) / Double(layerCount - 1)
    return mean + min(1 - mean, mean) * (0.5 - place)
  }

  /// The evenly spread mask with probability `spreadShare`, else any.
  private static func mask(
    keeping count: Int, of layerCount: Int, spreadShare: Float,
    using random: inout RandomGenerator
  ) -> LayerMask {
    random.uniform() < spreadShare
      ? .spread(keeping: count, of: layerCount)
      : RandomGates.mask(keeping: count, of: layerCount, using: &random)
  }

  private static func mask(
    keeping count: Int, of layerCount: Int, using random: inout RandomGenerator
  ) -> LayerMask {
    let order = Array(0..<layerCount).shuffled(using: &random)
    return LayerMask(layerCount: layerCount, keeping: order.prefix(count))
  }
}
