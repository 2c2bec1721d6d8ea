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
    let whole = count / Vector.width * Vector.width
    applyToVectors(
      weights, gradients, firstMoment, secondMoment, count: whole, weightDecay: weightDecay, c)
    let rest = count - whole
    if rest == 0 { return }
    // The ragged end as a vector of its own.
    var ends = Tensor(zeros: 4, Vector.width)
    let end = ends.mutablePointer
    let (g, m, v) = (end + Vector.width, end + 2 * Vector.width, end + 3 * Vector.width)
    let places = [(end, weights), (m, firstMoment), (v, secondMoment)]
    for (copy, place) in places { copy.update(from: place + whole, count: rest) }
    g.update(from: gradients + whole, count: rest)
    applyToVectors(end, g, m, v, count: Vector.width, weightDecay: weightDecay, c)
    for (copy, place) in places { (place + whole).update(from: copy, count: rest) }
  }

  private static func applyToVectors(
    _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    _ firstMoment: UnsafeMutablePointer<Float>, _ secondMoment: UnsafeMutablePointer<Float>,
    count: Int, weightDecay: Float, _ c: Coefficients
  ) {
    let keep = 1 - c.learningRate * weightDecay
    var i = 0
    while i < count {
      let g = Vector(load: gradients + i) * c.gradientScale
      let oldFirst = Vector(load: firstMoment + i)
      let m = oldFirst + (g - oldFirst) * c.rest1
      let v = Vector(load: secondMoment + i) * c.beta2 + g * g * c.rest2
      let denominator = v.squareRoot() * c.inverseRoot + c.epsilon
      let w = Vector(load: weights + i) * keep - m / denominator * c.stepSize
      m.store(firstMoment + i)
      v.store(secondMoment + i)
      w.store(weights + i)
      i &+= Vector.width
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
