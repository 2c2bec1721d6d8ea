// What a measurement, a caption or a race is of.

import Backbones
import Speech

/// A model, which of its layers run and how much of them, and how words are found in what it says.
package struct OperatingPoint: Hashable, Sendable {
  /// By the asker's own numbering.
  package var model: Int
  package var walk: Walk
  package var compute: Compute
  /// How words are found.
  package var decoding: Decoding

  package init(model: Int, walk: Walk, compute: Compute = .full, decoding: Decoding) {
    self.model = model
    self.walk = walk
    self.compute = compute
    self.decoding = decoding
  }

  /// The same model and decoding, all of every layer.
  package var full: OperatingPoint {
    OperatingPoint(model: model, walk: .full(walk.layerCount), decoding: decoding)
  }
}
