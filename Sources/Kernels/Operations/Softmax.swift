// Each row becomes exp(x - max) / sum.

/// Softmax over the last dimension, in place on raw rows: attention works on strided blocks.
package enum Softmax {
  /// rows x columns, `stride` floats apart.
  package static func forward(
    inPlace x: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int
  ) {
    for row in 0..<rows {
      let r = x + row * stride
      let whole = columns / 16 * 16
      var maxima = Vector(repeating: -.infinity)
      for i in Swift.stride(from: 0, to: whole, by: 16) {
        maxima = pointwiseMax(maxima, Vector(load: r + i))
      }
      var largest = maxima.largest
      for i in whole..<columns { largest = max(largest, r[i]) }
      var total = Vector.zero
      for i in Swift.stride(from: 0, to: whole, by: 16) {
        let e = VectorMath.exp(Vector(load: r + i) - largest)
        e.store(r + i)
        total += e
      }
      if whole < columns {
        let rest = columns - whole
        let e = VectorMath.exp(
          Vector(load: r + whole, count: rest, padding: -.infinity) - largest)
        e.store(r + whole, count: rest)
        total += e
      }
      let scale = 1 / total.total
      mapVectors(r, into: r, count: columns) { $0 * scale }
    }
  }

  /// Turns d/dy (in `dy`) into d/dx in place: y (dy - sum(dy y)).
  package static func backward(
    inPlace dy: UnsafeMutablePointer<Float>, output y: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let (g, p) = (dy + row * columns, y + row * columns)
      let dot = sumVectors(g, p, count: columns) { $0 * $1 }
      mapVectors(g, p, into: g, count: columns) { ($0 - dot) * $1 }
    }
  }
}
