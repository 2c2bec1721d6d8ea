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
    /// Frames of the whole batch, all workers; nil where the statistics are not the batch's.
    package let frames: Float?
  }

  /// As in evaluation: statistics do not depend on the batch, and stay as they are.
  package static func forward(
    _ x: Tensor, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    fixed: (mean: UnsafePointer<Float>, variance: UnsafePointer<Float>)
  ) -> (output: Tensor, statistics: Statistics) {
    let (n, c) = (x.rows, x.columns)
    var saved = Tensor(uninitialized: 2 * c)
    let (mean, inverse) = (saved.mutablePointer, saved.mutablePointer + c)
    for j in 0..<c {
      mean[j] = fixed.mean[j]
      inverse[j] = 1 / (fixed.variance[j] + epsilon).squareRoot()
    }
    var y = Tensor(uninitialized: n, c)
    NormalizedRows.write(
      x.pointer, rows: n, columns: c, stride: c, mean: mean, inverse: inverse, weight: weight,
      bias: bias, into: y.mutablePointer)
    return (y, Statistics(meanAndInverse: saved, frames: nil))
  }

  /// x is frames x c. Running statistics move by `momentum` (the variance unbiased, as in PyTorch)
  /// when given; one worker of a step passes them.
  package static func forward(
    _ x: Tensor, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    running: (mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>)?,
    reduce: AllReduce, worker: Int
  ) -> (output: Tensor, statistics: Statistics) {
    let (n, c) = (x.rows, x.columns)
    // Of all workers: the means and the frames first, then the squares around the means.
    var saved = Tensor(uninitialized: 2 * c)
    let (mean, inverse) = (saved.mutablePointer, saved.mutablePointer + c)
    var shared = Tensor(zeros: c + 1)
    let s = shared.mutablePointer
    ColumnSums.add(x.pointer, rows: n, columns: c, to: s)
    s[c] = Float(n)
    reduce.sum(s, count: c + 1, worker: worker)
    let frames = s[c]
    for j in 0..<c { mean[j] = s[j] / frames }
    let squares = ColumnSums.squares(x.pointer, rows: n, columns: c, stride: c, around: mean)
    s.update(repeating: 0, count: c)
    ColumnSums.add(squares[...], to: s)
    reduce.sum(s, count: c, worker: worker)
    for j in 0..<c {
      let variance = s[j] / frames
      inverse[j] = 1 / (variance + epsilon).squareRoot()
      if let running {
        let unbiased = variance * frames / max(frames - 1, 1)
        running.mean[j] += momentum * (mean[j] - running.mean[j])
        running.variance[j] += momentum * (unbiased - running.variance[j])
      }
    }
    var y = Tensor(uninitialized: n, c)
    NormalizedRows.write(
      x.pointer, rows: n, columns: c, stride: c, mean: mean, inverse: inverse, weight: weight,
      bias: bias, into: y.mutablePointer)
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
    let sums = NormalizedRows.gradientSums(
      dy.pointer, x.pointer, rows: n, columns: c, mean: mean, inverse: inverse)
    ColumnSums.add(sums[..<c], to: biasGradient)
    ColumnSums.add(sums[c...], to: weightGradient)
    // Fixed statistics pass nothing on from one row to another.
    var means = [Float](repeating: 0, count: 2 * c)
    if let frames = statistics.frames {
      means = sums.map { Float($0 / Double(frames)) }
      means.withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { reduce.sum(base, count: 2 * c, worker: worker) }
      }
    }
    var dx = Tensor(uninitialized: n, c)
    NormalizedRows.writeGradient(
      dy.pointer, x.pointer, rows: n, columns: c, mean: mean, inverse: inverse, weight: weight,
      meanGradients: means, into: dx.mutablePointer)
    return dx
  }
}
