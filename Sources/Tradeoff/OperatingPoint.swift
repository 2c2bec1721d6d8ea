// What a measurement, a caption or a race is of.

import Speech

/// A model, what of it runs, and how words are found in what it says.
package struct OperatingPoint: Hashable, Sendable {
  /// By the asker's own numbering.
  package var model: Int
  package var walk: Walk
  /// How words are found.
  package var decoding: Decoding

  package init(model: Int, walk: Walk, decoding: Decoding) {
    self.model = model
    self.walk = walk
    self.decoding = decoding
  }

  package init(_ request: EvaluationRequest) {
    self.init(model: request.model, walk: request.walk, decoding: request.decoding)
  }

  /// The same model and decoding, every layer.
  package var full: OperatingPoint {
    OperatingPoint(model: model, walk: .full(walk.layerCount), decoding: decoding)
  }
}
