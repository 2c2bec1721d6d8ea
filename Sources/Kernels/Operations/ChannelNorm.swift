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
    var factors = Tensor(uninitialized: 2 * c)
    let (out, saved) = (y.mutablePointer, statistics.mutablePointer)
    let (scales, shifts) = (factors.mutablePointer, factors.mutablePointer + c)
    var start = 0
    for (index, length) in lengths.enumerated() where length > 0 {
      let rows = x.pointer + start * c
      let target = out + start * c
      Parallel.split(c, grain: VectorMath.width, work: 4 * length * c) { channels in
        let (first, count) = (channels.lowerBound, channels.count)
        let mean = saved + index * 2 * c + first
        let (inverse, scale, shift) = (mean + c, scales + first, shifts + first)
        for row in 0..<length {
          mapVectors(mean, rows + row * c + first, into: mean, count: count) { $0 + $1 }
        }
        let share = 1 / Float(length)
        mapVectors(mean, into: mean, count: count) { $0 * share }
        // Two passes: centred squares do not cancel.
        for row in 0..<length {
          mapVectors(inverse, rows + row * c + first, mean, into: inverse, count: count) {
            $0.addingProduct($1 - $2, $1 - $2)
          }
        }
        mapVectors(inverse, into: inverse, count: count) {
          1 / ($0 * share + epsilon).squareRoot()
        }
        mapVectors(weight + first, inverse, into: scale, count: count) { $0 * $1 }
        mapVectors(bias + first, mean, scale, into: shift, count: count) { $0 - $1 * $2 }
        for row in 0..<length {
          mapVectors(
            rows + row * c + first, scale, shift, into: target + row * c + first, count: count
          ) { $2.addingProduct($0, $1) }
        }
      }
      start += length
    }
    return (y, statistics)
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
      let inverse = mean + c
      var sums = Tensor(zeros: 2 * c)
      let (sumG, sumGX) = (sums.mutablePointer, sums.mutablePointer + c)
      for row in start..<start + length {
        let (g, r) = (dy.pointer + row * c, x.pointer + row * c)
        mapVectors(sumG, g, into: sumG, count: c) { $0 + $1 }
        for j in 0..<c { sumGX[j] += g[j] * (r[j] - mean[j]) * inverse[j] }
      }
      mapVectors(biasGradient, sumG, into: biasGradient, count: c) { $0 + $1 }
      mapVectors(weightGradient, sumGX, into: weightGradient, count: c) { $0 + $1 }
      let share = 1 / Float(length)
      for row in start..<start + length {
        let (g, r, o) = (dy.pointer + row * c, x.pointer + row * c, out + row * c)
        for j in 0..<c {
          let normalized = (r[j] - mean[j]) * inverse[j]
          o[j] =
            weight[j] * inverse[j] * (g[j] - sumG[j] * share - normalized * sumGX[j] * share)
        }
      }
      start += length
    }
    return dx
  }
}
