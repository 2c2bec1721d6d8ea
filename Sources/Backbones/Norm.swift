// A LayerNorm by its two parameters, forward and backward.

import Kernels

/// `torch.nn.LayerNorm`.
struct Norm: Sendable {
  let weight, bias: Parameter
  /// Added to the variance.
  let epsilon: Float

  init(
    _ name: String, _ width: Int, epsilon: Float = LayerNorm.epsilon,
    in layout: inout ParameterLayout
  ) {
    self.epsilon = epsilon
    weight = layout.add("\(name).weight", width)
    bias = layout.add("\(name).bias", width)
  }

  /// In x's shape.
  func callAsFunction(_ x: Tensor, _ w: Weights) -> Tensor { forward(x, w).output }

  /// Rows of what it normalises, on the calling thread alone; `y` may be `x`.
  func rows(
    _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>, _ w: Weights
  ) {
    LayerNorm.normalize(
      0..<count, of: x, columns: weight.count, weight: w[weight], bias: w[bias], epsilon: epsilon,
      into: y)
  }

  /// What the forward pass keeps.
  struct Activations {
    let input: Tensor
    let statistics: Tensor
  }

  func forward(_ x: Tensor, _ w: Weights) -> (output: Tensor, activations: Activations) {
    let (y, statistics) = LayerNorm.forward(
      x, weight: w[weight], bias: w[bias], epsilon: epsilon)
    return (y, Activations(input: x, statistics: statistics))
  }

  /// Adds to the parameters' gradients and returns d/dx.
  func backward(
    _ gradient: Tensor, _ a: Activations, _ w: Weights, into g: ParameterBuffer
  ) -> Tensor {
    LayerNorm.backward(
      gradient, input: a.input, statistics: a.statistics, weight: w[weight],
      weightGradient: g[weight], biasGradient: g[bias])
  }

  /// d/dx alone, where the norm stays as it is.
  func inputGradient(_ gradient: Tensor, of x: Tensor, _ w: Weights) -> Tensor {
    var unused = Tensor(zeros: 2, weight.count)
    let sums = unused.mutablePointer
    return LayerNorm.backward(
      gradient, input: x, statistics: forward(x, w).activations.statistics, weight: w[weight],
      weightGradient: sums, biasGradient: sums + weight.count)
  }
}
