// exp, log and sigmoid on sixteen lanes at a time, since libm has no vector form reachable from
// Swift. Polynomials of Cephes (Moshier), relative error below 2e-7.

/// The exponential is `@_transparent` because `@inline(__always)` still leaves calls.
extension Vector {
  /// e^x: 0 at -infinity, infinity above 88.72, gradual underflow below -87.33, NaN stays NaN.
  @inlinable @_transparent
  package static func exp(_ x: Vector) -> Vector {
    // Outside these bounds the result is already infinity or 0. Written so that NaN passes.
    var clamped = x.replacing(with: 89, where: x .> 89)
    clamped.replace(with: -104, where: clamped .< -104)
    // Adding 1.5 * 2^23 rounds to an integer and leaves that integer in the low bits.
    let magic = Vector(repeating: 0x1.8p23)
    let shifted = magic.addingProduct(clamped, Vector(repeating: 1.442_695_04))
    let whole = shifted - magic
    var r = clamped.addingProduct(whole, Vector(repeating: -0.693_359_375))
    r.addProduct(whole, Vector(repeating: 2.121_944_40e-4))
    var p = Vector(repeating: 1.398_199_950_7e-3).addingProduct(
      r, Vector(repeating: 1.987_569_150_0e-4))
    p = Vector(repeating: 8.333_451_907_3e-3).addingProduct(p, r)
    p = Vector(repeating: 4.166_579_589_4e-2).addingProduct(p, r)
    p = Vector(repeating: 1.666_666_545_9e-1).addingProduct(p, r)
    p = Vector(repeating: 5.000_000_120_1e-1).addingProduct(p, r)
    p = (r + 1).addingProduct(p, r * r)
    // 2^n in two halves, each a normal number, so that results near the ends of the range are
    // right.
    let n =
      unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- SIMD16<Int32>(repeating: 0x4B40_0000)
    let half = n &>> 1
    let bias = SIMD16<Int32>(repeating: 127)
    let low = unsafeBitCast((half &+ bias) &<< 23, to: Vector.self)
    let high = unsafeBitCast((n &- half &+ bias) &<< 23, to: Vector.self)
    return p * low * high
  }

  /// e^x for x from -87.33 on, infinity above 88.37; what is smaller counts as -87.33, and NaN stays
  /// NaN. Half the instructions of `exp`, and as precise: for sigmoids and softmaxes, to which
  /// 1e-38 is as good as 0. 2^n times a polynomial for 2^f (Cephes' exp2f), f within a half of 0.
  @inlinable @_transparent
  package static func expOfModest(_ x: Vector) -> Vector {
    // Written so that NaN passes.
    let clamped = larger(
      Vector(repeating: -87.33), x.replacing(with: 88.8, where: x .> 88.8))
    let magic = Vector(repeating: 0x1.8p23)
    let shifted = magic.addingProduct(clamped, Vector(repeating: 1.442_695_04))
    var f = (magic - shifted).addingProduct(clamped, Vector(repeating: 1.442_695_04))
    f.addProduct(clamped, Vector(repeating: 1.925_963_033e-8))
    var p = Vector(repeating: 1.339_887_440e-3).addingProduct(
      f, Vector(repeating: 1.535_336_188e-4))
    p = Vector(repeating: 9.618_437_357e-3).addingProduct(p, f)
    p = Vector(repeating: 5.550_332_471e-2).addingProduct(p, f)
    p = Vector(repeating: 2.402_264_791e-1).addingProduct(p, f)
    p = Vector(repeating: 6.931_472_029e-1).addingProduct(p, f)
    p = Vector(repeating: 1).addingProduct(p, f)
    // The low bits of `shifted` are n; the bits of its exponent leave with the shift.
    let n = unsafeBitCast(shifted, to: SIMD16<Int32>.self)
    let scale = (n &<< 23) &+ SIMD16<Int32>(repeating: 0x3F80_0000)
    return p * unsafeBitCast(scale, to: Vector.self)
  }

  /// Natural logarithm: -infinity at 0, NaN below 0, infinity at infinity, subnormals included.
  @inlinable @inline(__always)
  package static func log(_ x: Vector) -> Vector {
    let subnormal = x .< Float.leastNormalMagnitude
    var result = logOfNormal(x.replacing(with: x * 0x1p23, where: subnormal))
    result.replace(with: result - 15.942_385_15, where: subnormal)
    result.replace(with: -Float.infinity, where: x .== 0)
    result.replace(with: Float.nan, where: x .< 0)
    // Infinity and NaN come out as themselves.
    return result.replacing(with: x, where: .!(x .< Float.infinity))
  }

  /// The natural logarithm of positive normal numbers (NaN stays NaN): without the special cases,
  /// twice as fast.
  @inlinable @_transparent
  package static func logOfNormal(_ x: Vector) -> Vector {
    typealias Bits = SIMD16<Int32>
    // Splits x = m * 2^e with m in [sqrt(1/2), sqrt(2)): subtracting the bits of sqrt(1/2) carries
    // into the exponent exactly when the mantissa is past sqrt(2).
    let root = Bits(repeating: 0x3F35_04F3)
    let offset = unsafeBitCast(x, to: Bits.self) &- root
    let exponent = offset &>> 23
    let m = unsafeBitCast((offset & Bits(repeating: 0x007F_FFFF)) &+ root, to: Vector.self)
    // A small integer to Float by way of the bits of 1.5 * 2^23 + e.
    let e = unsafeBitCast(exponent &+ Bits(repeating: 0x4B40_0000), to: Vector.self) - 0x1.8p23
    let r = m - 1
    let square = r * r
    var p = Vector(repeating: -1.151_461_031_0e-1).addingProduct(
      r, Vector(repeating: 7.037_683_629_2e-2))
    p = Vector(repeating: 1.167_699_874_0e-1).addingProduct(p, r)
    p = Vector(repeating: -1.242_014_084_6e-1).addingProduct(p, r)
    p = Vector(repeating: 1.424_932_278_7e-1).addingProduct(p, r)
    p = Vector(repeating: -1.666_805_766_5e-1).addingProduct(p, r)
    p = Vector(repeating: 2.000_071_476_5e-1).addingProduct(p, r)
    p = Vector(repeating: -2.499_999_399_3e-1).addingProduct(p, r)
    p = Vector(repeating: 3.333_333_117_4e-1).addingProduct(p, r)
    var tail = (p * r) * square
    tail.addProduct(e, Vector(repeating: -2.121_944_40e-4))
    tail.addProduct(square, Vector(repeating: -0.5))
    // The bits of NaN are those of a large number: 0 * x brings it back.
    tail.addProduct(x, Vector(repeating: 0))
    return (r + tail).addingProduct(e, Vector(repeating: 0.693_359_375))
  }

  /// 1 / (1 + e^-x).
  @inlinable @_transparent
  package static func sigmoid(_ x: Vector) -> Vector {
    1 / (1 + expOfModest(-x))
  }
}
