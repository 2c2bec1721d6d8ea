// Each channel normalised over the time of its own utterance.

/// `torch.nn.GroupNorm(c, c)` over packed rows (frames x c): a group a channel, statistics over the
/// frames of one utterance, the variance biased. What the first convolution of wav2vec 2.0 has.
package enum ChannelNorm {
  package static let epsilon: Float = 1e-5

  /// Returns y (frames x c), and for `backward` each utterance's means and 1/sqrt(var + eps)
  /// (utterances x 2c).
  package static func forward(
    _ x: Tensor, lengths: [Int], weight: UnsafePointer<Float>, bias: UnsafePointer<Float>
  ) -> (output: Tensor, statistics: Tensor) {
    let c = x.columns
    var y = Tensor(uninitializedShape: x.shape)
    var statistics = Tensor(zeros: lengths.count, 2 * c)
    let (out, saved) = (y.mutablePointer, statistics.mutablePointer)
    var start = 0
    for (index, length) in lengths.enumerated() where length > 0 {
      let rows = x.pointer + start * c
      let target = out + start * c
      Parallel.split(c, grain: Vector.width, work: 4 * length * c) { channels in
        let first = channels.lowerBound
        normalize(
          rows + first, rows: length, columns: channels.count, stride: c, weight: weight + first,
          bias: bias + first, into: target + first, mean: saved + (index * 2 * c + first),
          inverse: saved + (index * 2 * c + c + first))
      }
      start += length
    }
    return (y, statistics)
  }

  @inline(never)
  private static func normalize(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, weight: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>
  ) {
    let sums = ColumnSums.of(x, rows: rows, columns: columns, stride: stride)
    for (j, sum) in sums.enumerated() { mean[j] = Float(sum / Double(rows)) }
    let squares = ColumnSums.squares(
      x, rows: rows, columns: columns, stride: stride, around: mean)
    for (j, sum) in squares.enumerated() {
      inverse[j] = Float(1 / (sum / Double(rows) + Double(epsilon)).squareRoot())
    }
    NormalizedRows.write(
      x, rows: rows, columns: columns, stride: stride, mean: mean, inverse: inverse,
      weight: weight, bias: bias, into: y)
  }

  /// Adds to the parameters' gradients and returns d/dx (frames x c).
  package static func backward(
    _ dy: Tensor, input x: Tensor, statistics: Tensor, lengths: [Int],
    weight: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>
  ) -> Tensor {
    let c = x.columns
    var dx = Tensor(uninitializedShape: x.shape)
    let out = dx.mutablePointer
    var start = 0
    for (index, length) in lengths.enumerated() where length > 0 {
      let mean = statistics.pointer + index * 2 * c
      let (gradient, rows) = (dy.pointer + start * c, x.pointer + start * c)
      let sums = NormalizedRows.gradientSums(
        gradient, rows, rows: length, columns: c, mean: mean, inverse: mean + c)
      ColumnSums.add(sums[..<c], to: biasGradient)
      ColumnSums.add(sums[c...], to: weightGradient)
      NormalizedRows.writeGradient(
        gradient, rows, rows: length, columns: c, mean: mean, inverse: mean + c, weight: weight,
        meanGradients: sums.map { Float($0 / Double(length)) }, into: out + start * c)
      start += length
    }
    return dx
  }
}
