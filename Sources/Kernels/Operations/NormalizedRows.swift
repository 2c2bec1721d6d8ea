// What GroupNorm of single channels and BatchNorm have in common: rows normalised column by column.

/// With a mean and 1/sqrt(var + eps) for each column, x^ = (x - mean) inverse and y = x^ weight + bias.
/// Differences from the mean come first: x inverse alone is large where a signal has an offset.
enum NormalizedRows {
  /// y of `rows` rows, `stride` floats from one to the next, as in y.
  static func write(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, mean: UnsafePointer<Float>,
    inverse: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    var factors = Tensor(uninitialized: columns)
    let scale = factors.mutablePointer
    mapVectors(weight, inverse, into: scale, count: columns) { $0 * $1 }
    for row in 0..<rows {
      mapVectors(x + row * stride, mean, scale, bias, into: y + row * stride, count: columns) {
        $3.addingProduct($0 - $1, $2)
      }
    }
  }

  /// The sums over rows of dy, then those of dy x^: 2 columns.
  static func gradientSums(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, columns c: Int,
    mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>
  ) -> [Double] {
    var sums = ColumnSums.over(rows: rows, columns: 2 * c) { row, sums in
      let (g, r) = (dy + row * c, x + row * c)
      mapVectors(sums, g, into: sums, count: c) { $0 + $1 }
      mapVectors(sums + c, g, r, mean, into: sums + c, count: c) { sum, g, x, mean in
        sum.addingProduct(g, x - mean)
      }
    }
    for j in 0..<c { sums[c + j] *= Double(inverse[j]) }
    return sums
  }

  /// dx = weight inverse (dy - mean(dy) - x^ mean(dy x^)), given the means of `gradientSums`.
  static func writeGradient(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, columns c: Int,
    mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    meanGradients: [Float], into dx: UnsafeMutablePointer<Float>
  ) {
    // As (dy - mean(dy)) a - (x - mean) b.
    var factors = Tensor(uninitialized: 3 * c)
    let (a, b, meanG) = (
      factors.mutablePointer, factors.mutablePointer + c, factors.mutablePointer + 2 * c
    )
    for j in 0..<c {
      a[j] = weight[j] * inverse[j]
      b[j] = a[j] * inverse[j] * meanGradients[c + j]
      meanG[j] = meanGradients[j]
    }
    for row in 0..<rows {
      let (g, r, target) = (dy + row * c, x + row * c, dx + row * c)
      mapVectors(r, mean, b, into: target, count: c) { ($0 - $1) * $2 }
      mapVectors(g, meanG, a, target, into: target, count: c) { ($0 - $1) * $2 - $3 }
    }
  }
}
