// y = x Phi(x), with Phi the normal distribution function.

/// GELU (Hendrycks & Gimpel, arXiv 1606.08415) with the exact error function, as `torch.nn.GELU()`.
package enum GELU {
  package static func forward(_ x: Tensor) -> Tensor {
    var y = Tensor(uninitializedShape: x.shape)
    map(x.pointer, into: y.mutablePointer, count: x.count)
    return y
  }

  /// In place, for those who do not need x any more.
  package static func apply(to x: inout Tensor) {
    let values = x.mutablePointer
    map(values, into: values, count: x.count)
  }

  /// With x (1 + tanh(u)) / 2 for x Phi(x), u = sqrt(2 / pi) (x + 0.044715 x^3), as
  /// `torch.nn.GELU(approximate="tanh")`.
  package static func approximation(_ x: Tensor) -> Tensor {
    var y = Tensor(uninitializedShape: x.shape)
    mapVectors(x.pointer, into: y.mutablePointer, count: x.count) { x in
      // (1 + tanh(u)) / 2 is the sigmoid of 2u.
      x * Vector.sigmoid(x * (x * x * 0.071_354_816_3 + 1.595_769_122))
    }
    return y
  }

  private static func map(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    Parallel.split(count, grain: Vector.width, work: 20 * count) { part in
      let first = part.lowerBound
      mapVectors(x + first, into: y + first, count: part.count) { $0 * normalCDF($0) }
    }
  }

  /// d/dx = dy (Phi(x) + x phi(x)), phi the normal density.
  package static func backward(_ dy: Tensor, input x: Tensor) -> Tensor {
    var dx = Tensor(uninitializedShape: x.shape)
    mapVectors(dy.pointer, x.pointer, into: dx.mutablePointer, count: x.count) { dy, x in
      let density = Vector.expOfModest(x * x * -0.5) * 0.398_942_280
      return dy * (normalCDF(x) + x * density)
    }
    return dx
  }

  /// Phi(x) = (1 + erf(x / sqrt 2)) / 2 by Abramowitz & Stegun's formula 7.1.26, off by less than
  /// 1e-7. Not inlined: see `Vector` on large functions.
  @inline(never)
  private static func normalCDF(_ x: Vector) -> Vector {
    let z = larger(x, -x) * 0.707_106_781
    let t = 1 / (z * 0.327_591_1 + 1)
    var p = Vector(repeating: -1.453_152_027).addingProduct(t, Vector(repeating: 1.061_405_429))
    p = Vector(repeating: 1.421_413_741).addingProduct(p, t)
    p = Vector(repeating: -0.284_496_736).addingProduct(p, t)
    p = Vector(repeating: 0.254_829_592).addingProduct(p, t)
    // Half of what lies beyond |x|.
    let tail = p * t * Vector.expOfModest(z * z * -1) * 0.5
    return (1 - tail).replacing(with: tail, where: x .< 0)
  }
}
