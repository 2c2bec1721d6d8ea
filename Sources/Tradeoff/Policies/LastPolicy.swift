// The highest layers.

import Backbones

package enum LastPolicy: LayerPolicy {
  package static let name = "last"
  package static let summary = "those next to the text"

  package static func mask(keeping count: Int, of layerCount: Int, seed: UInt64) -> LayerMask {
    LayerMask(layerCount: layerCount, keeping: (layerCount - count)..<layerCount)
  }
}
