// The highest layers.

import Backbones

package enum LastPolicy: MaskPolicy {
  package static let name = "last"
  package static let summary = "those next to the text"

  package static func mask(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) -> LayerMask {
    let layers = context.layerCount
    return LayerMask(layerCount: layers, keeping: layers - count..<layers)
  }
}
