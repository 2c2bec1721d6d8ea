// What a user chooses, and what of it is measured.

import Backbones
import Speech
import Tradeoff

/// An operating point and how it came about: what `undo` goes back to.
package struct Choice: Sendable, Equatable {
  /// Index into the subject's models.
  package var model: Int
  package var walk: Walk
  /// Name of the policy that the slider asks, one that the model has; kept while layers are set by hand.
  package var policy: String
  /// True when layers were toggled by hand since the policy last chose.
  package var isManual: Bool
  /// Of policies that draw.
  package var seed: UInt64
  /// How much of the linear layers is computed, and how exactly.
  package var compute = Compute.full
  /// How words are found.
  package var decoding = Decoding.greedy

  package var point: OperatingPoint {
    OperatingPoint(model: model, walk: walk, compute: compute, decoding: decoding)
  }

  /// The policy's walk of so many layers of a model that has it.
  func walk(keeping count: Int, by model: ModelPolicies) -> Walk {
    model.walk(policy, seed: seed, keeping: count)
  }

  /// Leaves it to the policy which layers stay.
  mutating func keep(_ count: Int, by model: ModelPolicies) {
    isManual = false
    walk = walk(keeping: count, by: model)
  }
}
