// What a user chooses, and what of it is measured.

import Backbones
import Speech
import Tradeoff

/// What a measurement is of.
package struct OperatingPoint: Hashable, Sendable {
  /// Index into the subject's models.
  package var model: Int
  package var mask: LayerMask
  /// How words are found.
  package var decoding: Decoding

  package init(model: Int, mask: LayerMask, decoding: Decoding) {
    self.model = model
    self.mask = mask
    self.decoding = decoding
  }

  package init(_ request: EvaluationRequest) {
    self.init(model: request.model, mask: request.mask, decoding: request.decoding)
  }

  /// The same model and decoding, every layer.
  var full: OperatingPoint {
    OperatingPoint(model: model, mask: .full(mask.layerCount), decoding: decoding)
  }
}

/// An operating point and how it came about: what `undo` goes back to.
package struct Choice: Sendable, Equatable {
  /// Index into the subject's models.
  package var model: Int
  package var mask: LayerMask
  /// Name of the policy that the slider asks, one that the model has; kept while layers are set by hand.
  package var policy: String
  /// True when layers were toggled by hand since the policy last chose.
  package var isManual: Bool
  /// Of the random policy.
  package var seed: UInt64
  /// How words are found.
  package var decoding = Decoding.greedy

  package var point: OperatingPoint {
    OperatingPoint(model: model, mask: mask, decoding: decoding)
  }

  /// The policy's mask of so many layers of a model that has it.
  func mask(keeping count: Int, by model: ModelPolicies) -> LayerMask {
    model.mask(policy, seed: seed, keeping: count)
  }

  /// Leaves it to the policy which layers stay.
  mutating func keep(_ count: Int, by model: ModelPolicies) {
    isManual = false
    mask = mask(keeping: count, by: model)
  }
}
