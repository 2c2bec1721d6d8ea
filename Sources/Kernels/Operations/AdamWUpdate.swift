// The arithmetic of one AdamW step over a run of values, and the sum of squares that clipping
// needs.

import Foundation

/// Loops of the optimiser over flat buffers.
package enum AdamWUpdate {
  /// What one step's update of every value has in common.
  package struct Coefficients: Sendable {
    fileprivate let learningRate: Float
    fileprivate let beta2: Float
    fileprivate let rest1: Float
    fileprivate let rest2: Float
    fileprivate let epsilon: Float
    fileprivate let stepSize: Float
    fileprivate let inverseRoot: Float
    fileprivate let gradientScale: Float

    /// - Parameters:
    ///   - step: counts from 1; decides the bias correction of the moments, which start at 0.
    ///   - gradientScale: multiplies every gradient first: clipping, and averaging over shards.
    package init(
      learningRate: Float, beta1: Double, beta2: Double, epsilon: Double, step: Int,
      gradientScale: Float
    ) {
      // 1 - beta is taken in Double: near 1 a Float beta would be off in the sixth digit.
      self.learningRate = learningRate
      self.beta2 = Float(beta2)
      rest1 = Float(1 - beta1)
      rest2 = Float(1 - beta2)
      self.epsilon = Float(epsilon)
      stepSize = Float(Double(learningRate) / (1 - pow(beta1, Double(step))))
      inverseRoot = Float(1 / (1 - pow(beta2, Double(step))).squareRoot())
      self.gradientScale = gradientScale
    }
  }

  /// Loshchilov & Hutter (ICLR 2019) as torch.optim.AdamW does it: decay first, then the Adam step.
  package static func apply(
    weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
    count: Int, weightDecay: Float, _ c: Coefficients
  ) {
    let keep = 1 - c.learningRate * weightDecay
    var index = 0
    while index < count {
      let lanes = min(VectorMath.width, count - index)
      let g = VectorMath.load(gradients + index, first: lanes) * c.gradientScale
      let oldFirst = VectorMath.load(firstMoment + index, first: lanes)
      let m = oldFirst + (g - oldFirst) * c.rest1
      let v = VectorMath.load(secondMoment + index, first: lanes) * c.beta2 + g * g * c.rest2
      let denominator = v.squareRoot() * c.inverseRoot + c.epsilon
      let w = VectorMath.load(weights + index, first: lanes) * keep - m / denominator * c.stepSize
      VectorMath.store(m, firstMoment + index, first: lanes)
      VectorMath.store(v, secondMoment + index, first: lanes)
      VectorMath.store(w, weights + index, first: lanes)
      index += VectorMath.width
    }
  }

  /// Sum of squares in Double, so that millions of values do not lose the small ones.
  package static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    var start = 0
    // Float lanes over short runs, then Double.
    while start < count {
      let end = min(start + 4096, count)
      var sums = SIMD16<Float>(repeating: 0)
      while start < end {
        let x = VectorMath.load(values + start, first: min(VectorMath.width, end - start))
        sums.addProduct(x, x)
        start += VectorMath.width
      }
      total += Double(VectorMath.sum(sums))
      start = end
    }
    return total
  }
}
