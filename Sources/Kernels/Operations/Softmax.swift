// Each row becomes exp(x - max) / sum.

/// Softmax over the last dimension, in place on raw rows that are padded to whole vectors: a row of
/// `columns` values takes `stride(columns)` floats, whose surplus is written but never counts. So
/// there is no ragged end, which for the short rows of attention would cost more than the rest.
package enum Softmax {
  /// Floats from one row of `columns` values to the next.
  package static func stride(_ columns: Int) -> Int {
    (columns + Vector.width - 1) / Vector.width * Vector.width
  }

  /// 0, 1, ... 15.
  private static let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

  /// The last vector of a row, `filler` from where the row ends.
  @inline(__always)
  private static func last(
    _ x: Vector, _ isSurplus: SIMDMask<SIMD16<Int32>>, filler: Float
  ) -> Vector {
    x.replacing(with: filler, where: isSurplus)
  }

  /// The surplus comes out as 0.
  package static func forward(
    inPlace x: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    let stride = stride(columns)
    let end = stride - Vector.width
    let isSurplus = lanes .>= SIMD16<Int32>(repeating: Int32(columns - end))
    for row in 0..<rows {
      let r = x + row * stride
      let ragged = last(Vector(load: r + end), isSurplus, filler: -.infinity)
      var maxima = ragged
      var i = 0
      while i < end {
        maxima = larger(maxima, Vector(load: r + i))
        i &+= Vector.width
      }
      let largest = maxima.largest
      let tail = last(Vector.expOfModest(ragged - largest), isSurplus, filler: 0)
      var total = tail
      i = 0
      while i < end {
        let e = Vector.expOfModest(Vector(load: r + i) - largest)
        e.store(r + i)
        total += e
        i &+= Vector.width
      }
      let scale = 1 / total.total
      i = 0
      while i < end {
        (Vector(load: r + i) * scale).store(r + i)
        i &+= Vector.width
      }
      (tail * scale).store(r + end)
    }
  }

  /// Turns d/dy (in `dy`) into d/dx in place: y (dy - sum(dy y)). `y` is as `forward` left it.
  package static func backward(
    inPlace dy: UnsafeMutablePointer<Float>, output y: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    let stride = stride(columns)
    let end = stride - Vector.width
    let isSurplus = lanes .>= SIMD16<Int32>(repeating: Int32(columns - end))
    for row in 0..<rows {
      let (g, p) = (dy + row * stride, y + row * stride)
      let ragged = last(Vector(load: g + end), isSurplus, filler: 0)
      var total = ragged * Vector(load: p + end)
      var i = 0
      while i < end {
        total = total.addingProduct(Vector(load: g + i), Vector(load: p + i))
        i &+= Vector.width
      }
      let dot = total.total
      i = 0
      while i < end {
        ((Vector(load: g + i) - dot) * Vector(load: p + i)).store(g + i)
        i &+= Vector.width
      }
      ((ragged - dot) * Vector(load: p + end)).store(g + end)
    }
  }
}
