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
    eachVector(count) { i, lanes in
      let g = Vector(load: gradients + i, count: lanes) * c.gradientScale
      let oldFirst = Vector(load: firstMoment + i, count: lanes)
      let m = oldFirst + (g - oldFirst) * c.rest1
      let v = Vector(load: secondMoment + i, count: lanes) * c.beta2 + g * g * c.rest2
      let denominator = v.squareRoot() * c.inverseRoot + c.epsilon
      let w = Vector(load: weights + i, count: lanes) * keep - m / denominator * c.stepSize
      m.store(firstMoment + i, count: lanes)
      v.store(secondMoment + i, count: lanes)
      w.store(weights + i, count: lanes)
    }
  }

  /// Sum of squares in Double, so that millions of values do not lose the small ones.
  package static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    // Float lanes over short runs, then Double.
    for start in stride(from: 0, to: count, by: 4096) {
      let run = values + start
      var sums = Vector.zero
      eachVector(min(4096, count - start)) {
        let x = Vector(load: run + $0, count: $1)
        sums.addProduct(x, x)
      }
      total += Double(sums.total)
    }
    return total
  }
}
