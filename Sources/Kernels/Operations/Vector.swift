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
    if _fastPath(count >= Vector.width) {
      self.init(load: pointer)
    } else {
      self = Vector.part(pointer, count, padding)
    }
  }

  /// Writes sixteen consecutive values, at any alignment.
  @inlinable @inline(__always)
  package func store(_ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Vector.self)
  }

  /// Writes the first `count` (16 for all of more) lanes.
  @inlinable @inline(__always)
  package func store(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    if _fastPath(count >= Vector.width) { store(pointer) } else { storePart(pointer, count) }
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

/// Calls `body` with the start of each vector among `count` values and how many of them are left: under
/// 16 for a ragged end.
@inlinable @inline(__always)
package func eachVector(_ count: Int, _ body: (_ start: Int, _ rest: Int) -> Void) {
  var i = 0
  while i < count {
    body(i, count &- i)
    i &+= Vector.width
  }
}

/// y[i] = f(a[i], b[i], c[i], d[i]). `y` may be any of them.
///
/// A ragged end is copied to whole vectors and goes round the same loop, so that `f` is called in one
/// place (where it stands in two, the compiler leaves calls) with nothing but whole vectors.
@inlinable @inline(__always)
package func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
  _ d: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int,
  _ f: (Vector, Vector, Vector, Vector) -> Vector
) {
  var (a, b, c, d, target) = (a, b, c, d, y)
  var left = count
  var vectors = count / Vector.width
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 5 * Vector.width) { buffer in
    let end = buffer.baseAddress!
    while true {
      while vectors > 0 {
        f(Vector(load: a), Vector(load: b), Vector(load: c), Vector(load: d)).store(target)
        a += Vector.width
        b += Vector.width
        c += Vector.width
        d += Vector.width
        target += Vector.width
        vectors &-= 1
      }
      left = left % Vector.width
      if left == 0 { return }
      if target == end + 5 * Vector.width { break }
      Vector.part(a, left, 0).store(end)
      Vector.part(b, left, 0).store(end + Vector.width)
      Vector.part(c, left, 0).store(end + 2 * Vector.width)
      Vector.part(d, left, 0).store(end + 3 * Vector.width)
      (a, b, c, d) = (
        UnsafePointer(end), UnsafePointer(end + Vector.width),
        UnsafePointer(end + 2 * Vector.width),
        UnsafePointer(end + 3 * Vector.width)
      )
      target = end + 4 * Vector.width
      vectors = 1
    }
    (y + (count &- left)).update(from: end + 4 * Vector.width, count: left)
  }
}

/// y[i] = f(a[i]). `y` may be `a`.
@inlinable @inline(__always)
package func mapVectors(
  _ a: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int,
  _ f: (Vector) -> Vector
) {
  mapVectors(a, a, a, a, into: y, count: count) { a, _, _, _ in f(a) }
}

/// y[i] = f(a[i], b[i]). `y` may be `a` or `b`.
@inline(__always)
func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
  count: Int, _ f: (Vector, Vector) -> Vector
) {
  mapVectors(a, b, b, b, into: y, count: count) { a, b, _, _ in f(a, b) }
}

/// y[i] = f(a[i], b[i], c[i]). `y` may be any of them.
@inline(__always)
func mapVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
  into y: UnsafeMutablePointer<Float>, count: Int, _ f: (Vector, Vector, Vector) -> Vector
) {
  mapVectors(a, b, c, c, into: y, count: count) { a, b, c, _ in f(a, b, c) }
}

/// The sum of f(a[i], b[i]); `f` must give 0 for (0, 0).
@inline(__always)
func sumVectors(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, _ f: (Vector, Vector) -> Vector
) -> Float {
  var total = Vector.zero
  eachVector(count) { i, lanes in
    total += f(Vector(load: a + i, count: lanes), Vector(load: b + i, count: lanes))
  }
  return total.total
}
