// Sixteen floats at a time: loading and storing them, and loops over contiguous floats with the ragged
// end handled in one place.

/// Sixteen floats: one AVX-512 register, or two of AVX.
///
/// In the standard library SIMD operators are loops over lanes, which LLVM puts back together into
/// vector instructions. It gives up in large functions: keep what is done to a vector down to a
/// handful of calls, and put more behind `@inline(never)`.
@usableFromInline package typealias Vector = SIMD16<Float>

extension Vector {
  /// Lanes in one vector.
  @inlinable @inline(__always)
  package static var width: Int { 16 }

  /// Sixteen consecutive values, at any alignment.
  @inlinable @inline(__always)
  package init(load pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  /// The first `count` (16 for all of more) of sixteen consecutive values; other lanes hold `padding`.
  @inlinable @inline(__always)
  package init(load pointer: UnsafePointer<Float>, count: Int, padding: Float = 0) {
    self = count >= Vector.width ? Vector(load: pointer) : Vector.part(pointer, count, padding)
  }

  /// Writes sixteen consecutive values, at any alignment.
  @inlinable @inline(__always)
  package func store(_ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Vector.self)
  }

  /// Writes the first `count` (16 for all of more) lanes.
  @inlinable @inline(__always)
  package func store(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    if count >= Vector.width { store(pointer) } else { storePart(pointer, count) }
  }

  // Not inlined: a ragged end in a loop would keep its vectors in memory. Bytes are copied, because a
  // lane's index would be checked.
  @usableFromInline @inline(never)
  package static func part(
    _ pointer: UnsafePointer<Float>, _ count: Int, _ padding: Float
  ) -> Vector {
    var result = Vector(repeating: padding)
    withUnsafeMutableBytes(of: &result) {
      $0.baseAddress!.copyMemory(from: pointer, byteCount: count &* 4)
    }
    return result
  }

  @usableFromInline @inline(never)
  package func storePart(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    withUnsafeBytes(of: self) {
      UnsafeMutableRawPointer(pointer).copyMemory(from: $0.baseAddress!, byteCount: count &* 4)
    }
  }

  /// The sum of all lanes, pairwise.
  @inlinable @inline(__always)
  package var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest lane.
  @inlinable @inline(__always)
  package var largest: Float {
    let eight = larger(lowHalf, highHalf)
    let four = larger(eight.lowHalf, eight.highHalf)
    let first = four.x > four.y ? four.x : four.y
    let second = four.z > four.w ? four.z : four.w
    return first > second ? first : second
  }
}

// Lane by lane maximum: one instruction, where the standard library's takes care of NaN. Not one
// generic function, because the generic `.>` goes lane by lane.
@inlinable @inline(__always)
package func larger(_ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
  b.replacing(with: a, where: a .> b)
}

@inlinable @inline(__always)
package func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
  b.replacing(with: a, where: a .> b)
}

@inlinable @inline(__always)
package func larger(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
  b.replacing(with: a, where: a .> b)
}

/// Calls `body` with each start and length of the vectors that make up `count` values: all of 16 lanes
/// but the last.
@inlinable @_transparent
package func eachVector(_ count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
  var i = 0
  while i &+ Vector.width <= count {
    body(i, Vector.width)
    i &+= Vector.width
  }
  if i < count { body(i, count &- i) }
}

/// y[i] = f(a[i]). `y` may be `a`.
@inlinable @_transparent
package func mapVectors(
  _ a: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int,
  _ f: (Vector) -> Vector
) {
  var i = 0
  while i &+ Vector.width <= count {
    f(Vector(load: a + i)).store(y + i)
    i &+= Vector.width
  }
  if i < count {
    let rest = count &- i
    f(Vector(load: a + i, count: rest)).store(y + i, count: rest)
  }
}

/// y[i] = f(a[i], b[i]). `y` may be `a` or `b`.
@_transparent
func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
  count: Int, _ f: (Vector, Vector) -> Vector
) {
  var i = 0
  while i &+ Vector.width <= count {
    f(Vector(load: a + i), Vector(load: b + i)).store(y + i)
    i &+= Vector.width
  }
  if i < count {
    let rest = count &- i
    f(Vector(load: a + i, count: rest), Vector(load: b + i, count: rest)).store(y + i, count: rest)
  }
}

/// y[i] = f(a[i], b[i], c[i]). `y` may be any of them.
@_transparent
func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
  into y: UnsafeMutablePointer<Float>, count: Int, _ f: (Vector, Vector, Vector) -> Vector
) {
  var i = 0
  while i &+ Vector.width <= count {
    f(Vector(load: a + i), Vector(load: b + i), Vector(load: c + i)).store(y + i)
    i &+= Vector.width
  }
  if i < count {
    let rest = count &- i
    f(
      Vector(load: a + i, count: rest), Vector(load: b + i, count: rest),
      Vector(load: c + i, count: rest)
    ).store(y + i, count: rest)
  }
}

/// The sum of f(a[i], b[i]); `f` must give 0 for (0, 0).
@_transparent
func sumVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, _ f: (Vector, Vector) -> Vector
) -> Float {
  var total = Vector.zero
  var i = 0
  while i &+ Vector.width <= count {
    total += f(Vector(load: a + i), Vector(load: b + i))
    i &+= Vector.width
  }
  if i < count {
    let rest = count &- i
    total += f(Vector(load: a + i, count: rest), Vector(load: b + i, count: rest))
  }
  return total.total
}
