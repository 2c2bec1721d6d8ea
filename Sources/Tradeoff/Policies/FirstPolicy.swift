// The lowest layers: what early exit does.

import Backbones

package enum FirstPolicy: MaskPolicy {
  package static let name = "first"
  package static let summary = "those next to the audio"

  package static func mask(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) -> LayerMask {
    LayerMask(layerCount: context.layerCount, keeping: 0..<count)
  }
}
