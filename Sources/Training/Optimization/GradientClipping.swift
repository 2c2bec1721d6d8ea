// Clipping by the global gradient norm, in parts that workers can share.

import Kernels

/// What torch.nn.utils.clip_grad_norm_ does, split in two: each worker sums the squares of its
/// slice, the sums are added, and the resulting scale goes to `AdamW.update`, which saves a pass.
package enum GradientClipping {
  package static func sumOfSquares(_ gradients: ParameterBuffer, range: Range<Int>) -> Double {
    AdamWUpdate.sumOfSquares(gradients.pointer + range.lowerBound, count: range.count)
  }

  /// The factor that brings a gradient of that norm down to at most `maximum`; never above 1.
  package static func scale(norm: Double, maximum: Double) -> Float {
    Float(min(1, maximum / (norm + 1e-6)))
  }
}
