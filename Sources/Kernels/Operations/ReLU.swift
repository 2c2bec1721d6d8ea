// y = max(x, 0).

/// Rectified linear unit, elementwise, as `torch.nn.ReLU`.
package enum ReLU {
  package static func forward(_ x: Tensor) -> Tensor {
    var y = Tensor(uninitializedShape: x.shape)
    mapVectors(x.pointer, into: y.mutablePointer, count: x.count) { larger($0, .zero) }
    return y
  }
}
