// Exponentials over SIMD vectors: what softmax, SiLU and GLU spend their time on.

package enum VectorMath {
  /// e^x, relative error under 2e-7; 0 below -87.3 (where the result would be subnormal), infinity
  /// above 88.72, NaN for NaN. Range reduction by Cody and Waite, then a polynomial on
  /// [-ln 2 / 2, ln 2 / 2].
  @inline(__always)
  package static func exp(_ x: SIMD16<Float>) -> SIMD16<Float> {
    typealias Lanes = SIMD16<Float>
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits of the sum.
    let magic = Lanes(repeating: 12_582_912)
    let clamped = x.clamped(
      lowerBound: Lanes(repeating: -87.336_54), upperBound: Lanes(repeating: 88.722_83))
    let shifted = magic.addingProduct(clamped, Lanes(repeating: 1.442_695_041))
    let n = shifted - magic
    var r = clamped.addingProduct(n, Lanes(repeating: -0.693_145_751_953_125))
    r = r.addingProduct(n, Lanes(repeating: -1.428_606_765_330_187e-6))
    var p = Lanes(repeating: 1.0 / 5040)
    p = Lanes(repeating: 1.0 / 720).addingProduct(p, r)
    p = Lanes(repeating: 1.0 / 120).addingProduct(p, r)
    p = Lanes(repeating: 1.0 / 24).addingProduct(p, r)
    p = Lanes(repeating: 1.0 / 6).addingProduct(p, r)
    p = Lanes(repeating: 0.5).addingProduct(p, r)
    p = Lanes(repeating: 1).addingProduct(p, r)
    p = Lanes(repeating: 1).addingProduct(p, r)
    // 2^n in two factors: n reaches 128, one more than an exponent field holds.
    let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self)
    let half = unsafeBitCast((bits &+ 126) &<< 23, to: Lanes.self)
    var y = p * half * 2
    y.replace(with: 0, where: x .< Lanes(repeating: -87.336_54))
    y.replace(with: .infinity, where: x .> Lanes(repeating: 88.722_83))
    y.replace(with: x, where: x .!= x)
    return y
  }

  /// 1 / (1 + e^-x).
  @inline(__always)
  package static func sigmoid(_ x: SIMD16<Float>) -> SIMD16<Float> {
    1 / (1 + exp(-x))
  }
}
