// y = (x - mean) / sqrt(var + eps) * weight + bias per channel, over all frames of a batch.

import Base

/// BatchNorm (Ioffe & Szegedy, arXiv 1502.03167) as `torch.nn.BatchNorm1d` over real frames only:
/// packing means padding never enters the statistics. In training the statistics are summed over the
/// step's workers; in evaluation the running ones are folded into the convolution before it.
package enum BatchNorm {
  package static let epsilon: Float = 1e-5
  package static let momentum: Float = 0.1

  /// What a training pass keeps.
  package struct Statistics: Sendable {
    /// c means, then c values of 1/sqrt(var + eps).
    package let meanAndInverse: Tensor
    /// Frames of the whole batch, all workers.
    package let frames: Float
  }

  /// x is frames x c. Running statistics move by `momentum` (the variance unbiased, as in PyTorch)
  /// when given; one worker of a step passes them.
  package static func forward(
    _ x: Tensor, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    running: (mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>)?,
    reduce: AllReduce, worker: Int
  ) -> (output: Tensor, statistics: Statistics) {
    let (n, c) = (x.rows, x.columns)
    // Each worker centres on its own mean, so the sums of squares do not cancel.
    var sums = Tensor(zeros: 2 * c + 1)
    let s = sums.mutablePointer
    addColumnSums(x.pointer, rows: n, columns: c, to: s)
    var local = Tensor(uninitialized: c)
    let localMean = local.mutablePointer
    mapVectors(s, into: localMean, count: c) { $0 / Float(max(n, 1)) }
    for row in 0..<n {
      mapVectors(s + c, x.pointer + row * c, localMean, into: s + c, count: c) { sum, x, mean in
        let d = x - mean
        return sum.addingProduct(d, d)
      }
    }
    mapVectors(s + c, s, localMean, into: s + c, count: c) { $0.addingProduct($1, $2) }
    s[2 * c] = Float(n)
    reduce.sum(s, count: 2 * c + 1, worker: worker)

    let frames = s[2 * c]
    var saved = Tensor(uninitialized: 2 * c)
    let (mean, inverse) = (saved.mutablePointer, saved.mutablePointer + c)
    for j in 0..<c {
      mean[j] = s[j] / frames
      let variance = max(s[c + j] / frames - mean[j] * mean[j], 0)
      inverse[j] = 1 / (variance + epsilon).squareRoot()
      if let running {
        let unbiased = variance * frames / max(frames - 1, 1)
        running.mean[j] += momentum * (mean[j] - running.mean[j])
        running.variance[j] += momentum * (unbiased - running.variance[j])
      }
    }
    var y = Tensor(uninitialized: n, c)
    let out = y.mutablePointer
    var factors = Tensor(uninitialized: 2 * c)
    let (scale, shift) = (factors.mutablePointer, factors.mutablePointer + c)
    mapVectors(weight, inverse, into: scale, count: c) { $0 * $1 }
    mapVectors(bias, mean, scale, into: shift, count: c) { $0 - $1 * $2 }
    for row in 0..<n {
      mapVectors(x.pointer + row * c, scale, shift, into: out + row * c, count: c) {
        $2.addingProduct($0, $1)
      }
    }
    return (y, Statistics(meanAndInverse: saved, frames: frames))
  }

  /// Adds this worker's share to the parameters' gradients and returns d/dx (frames x c).
  package static func backward(
    _ dy: Tensor, input x: Tensor, statistics: Statistics, weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    reduce: AllReduce, worker: Int
  ) -> Tensor {
    let (n, c) = (x.rows, x.columns)
    let (mean, inverse) = (
      statistics.meanAndInverse.pointer, statistics.meanAndInverse.pointer + c
    )
    var sums = Tensor(zeros: 2 * c)
    let s = sums.mutablePointer
    for row in 0..<n {
      let (g, r) = (dy.pointer + row * c, x.pointer + row * c)
      mapVectors(s, g, into: s, count: c) { $0 + $1 }
      var j = 0
      while j &+ 16 <= c {
        let centred = (Vector(load: r + j) - Vector(load: mean + j)) * Vector(load: inverse + j)
        Vector(load: s + c + j).addingProduct(Vector(load: g + j), centred).store(s + c + j)
        j &+= 16
      }
      while j < c {
        s[c + j] += g[j] * (r[j] - mean[j]) * inverse[j]
        j &+= 1
      }
    }
    mapVectors(biasGradient, s, into: biasGradient, count: c) { $0 + $1 }
    mapVectors(weightGradient, s + c, into: weightGradient, count: c) { $0 + $1 }
    reduce.sum(s, count: 2 * c, worker: worker)
    // dx = w inv (dy - mean(dy) - x^ mean(dy x^)), as dy a + x b + d per channel.
    var factors = Tensor(uninitialized: 3 * c)
    let a = factors.mutablePointer
    let (b, d) = (a + c, a + 2 * c)
    for j in 0..<c {
      let (meanG, meanGX) = (s[j] / statistics.frames, s[c + j] / statistics.frames)
      a[j] = weight[j] * inverse[j]
      b[j] = -a[j] * inverse[j] * meanGX
      d[j] = -a[j] * meanG - b[j] * mean[j]
    }
    var dx = Tensor(uninitialized: n, c)
    let out = dx.mutablePointer
    for row in 0..<n {
      let o = out + row * c
      mapVectors(x.pointer + row * c, b, d, into: o, count: c) { $2.addingProduct($0, $1) }
      mapVectors(o, dy.pointer + row * c, a, into: o, count: c) { $0.addingProduct($1, $2) }
    }
    return dx
  }
}
