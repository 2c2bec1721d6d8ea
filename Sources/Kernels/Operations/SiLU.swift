// y = x sigmoid(x).

/// SiLU, also called swish, elementwise, as in `torch.nn.SiLU`.
package enum SiLU {
  package static func forward(_ x: Tensor) -> Tensor {
    var y = Tensor(uninitializedShape: x.shape)
    forward(x.pointer, into: y.mutablePointer, count: x.count)
    return y
  }

  /// `y` may be `x`.
  package static func forward(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    mapVectors(x, into: y, count: count) { $0 * Vector.sigmoid($0) }
  }

  /// d/dx = dy s (1 + x (1 - s)) with s = sigmoid(x).
  package static func backward(_ dy: Tensor, input x: Tensor) -> Tensor {
    var dx = Tensor(uninitializedShape: x.shape)
    mapVectors(dy.pointer, x.pointer, into: dx.mutablePointer, count: x.count) { dy, x in
      let s = Vector.sigmoid(x)
      return dy * s * (1 + x * (1 - s))
    }
    return dx
  }
}
