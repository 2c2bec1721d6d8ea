// Layers drawn at random, as in training.

import Backbones
import Base

/// One seed gives nested masks: the first `count` layers of one shuffled order, so sliding drops or
/// adds one layer at a time.
package enum RandomPolicy: MaskPolicy {
  package static let name = "random"
  package static let summary = "drawn by lot; another seed draws others"
  package static let isDrawn = true

  package static func mask(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) -> LayerMask {
    var random = RandomGenerator(seed: seed, streams: 0xD309)
    let order = Array(0..<context.layerCount).shuffled(using: &random)
    return LayerMask(layerCount: context.layerCount, keeping: order.prefix(count))
  }
}
