// y = a sigmoid(b), where each row of x is [a, b].

/// Gated linear unit (Dauphin et al., arXiv 1612.08083) over the last dimension, as `torch.nn.GLU`.
package enum GLU {
  /// x is n x 2c; returns n x c.
  package static func forward(_ x: Tensor) -> Tensor {
    let (n, c) = (x.rows, x.columns / 2)
    var y = Tensor(uninitialized: n, c)
    let (input, output) = (x.pointer, y.mutablePointer)
    for row in 0..<n { forward(input + row * 2 * c, into: output + row * c, columns: c) }
    return y
  }

  /// One row, of 2c values, into c.
  @inline(__always)
  package static func forward(
    _ row: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, columns c: Int
  ) {
    mapVectors(row, row + c, into: y, count: c) { $0 * Vector.sigmoid($1) }
  }

  /// dy is n x c; returns n x 2c.
  package static func backward(_ dy: Tensor, input x: Tensor) -> Tensor {
    let (n, c) = (x.rows, x.columns / 2)
    var dx = Tensor(uninitialized: n, 2 * c)
    let (input, gradient, output) = (x.pointer, dy.pointer, dx.mutablePointer)
    for row in 0..<n {
      let (r, g, out) = (input + row * 2 * c, gradient + row * c, output + row * 2 * c)
      mapVectors(g, r + c, into: out, count: c) { $0 * Vector.sigmoid($1) }
      mapVectors(g, r, r + c, into: out + c, count: c) { dy, a, b in
        let s = Vector.sigmoid(b)
        return dy * a * s * (1 - s)
      }
    }
    return dx
  }
}
