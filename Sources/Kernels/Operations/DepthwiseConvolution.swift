// One filter per channel over time, same length out as in, per utterance.

/// `torch.nn.Conv1d(c, c, k, padding: k / 2, groups: c)` for odd k on packed rows (frames x c).
/// Weights are c x k as torch stores them; inside, taps are laid k x c, so that all channels of one
/// tap are one contiguous vector loop.
package enum DepthwiseConvolution {
  /// Returns total frames x c.
  /// - Parameter isCausal: whether the last tap, not the middle one, is a frame's own: k - 1 zeros in front.
  package static func forward(
    _ x: Tensor, lengths: [Int], weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    kernel k: Int, isCausal: Bool = false
  ) -> Tensor {
    let taps = tapMajor(weight, channels: x.columns, kernel: k, flipped: false)
    return convolve(
      x, lengths: lengths, taps: taps, bias: bias, kernel: k, margin: isCausal ? k - 1 : k / 2)
  }

  /// Adds to the parameters' gradients and returns d/dx (total frames x c).
  package static func backward(
    _ dy: Tensor, input x: Tensor, lengths: [Int], weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    kernel k: Int
  ) -> Tensor {
    let c = x.columns
    ColumnSums.add(dy.pointer, rows: dy.rows, columns: c, to: biasGradient)
    var tapGradient = Tensor(zeros: k, c)
    let sums = tapGradient.mutablePointer
    var start = 0
    for length in lengths {
      let padded = pad(
        x.pointer + start * c, length: length, channels: c, kernel: k, margin: k / 2)
      slide(
        dy.pointer + start * c, over: padded.pointer, outputs: k, steps: length, channels: c,
        from: nil, into: sums, adds: true)
      start += length
    }
    for channel in 0..<c {
      for tap in 0..<k { weightGradient[channel * k + tap] += sums[tap * c + channel] }
    }
    let flipped = tapMajor(weight, channels: c, kernel: k, flipped: true)
    return convolve(dy, lengths: lengths, taps: flipped, bias: nil, kernel: k, margin: k / 2)
  }

  /// c x k to k x c.
  package static func tapMajor(
    _ weight: UnsafeMutablePointer<Float>, channels c: Int, kernel k: Int
  ) {
    weight.update(
      from: tapMajor(UnsafePointer(weight), channels: c, kernel: k, flipped: false).pointer,
      count: c * k)
  }

  /// `count` frames of the result from those of `source`, which has a margin around each utterance: its row n
  /// is under the first tap of result n. On the calling thread alone.
  /// - Parameter taps: k x c.
  package static func rows(
    _ source: UnsafePointer<Float>, count: Int, channels c: Int, taps: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, kernel k: Int, into y: UnsafeMutablePointer<Float>
  ) {
    slide(
      taps, over: source, outputs: count, steps: k, channels: c, from: bias, into: y, adds: false)
  }

  private static func convolve(
    _ x: Tensor, lengths: [Int], taps: Tensor, bias: UnsafePointer<Float>?, kernel k: Int,
    margin: Int
  ) -> Tensor {
    let c = x.columns
    var y = Tensor(uninitialized: x.rows, c)
    let (out, weights) = (y.mutablePointer, taps.pointer)
    var start = 0
    for length in lengths {
      let padded = pad(
        x.pointer + start * c, length: length, channels: c, kernel: k, margin: margin)
      rows(
        padded.pointer, count: length, channels: c, taps: weights, bias: bias, kernel: k,
        into: out + start * c)
      start += length
    }
    return y
  }

  /// out[n, channel] = the sum over steps of factors[step, channel] source[n + step, channel], from
  /// `first` on; or that much more. Taps slide over frames, and for taps' gradients frames over frames.
  private static func slide(
    _ factors: UnsafePointer<Float>, over source: UnsafePointer<Float>, outputs: Int, steps: Int,
    channels c: Int, from first: UnsafePointer<Float>?, into out: UnsafeMutablePointer<Float>,
    adds: Bool
  ) {
    let whole = c / Vector.width * Vector.width
    for channel in stride(from: 0, to: whole, by: Vector.width) {
      let offset = first.map { Vector(load: $0 + channel) } ?? .zero
      @inline(__always)
      func write(_ sum: Vector, _ target: UnsafeMutablePointer<Float>) {
        (adds ? Vector(load: target) + sum : sum).store(target)
      }
      var n = 0
      while n + 8 <= outputs {
        // Eight outputs at once: each factor is loaded once for eight products.
        var (a0, a1, a2, a3) = (offset, offset, offset, offset)
        var (a4, a5, a6, a7) = (offset, offset, offset, offset)
        for step in 0..<steps {
          let factor = Vector(load: factors + (step &* c &+ channel))
          let s = source + ((n &+ step) &* c &+ channel)
          a0 = a0.addingProduct(factor, Vector(load: s))
          a1 = a1.addingProduct(factor, Vector(load: s + c))
          a2 = a2.addingProduct(factor, Vector(load: s + 2 &* c))
          a3 = a3.addingProduct(factor, Vector(load: s + 3 &* c))
          a4 = a4.addingProduct(factor, Vector(load: s + 4 &* c))
          a5 = a5.addingProduct(factor, Vector(load: s + 5 &* c))
          a6 = a6.addingProduct(factor, Vector(load: s + 6 &* c))
          a7 = a7.addingProduct(factor, Vector(load: s + 7 &* c))
        }
        let target = out + n * c + channel
        write(a0, target)
        write(a1, target + c)
        write(a2, target + 2 * c)
        write(a3, target + 3 * c)
        write(a4, target + 4 * c)
        write(a5, target + 5 * c)
        write(a6, target + 6 * c)
        write(a7, target + 7 * c)
        n += 8
      }
      while n < outputs {
        var sum = offset
        for step in 0..<steps {
          sum = sum.addingProduct(
            Vector(load: factors + (step &* c &+ channel)),
            Vector(load: source + ((n &+ step) &* c &+ channel)))
        }
        write(sum, out + n * c + channel)
        n += 1
      }
    }
    for rest in whole..<c {
      for n in 0..<outputs {
        var sum = first?[rest] ?? 0
        let (f, s) = (factors + rest, source + n * c + rest)
        for step in 0..<steps { sum += f[step &* c] * s[step &* c] }
        let target = out + n * c + rest
        target.pointee = adds ? target.pointee + sum : sum
      }
    }
  }

  /// `margin` rows of zeros, the utterance, zeros up to k - 1 rows more than it has.
  private static func pad(
    _ x: UnsafePointer<Float>, length: Int, channels c: Int, kernel k: Int, margin: Int
  ) -> Tensor {
    var padded = Tensor(uninitialized: length + k - 1, c)
    let p = padded.mutablePointer
    let own = p + margin * c
    p.update(repeating: 0, count: margin * c)
    own.update(from: x, count: length * c)
    (own + length * c).update(repeating: 0, count: (k - 1 - margin) * c)
    return padded
  }

  private static func tapMajor(
    _ weight: UnsafePointer<Float>, channels c: Int, kernel k: Int, flipped: Bool
  ) -> Tensor {
    var taps = Tensor(uninitialized: k, c)
    let p = taps.mutablePointer
    for channel in 0..<c {
      for tap in 0..<k {
        p[(flipped ? k &- 1 &- tap : tap) &* c &+ channel] = weight[channel &* k &+ tap]
      }
    }
    return taps
  }
}
