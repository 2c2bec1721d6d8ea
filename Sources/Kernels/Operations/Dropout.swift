// Zeroes a random share of the values and scales the rest up.

/// Inverted dropout, as `torch.nn.Dropout` in training mode. The mask is a function of (seed,
/// position), so backward is the same call on the gradient and nothing is stored.
package enum Dropout {
  package static func apply(_ x: inout Tensor, probability: Float, seed: UInt64) {
    if probability <= 0 { return }
    let keepScale = Vector(repeating: 1 / (1 - probability))
    let threshold = Vector(repeating: 1 + probability)
    let key = UInt32(truncatingIfNeeded: seed ^ (seed >> 32))
    let p = x.mutablePointer
    var position = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    let whole = x.count / Vector.width * Vector.width
    var i = 0
    while i < whole {
      let kept = keepScale.replacing(with: 0, where: uniform(position, key) .< threshold)
      (Vector(load: p + i) * kept).store(p + i)
      position &+= UInt32(Vector.width)
      i &+= Vector.width
    }
    let rest = x.count - whole
    if rest > 0 {
      let kept = keepScale.replacing(with: 0, where: uniform(position, key) .< threshold)
      (Vector(load: p + i, count: rest) * kept).store(p + i, count: rest)
    }
  }

  /// 23 random bits as a float in [1, 2): float comparisons are one instruction, unsigned ones 16. Two
  /// rounds of the finaliser of MurmurHash3 keyed by the seed.
  @inline(__always)
  private static func uniform(_ position: SIMD16<UInt32>, _ key: UInt32) -> Vector {
    var h = (position &+ key) &* 0x9E37_79B1
    h ^= h &>> 16
    h = (h ^ key) &* 0x85EB_CA6B
    h ^= h &>> 13
    h = h &* 0xC2B2_AE35
    h ^= h &>> 16
    return unsafeBitCast((h &>> 9) | 0x3F80_0000, to: Vector.self)
  }
}
