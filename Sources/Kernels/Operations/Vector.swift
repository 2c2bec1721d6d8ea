// Loops over contiguous floats, a SIMD vector at a time, with the ragged end handled in one place.

/// Sixteen floats: one AVX-512 register, or two of AVX.
package typealias Vector = SIMD16<Float>

extension Vector {
  @inline(__always)
  init(load pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  /// The first `count` (under 16) floats, the rest `padding`.
  @inline(__always)
  init(load pointer: UnsafePointer<Float>, count: Int, padding: Float = 0) {
    self.init(repeating: padding)
    for i in 0..<count { self[i] = pointer[i] }
  }

  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Vector.self)
  }

  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { pointer[i] = self[i] }
  }

  @inline(__always)
  var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}

/// y[i] = f(a[i]). `y` may be `a`.
@inline(__always)
func mapVectors(
  _ a: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int,
  _ f: (Vector) -> Vector
) {
  var i = 0
  while i &+ 16 <= count {
    f(Vector(load: a + i)).store(y + i)
    i &+= 16
  }
  if i < count { f(Vector(load: a + i, count: count - i)).store(y + i, count: count - i) }
}

/// y[i] = f(a[i], b[i]). `y` may be `a` or `b`.
@inline(__always)
func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
  count: Int, _ f: (Vector, Vector) -> Vector
) {
  var i = 0
  while i &+ 16 <= count {
    f(Vector(load: a + i), Vector(load: b + i)).store(y + i)
    i &+= 16
  }
  if i < count {
    let rest = count - i
    f(Vector(load: a + i, count: rest), Vector(load: b + i, count: rest)).store(y + i, count: rest)
  }
}

/// y[i] = f(a[i], b[i], c[i]).
@inline(__always)
func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
  into y: UnsafeMutablePointer<Float>, count: Int, _ f: (Vector, Vector, Vector) -> Vector
) {
  var i = 0
  while i &+ 16 <= count {
    f(Vector(load: a + i), Vector(load: b + i), Vector(load: c + i)).store(y + i)
    i &+= 16
  }
  if i < count {
    let rest = count - i
    f(
      Vector(load: a + i, count: rest), Vector(load: b + i, count: rest),
      Vector(load: c + i, count: rest)
    ).store(y + i, count: rest)
  }
}

/// The sum of f(a[i], b[i]); `f` must give 0 for (0, 0).
@inline(__always)
func sumVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, _ f: (Vector, Vector) -> Vector
) -> Float {
  var total = Vector.zero
  var i = 0
  while i &+ 16 <= count {
    total += f(Vector(load: a + i), Vector(load: b + i))
    i &+= 16
  }
  if i < count {
    total += f(Vector(load: a + i, count: count - i), Vector(load: b + i, count: count - i))
  }
  return total.total
}

/// sums[j] += the sum over rows of x[row, j].
func addColumnSums(
  _ x: UnsafePointer<Float>, rows: Int, columns: Int, to sums: UnsafeMutablePointer<Float>
) {
  for row in 0..<rows {
    mapVectors(sums, x + row * columns, into: sums, count: columns) { $0 + $1 }
  }
}

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
    let p = mutablePointer
    mapVectors(p, other.pointer, into: p, count: count) {
      $0.addingProduct($1, Vector(repeating: scale))
    }
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
