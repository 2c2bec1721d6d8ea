// Layers at even distances, the first and the last among them.

import Backbones

package enum SpreadPolicy: MaskPolicy {
  package static let name = "spread"
  package static let summary = "evenly, the first and the last among them"

  package static func mask(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) -> LayerMask {
    LayerMask.spread(keeping: count, of: context.layerCount)
  }
}
