// Sums and multiples of tensors, elementwise and by rows.

extension Tensor {
  /// self + scale * other, elementwise.
  package func adding(_ other: Tensor, scale: Float = 1) -> Tensor {
    precondition(count == other.count, "adding \(other.shape) to \(shape)")
    var result = Tensor(uninitializedShape: shape)
    mapVectors(pointer, other.pointer, into: result.mutablePointer, count: count) {
      $0.addingProduct($1, Vector(repeating: scale))
    }
    return result
  }

  package mutating func add(_ other: Tensor, scale: Float = 1) {
    precondition(count == other.count, "adding \(other.shape) to \(shape)")
    Self.add(other.pointer, scale: scale, to: mutablePointer, count: count)
  }

  /// y[i] += scale x[i].
  package static func add(
    _ x: UnsafePointer<Float>, scale: Float = 1, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    mapVectors(y, x, into: y, count: count) { $0.addingProduct($1, Vector(repeating: scale)) }
  }

  package func scaled(by factor: Float) -> Tensor {
    var result = Tensor(uninitializedShape: shape)
    mapVectors(pointer, into: result.mutablePointer, count: count) { $0 * factor }
    return result
  }

  /// Every row plus `row`, which holds `columns` values.
  package func addingToRows(_ row: UnsafePointer<Float>) -> Tensor {
    var result = Tensor(uninitializedShape: shape)
    let output = result.mutablePointer
    for start in stride(from: 0, to: count, by: columns) {
      mapVectors(pointer + start, row, into: output + start, count: columns) { $0 + $1 }
    }
    return result
  }

  /// Adds the first `count` rows of `other` to the rows from `start` on.
  package mutating func addRows(_ other: Tensor, at start: Int, count: Int) {
    precondition(start + count <= rows && count <= other.rows, "rows outside the tensor")
    let p = mutablePointer + start * columns
    mapVectors(p, other.pointer, into: p, count: count * columns) { $0 + $1 }
  }
}
