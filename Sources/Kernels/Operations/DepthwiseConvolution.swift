// One filter per channel over time, same length out as in, per utterance.

/// `torch.nn.Conv1d(c, c, k, padding: k / 2, groups: c)` for odd k on packed rows (frames x c).
/// Weights are c x k as torch stores them; inside, taps are laid k x c, so that all channels of one
/// tap are one contiguous vector loop.
package enum DepthwiseConvolution {
  /// Returns total frames x c.
  package static func forward(
    _ x: Tensor, lengths: [Int], weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    kernel k: Int
  ) -> Tensor {
    let taps = tapMajor(weight, channels: x.columns, kernel: k, flipped: false)
    return convolve(x, lengths: lengths, taps: taps, bias: bias, kernel: k)
  }

  /// Adds to the parameters' gradients and returns d/dx (total frames x c).
  package static func backward(
    _ dy: Tensor, input x: Tensor, lengths: [Int], weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    kernel k: Int
  ) -> Tensor {
    let c = x.columns
    addColumnSums(dy.pointer, rows: dy.rows, columns: c, to: biasGradient)
    var tapGradient = Tensor(zeros: k, c)
    let sums = tapGradient.mutablePointer
    var start = 0
    for length in lengths {
      let padded = pad(x.pointer + start * c, length: length, channels: c, kernel: k)
      correlate(
        dy.pointer + start * c, padded.pointer, length: length, channels: c, kernel: k, into: sums)
      start += length
    }
    for channel in 0..<c {
      for tap in 0..<k { weightGradient[channel * k + tap] += sums[tap * c + channel] }
    }
    let flipped = tapMajor(weight, channels: c, kernel: k, flipped: true)
    return convolve(dy, lengths: lengths, taps: flipped, bias: nil, kernel: k)
  }

  private static func convolve(
    _ x: Tensor, lengths: [Int], taps: Tensor, bias: UnsafePointer<Float>?, kernel k: Int
  ) -> Tensor {
    let c = x.columns
    var y = Tensor(uninitialized: x.rows, c)
    let (out, weights) = (y.mutablePointer, taps.pointer)
    var start = 0
    for length in lengths {
      let padded = pad(x.pointer + start * c, length: length, channels: c, kernel: k)
      let (source, target) = (padded.pointer, out + start * c)
      var channel = 0
      while channel + 16 <= c {
        let offset = bias.map { Vector(load: $0 + channel) } ?? .zero
        var t = 0
        while t + 8 <= length {
          // Eight frames at once: each tap is loaded once for eight products.
          var (a0, a1, a2, a3) = (offset, offset, offset, offset)
          var (a4, a5, a6, a7) = (offset, offset, offset, offset)
          for tap in 0..<k {
            let w = Vector(load: weights + tap * c + channel)
            let s = source + (t + tap) * c + channel
            a0 = a0.addingProduct(w, Vector(load: s))
            a1 = a1.addingProduct(w, Vector(load: s + c))
            a2 = a2.addingProduct(w, Vector(load: s + 2 * c))
            a3 = a3.addingProduct(w, Vector(load: s + 3 * c))
            a4 = a4.addingProduct(w, Vector(load: s + 4 * c))
            a5 = a5.addingProduct(w, Vector(load: s + 5 * c))
            a6 = a6.addingProduct(w, Vector(load: s + 6 * c))
            a7 = a7.addingProduct(w, Vector(load: s + 7 * c))
          }
          let o = target + t * c + channel
          a0.store(o)
          a1.store(o + c)
          a2.store(o + 2 * c)
          a3.store(o + 3 * c)
          a4.store(o + 4 * c)
          a5.store(o + 5 * c)
          a6.store(o + 6 * c)
          a7.store(o + 7 * c)
          t += 8
        }
        while t < length {
          var sum = offset
          for tap in 0..<k {
            sum = sum.addingProduct(
              Vector(load: weights + tap * c + channel),
              Vector(load: source + (t + tap) * c + channel))
          }
          sum.store(target + t * c + channel)
          t += 1
        }
        channel += 16
      }
      for rest in channel..<c {
        for t in 0..<length {
          var sum = bias?[rest] ?? 0
          for tap in 0..<k { sum += weights[tap * c + rest] * source[(t + tap) * c + rest] }
          target[t * c + rest] = sum
        }
      }
      start += length
    }
    return y
  }

  /// sums[tap, channel] += the sum over t of dy[t, channel] padded[t + tap, channel].
  private static func correlate(
    _ dy: UnsafePointer<Float>, _ padded: UnsafePointer<Float>, length: Int, channels c: Int,
    kernel k: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    var channel = 0
    while channel + 16 <= c {
      var tap = 0
      while tap + 8 <= k {
        var (a0, a1, a2, a3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        var (a4, a5, a6, a7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        for t in 0..<length {
          let g = Vector(load: dy + t * c + channel)
          let s = padded + (t + tap) * c + channel
          a0 = a0.addingProduct(g, Vector(load: s))
          a1 = a1.addingProduct(g, Vector(load: s + c))
          a2 = a2.addingProduct(g, Vector(load: s + 2 * c))
          a3 = a3.addingProduct(g, Vector(load: s + 3 * c))
          a4 = a4.addingProduct(g, Vector(load: s + 4 * c))
          a5 = a5.addingProduct(g, Vector(load: s + 5 * c))
          a6 = a6.addingProduct(g, Vector(load: s + 6 * c))
          a7 = a7.addingProduct(g, Vector(load: s + 7 * c))
        }
        let o = sums + tap * c + channel
        (Vector(load: o) + a0).store(o)
        (Vector(load: o + c) + a1).store(o + c)
        (Vector(load: o + 2 * c) + a2).store(o + 2 * c)
        (Vector(load: o + 3 * c) + a3).store(o + 3 * c)
        (Vector(load: o + 4 * c) + a4).store(o + 4 * c)
        (Vector(load: o + 5 * c) + a5).store(o + 5 * c)
        (Vector(load: o + 6 * c) + a6).store(o + 6 * c)
        (Vector(load: o + 7 * c) + a7).store(o + 7 * c)
        tap += 8
      }
      while tap < k {
        var sum = Vector.zero
        for t in 0..<length {
          sum = sum.addingProduct(
            Vector(load: dy + t * c + channel),
            Vector(load: padded + (t + tap) * c + channel))
        }
        let o = sums + tap * c + channel
        (Vector(load: o) + sum).store(o)
        tap += 1
      }
      channel += 16
    }
    for rest in channel..<c {
      for tap in 0..<k {
        for t in 0..<length {
          sums[tap * c + rest] += dy[t * c + rest] * padded[(t + tap) * c + rest]
        }
      }
    }
  }

  /// k / 2 rows of zeros, the utterance, k / 2 rows of zeros.
  private static func pad(
    _ x: UnsafePointer<Float>, length: Int, channels c: Int, kernel k: Int
  ) -> Tensor {
    let margin = k / 2 * c
    var padded = Tensor(uninitialized: length + k - 1, c)
    let p = padded.mutablePointer
    p.update(repeating: 0, count: margin)
    (p + margin).update(from: x, count: length * c)
    (p + margin + length * c).update(repeating: 0, count: margin)
    return padded
  }

  private static func tapMajor(
    _ weight: UnsafePointer<Float>, channels c: Int, kernel k: Int, flipped: Bool
  ) -> Tensor {
    var taps = Tensor(uninitialized: k, c)
    let p = taps.mutablePointer
    for channel in 0..<c {
      for tap in 0..<k {
        p[(flipped ? k - 1 - tap : tap) * c + channel] = weight[channel * k + tap]
      }
    }
    return taps
  }
}
