// y = (x - mean) / sqrt(var + eps) * weight + bias over each row.

/// LayerNorm (Ba et al., arXiv 1607.06450) over the last dimension, as in `torch.nn.LayerNorm`.
/// n rows, c columns; weight and bias hold c values.
package enum LayerNorm {
  package static let epsilon: Float = 1e-5

  /// Returns y (n x c) and each row's mean and 1/sqrt(var + eps) (n x 2) for `backward`.
  package static func forward(
    _ x: Tensor, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    epsilon: Float = epsilon
  ) -> (output: Tensor, statistics: Tensor) {
    let (n, c) = (x.rows, x.columns)
    var y = Tensor(uninitializedShape: x.shape)
    var statistics = Tensor(uninitialized: n, 2)
    let (input, output, saved) = (x.pointer, y.mutablePointer, statistics.mutablePointer)
    Parallel.split(n, work: 4 * x.count) {
      normalize(
        $0, of: input, columns: c, weight: weight, bias: bias, epsilon: epsilon, into: output, saved
      )
    }
    return (y, statistics)
  }

  /// Rows of c values; `output` may be `input`. On the calling thread alone.
  /// - Parameter saved: gets each row's mean and 1/sqrt(var + eps).
  @inline(never)
  package static func normalize(
    _ rows: Range<Int>, of input: UnsafePointer<Float>, columns c: Int,
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float,
    into output: UnsafeMutablePointer<Float>, _ saved: UnsafeMutablePointer<Float>? = nil
  ) {
    let whole = c / Vector.width * Vector.width
    for row in rows {
      let (r, y) = (input + row * c, output + row * c)
      let mean = sumVectors(r, r, count: c) { a, _ in a } / Float(c)
      // Two passes: the variance of centred values does not cancel. The ragged end goes apart, because
      // padding zeros are not zero once centred.
      var lanes = Vector.zero
      var j = 0
      while j < whole {
        let centred = Vector(load: r + j) - mean
        lanes += centred * centred
        j &+= Vector.width
      }
      var squares = lanes.total
      for j in whole..<c { squares += (r[j] - mean) * (r[j] - mean) }
      let rstd = 1 / (squares / Float(c) + epsilon).squareRoot()
      if let saved {
        saved[2 &* row] = mean
        saved[2 &* row &+ 1] = rstd
      }
      j = 0
      while j < whole {
        let normal = (Vector(load: r + j) - mean) * rstd
        Vector(load: bias + j).addingProduct(normal, Vector(load: weight + j)).store(y + j)
        j &+= Vector.width
      }
      for j in whole..<c { y[j] = bias[j].addingProduct((r[j] - mean) * rstd, weight[j]) }
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
      let (biasSums, weightSums) = (sums, sums + c)
      var (sumH, sumHX) = (Vector.zero, Vector.zero)
      var j = 0
      while j < c {
        let rest = c &- j
        let dy = Vector(load: g + j, count: rest)
        let x = Vector(load: r + j, count: rest)
        let w = Vector(load: weight + j, count: rest)
        // Past a ragged end dy is 0 and adds nothing.
        let h = dy * w
        sumH += h
        sumHX = sumHX.addingProduct(h, x)
        (Vector(load: biasSums + j, count: rest) + dy).store(biasSums + j, count: rest)
        Vector(load: weightSums + j, count: rest).addingProduct(dy, (x - mean) * rstd)
          .store(weightSums + j, count: rest)
        j &+= Vector.width
      }
      // With h = dy * w and x^ the normalised row: dx = rstd (h - mean(h) - x^ mean(h x^)).
      let meanH = sumH.total / Float(c)
      let meanHX = (sumHX.total / Float(c) - meanH * mean) * rstd
      let out = result + row * c
      j = 0
      while j < c {
        let rest = c &- j
        let h = Vector(load: g + j, count: rest) * Vector(load: weight + j, count: rest)
        let centred = Vector(load: r + j, count: rest) - mean
        ((h - meanH - centred * (rstd * meanHX)) * rstd).store(out + j, count: rest)
        j &+= Vector.width
      }
    }
    ColumnSums.add(sums[..<c], to: biasGradient)
    ColumnSums.add(sums[c...], to: weightGradient)
    return dx
  }
}
