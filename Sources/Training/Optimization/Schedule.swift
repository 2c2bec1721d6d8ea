// Learning rate as a function of the step.

import Foundation

/// A learning-rate schedule. Steps count from 1, the first update of the weights.
package enum Schedule: Codable, Sendable, Equatable {
  case constant(Float)
  /// Linear from 0 to `peak` at step `warmup`, then half a cosine down to `floor` at step `total`.
  case warmupCosine(peak: Float, warmup: Int, total: Int, floor: Float = 0)
  /// factor * size^-0.5 * min(step^-0.5, step * warmup^-1.5) (Vaswani et al., 2017), which LDASR
  /// uses with size 256, warmup 8000 and factor 1.
  case noam(size: Int, warmup: Int, factor: Float = 1)

  package func learningRate(step: Int) -> Float {
    switch self {
    case .constant(let rate):
      return rate
    case .warmupCosine(let peak, let warmup, let total, let floor):
      if step < warmup { return peak * Float(step) / Float(warmup) }
      let done = min(1, Double(step - warmup) / Double(max(1, total - warmup)))
      return floor + (peak - floor) * Float((1 + cos(Double.pi * done)) / 2)
    case .noam(let size, let warmup, let factor):
      let step = Double(max(1, step))
      let rate =
        pow(Double(size), -0.5) * min(pow(step, -0.5), step * pow(Double(warmup), -1.5))
      return factor * Float(rate)
    }
  }
}
