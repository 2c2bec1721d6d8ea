// A convolution over time whose channels are in groups, same length out as in: wav2vec 2.0's positions.

/// `torch.nn.Conv1d(c, c, k, padding: k / 2, groups: g)` on packed rows (frames x c), without the last
/// output where k is even. Each group's channels are gathered once, so that a window of k frames is one
/// run of memory; windows of some frames are copied under each other and multiplied at once. Weights are c x (c / g) x k as torch
/// stores them.
package enum GroupedConvolution {
  package static func forward(
    _ x: Tensor, lengths: [Int], weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    kernel k: Int, groups: Int
  ) -> Tensor {
    let (c, d) = (x.columns, x.columns / groups)
    let taps = windows(weight, channels: c, groups: groups, kernel: k)
    var y = Tensor(uninitialized: x.rows, c)
    let out = y.mutablePointer
    for row in 0..<x.rows { (out + row * c).update(from: bias, count: c) }
    each(x, lengths: lengths, kernel: k, groups: groups, before: k / 2) {
      start, length, group, rows in
      BLAS.multiply(
        .matrix(rows, stride: k * d), .transposed(taps.pointer + group * d * k * d, stride: k * d),
        into: out + start * c + group * d, stride: c, m: length, n: d, k: k * d, beta: 1)
    }
    return y
  }

  /// Adds to the parameters' gradients and returns d/dx (frames x c).
  package static func backward(
    _ dy: Tensor, input x: Tensor, lengths: [Int], weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    kernel k: Int, groups: Int
  ) -> Tensor {
    let (c, d) = (x.columns, x.columns / groups)
    ColumnSums.add(dy.pointer, rows: dy.rows, columns: c, to: biasGradient)
    var sums = Tensor(zeros: groups, d * k * d)
    let s = sums.mutablePointer
    each(x, lengths: lengths, kernel: k, groups: groups, before: k / 2) {
      start, length, group, rows in
      BLAS.multiply(
        .transposed(dy.pointer + start * c + group * d, stride: c), .matrix(rows, stride: k * d),
        into: s + group * d * k * d, stride: k * d, m: d, n: k * d, k: length, beta: 1)
    }
    for out in 0..<c {
      for input in 0..<d {
        let (target, source) = (weightGradient + (out * d + input) * k, s + out * k * d + input)
        for tap in 0..<k { target[tap] += source[tap &* d] }
      }
    }
    // d/dx is a convolution of dy with each group's taps turned round and its matrices transposed.
    let turned = windows(weight, channels: c, groups: groups, kernel: k, turned: true)
    var dx = Tensor(uninitialized: x.rows, c)
    let out = dx.mutablePointer
    each(dy, lengths: lengths, kernel: k, groups: groups, before: k - 1 - k / 2) {
      start, length, group, rows in
      BLAS.multiply(
        .matrix(rows, stride: k * d),
        .transposed(turned.pointer + group * d * k * d, stride: k * d),
        into: out + start * c + group * d, stride: c, m: length, n: d, k: k * d)
    }
    return dx
  }

  /// Windows under each other at a time: enough for a fast product, few enough for the cache.
  private static let chunk = 64

  /// Calls `body`, where `Parallel` says so on several threads, for runs of frames and for each group with the first frame's row, their number, the
  /// group, and the windows of its channels (frames x k (c / g)), `before` of the k frames in front of
  /// the window's own.
  private static func each(
    _ x: Tensor, lengths: [Int], kernel k: Int, groups: Int, before: Int,
    _ body: (Int, Int, Int, UnsafePointer<Float>) -> Void
  ) {
    let (c, d) = (x.columns, x.columns / groups)
    var start = 0
    for length in lengths where length > 0 {
      Parallel.split(groups, work: length * c * k * d) { [start] range in
        var windows = Tensor(uninitialized: chunk, k * d)
        let w = windows.mutablePointer
        // Zeros in front and behind, written once: groups only overwrite what lies between.
        var gathered = Tensor(zeros: length + k - 1, d)
        let rows = gathered.mutablePointer
        for group in range {
          for t in 0..<length {
            (rows + (before + t) * d).update(
              from: x.pointer + (start + t) * c + group * d, count: d)
          }
          for first in stride(from: 0, to: length, by: chunk) {
            let count = min(chunk, length - first)
            for t in 0..<count {
              (w + t * k * d).update(from: rows + (first + t) * d, count: k * d)
            }
            body(start + first, count, group, UnsafePointer(w))
          }
        }
      }
      start += length
    }
  }

  /// c x (c / g) x k to c x k x (c / g), so that an output's taps are a row; `turned`: taps backwards
  /// and input and output exchanged within each group.
  private static func windows(
    _ weight: UnsafePointer<Float>, channels c: Int, groups: Int, kernel k: Int,
    turned: Bool = false
  ) -> Tensor {
    let d = c / groups
    var result = Tensor(uninitialized: c, k * d)
    let p = result.mutablePointer
    for group in 0..<groups {
      for a in 0..<d {
        for b in 0..<d {
          let source = weight + ((group * d + (turned ? b : a)) * d + (turned ? a : b)) * k
          let target = p + (group * d + a) * k * d + b
          for tap in 0..<k { target[(turned ? k &- 1 &- tap : tap) &* d] = source[tap] }
        }
      }
    }
    return result
  }
}
