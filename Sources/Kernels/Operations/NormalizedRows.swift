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
      let (source, target) = (x + row * stride, y + row * stride)
      eachVector(columns) { j, count in
        let centred = Vector(load: source + j, count: count) - Vector(load: mean + j, count: count)
        Vector(load: bias + j, count: count)
          .addingProduct(centred, Vector(load: scale + j, count: count))
          .store(target + j, count: count)
      }
    }
  }

  /// The sums over rows of dy, then those of dy x^: 2 columns.
  static func gradientSums(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, columns c: Int,
    mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>
  ) -> [Double] {
    ColumnSums.over(rows: rows, columns: 2 * c) { row, sums in
      let (g, r) = (dy + row * c, x + row * c)
      mapVectors(sums, g, into: sums, count: c) { $0 + $1 }
      let products = sums + c
      eachVector(c) { j, count in
        let centred = Vector(load: r + j, count: count) - Vector(load: mean + j, count: count)
        Vector(load: products + j, count: count)
          .addingProduct(
            Vector(load: g + j, count: count), centred * Vector(load: inverse + j, count: count)
          ).store(products + j, count: count)
      }
    }
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
      eachVector(c) { j, count in
        let centred = Vector(load: r + j, count: count) - Vector(load: mean + j, count: count)
        let upper = Vector(load: g + j, count: count) - Vector(load: meanG + j, count: count)
        (upper * Vector(load: a + j, count: count) - centred * Vector(load: b + j, count: count))
          .store(target + j, count: count)
      }
    }
  }
}
