// 1-D convolution over time with a stride and no padding, per utterance, as matrix products.

/// `torch.nn.Conv1d(i, o, k, stride)` on packed rows. The rows that `stride` neighbouring taps see are a
/// matrix of `stride` i columns without gaps or overlaps, so a convolution is k / stride products, rounded
/// up, per utterance, and no patches are copied. x is total frames x i; the weight o x i x k as torch
/// stores it; the bias o, or none.
package enum StridedConvolution {
  /// floor((T - k) / stride) + 1, or 0 when T < k.
  package static func outputLength(_ length: Int, kernel: Int, stride: Int) -> Int {
    length < kernel ? 0 : (length - kernel) / stride + 1
  }

  /// Returns total output frames x o, and the output lengths.
  package static func forward(
    _ x: Tensor, lengths: [Int], weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    outputs o: Int, kernel k: Int, stride: Int
  ) -> (output: Tensor, lengths: [Int]) {
    let i = x.columns
    let outLengths = lengths.map { outputLength($0, kernel: k, stride: stride) }
    let taps = tapMajor(weight, inputs: i, outputs: o, kernel: k)
    var y = Tensor(uninitialized: outLengths.reduce(0, +), o)
    let out = y.mutablePointer
    if let bias { for row in 0..<y.rows { (out + row * o).update(from: bias, count: o) } }
    var (from, to) = (0, 0)
    for (length, outLength) in zip(lengths, outLengths) {
      for tap in Swift.stride(from: 0, to: k, by: stride) {
        BLAS.multiply(
          .matrix(x.pointer + (from + tap) * i, stride: stride * i),
          .transposed(taps.pointer + tap * i, stride: k * i), into: out + to * o, stride: o,
          m: outLength, n: o, k: min(stride, k - tap) * i, beta: bias == nil && tap == 0 ? 0 : 1)
      }
      from += length
      to += outLength
    }
    return (y, outLengths)
  }

  /// Adds to the parameters' gradients and, when `wantsInput`, returns d/dx (total frames x i).
  package static func backward(
    _ dy: Tensor, input x: Tensor, lengths: [Int], weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?,
    kernel k: Int, stride: Int, wantsInput: Bool
  ) -> Tensor? {
    let (i, o) = (x.columns, dy.columns)
    if let biasGradient {
      ColumnSums.add(dy.pointer, rows: dy.rows, columns: o, to: biasGradient)
    }
    var tapGradient = Tensor(zeros: o, k * i)
    let taps = tapMajor(weight, inputs: i, outputs: o, kernel: k)
    var dx = wantsInput ? Tensor(zeros: x.rows, i) : nil
    let dxPointer = dx?.mutablePointer
    let tapGradientPointer = tapGradient.mutablePointer
    var (from, to) = (0, 0)
    for length in lengths {
      let outLength = outputLength(length, kernel: k, stride: stride)
      let g = dy.pointer + to * o
      for tap in Swift.stride(from: 0, to: k, by: stride) {
        BLAS.multiply(
          .transposed(g, stride: o),
          .matrix(x.pointer + (from + tap) * i, stride: stride * i),
          into: tapGradientPointer + tap * i, stride: k * i, m: o, n: min(stride, k - tap) * i,
          k: outLength, beta: 1)
      }
      if let dxPointer {
        // Rows of one tap do not overlap, so each tap adds into place by itself.
        for tap in 0..<k {
          BLAS.multiply(
            .matrix(g, stride: o),
            .matrix(taps.pointer + tap * i, stride: k * i), into: dxPointer + (from + tap) * i,
            stride: stride * i,
            m: outLength, n: i, k: o, beta: 1)
        }
      }
      from += length
      to += outLength
    }
    for out in 0..<o {
      for tap in 0..<k {
        let target = weightGradient + (out * i * k + tap)
        let source = tapGradientPointer + (out * k + tap) * i
        for input in 0..<i { target[input &* k] += source[input] }
      }
    }
    return dx
  }

  /// o x i x k to o x k x i: each tap's o x i matrix has contiguous rows.
  package static func tapMajor(
    _ weight: UnsafePointer<Float>, inputs i: Int, outputs o: Int, kernel k: Int
  ) -> Tensor {
    var taps = Tensor(uninitialized: o, k * i)
    let p = taps.mutablePointer
    for out in 0..<o {
      for tap in 0..<k {
        let (target, source) = (p + (out * k + tap) * i, weight + (out * i * k + tap))
        for input in 0..<i { target[input] = source[input &* k] }
      }
    }
    return taps
  }
}
