// y = (x - mean) / sqrt(var + eps) * weight + bias over each row.

/// LayerNorm (Ba et al., arXiv 1607.06450) over the last dimension, as in `torch.nn.LayerNorm`.
/// n rows, c columns; weight and bias hold c values.
package enum LayerNorm {
  package static let epsilon: Float = 1e-5

  /// Returns y (n x c) and each row's mean and 1/sqrt(var + eps) (n x 2) for `backward`.
  package static func forward(
    _ x: Tensor, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>
  ) -> (output: Tensor, statistics: Tensor) {
    let (n, c) = (x.rows, x.columns)
    var y = Tensor(uninitializedShape: x.shape)
    var statistics = Tensor(uninitialized: n, 2)
    let (input, output, saved) = (x.pointer, y.mutablePointer, statistics.mutablePointer)
    Parallel.split(n, work: 4 * x.count) {
      normalize($0, of: input, columns: c, weight: weight, bias: bias, into: output, saved)
    }
    return (y, statistics)
  }

  @inline(never)
  private static func normalize(
    _ rows: Range<Int>, of input: UnsafePointer<Float>, columns c: Int,
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, _ saved: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      let r = input + row * c
      let mean = sumVectors(r, r, count: c) { a, _ in a } / Float(c)
      // Two passes: the variance of centred values does not cancel. The ragged end is summed apart,
      // because padding zeros are not zero once centred.
      let whole = c / Vector.width * Vector.width
      var squares = sumVectors(r, r, count: whole) { a, _ in (a - mean) * (a - mean) }
      for j in whole..<c { squares += (r[j] - mean) * (r[j] - mean) }
      let rstd = 1 / (squares / Float(c) + epsilon).squareRoot()
      saved[2 &* row] = mean
      saved[2 &* row &+ 1] = rstd
      mapVectors(r, weight, bias, into: output + row * c, count: c) { a, w, b in
        b.addingProduct((a - mean) * rstd, w)
      }
    }
  }

  /// Adds to the parameters' gradients and returns d/dx (n x c).
  package static func backward(
    _ dy: Tensor, input x: Tensor, statistics: Tensor, weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>
  ) -> Tensor {
    let (n, c) = (x.rows, x.columns)
    var dx = Tensor(uninitializedShape: x.shape)
    let (input, gradient, result) = (x.pointer, dy.pointer, dx.mutablePointer)
    let saved = statistics.pointer
    let sums = ColumnSums.over(rows: n, columns: 2 * c) { row, sums in
      let (r, g) = (input + row * c, gradient + row * c)
      let (mean, rstd) = (saved[2 * row], saved[2 * row + 1])
      mapVectors(sums, g, into: sums, count: c) { $0 + $1 }
      mapVectors(sums + c, g, r, into: sums + c, count: c) { sum, dy, x in
        sum.addingProduct(dy, (x - mean) * rstd)
      }
      // With h = dy * w and x^ the normalised row: dx = rstd (h - mean(h) - x^ mean(h x^)).
      let meanH = sumVectors(g, weight, count: c) { $0 * $1 } / Float(c)
      let dotX = dot3(g, weight, r, count: c)
      let meanHX = (dotX / Float(c) - meanH * mean) * rstd
      let (out, w) = (result + row * c, weight)
      mapVectors(g, w, r, into: out, count: c) { dy, w, x in
        (dy * w - meanH - (x - mean) * (rstd * meanHX)) * rstd
      }
    }
    ColumnSums.add(sums[..<c], to: biasGradient)
    ColumnSums.add(sums[c...], to: weightGradient)
    return dx
  }

  /// The sum of a b c.
  @inline(__always)
  private static func dot3(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, count: Int
  ) -> Float {
    var total = Vector.zero
    eachVector(count) { i, lanes in
      total = total.addingProduct(
        Vector(load: a + i, count: lanes) * Vector(load: b + i, count: lanes),
        Vector(load: c + i, count: lanes))
    }
    return total.total
  }
}
