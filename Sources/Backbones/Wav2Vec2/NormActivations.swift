// A LayerNorm by its two parameters, forward and backward.

import Kernels

/// What a LayerNorm's forward pass keeps.
struct NormActivations {
  let input: Tensor
  let statistics: Tensor

  /// norm: weight and bias.
  static func forward(
    _ x: Tensor, _ norm: (Parameter, Parameter), _ w: Weights
  ) -> (output: Tensor, activations: NormActivations) {
    let (y, statistics) = LayerNorm.forward(x, weight: w[norm.0], bias: w[norm.1])
    return (y, NormActivations(input: x, statistics: statistics))
  }

  func backward(
    _ gradient: Tensor, _ norm: (Parameter, Parameter), _ w: Weights,
    into g: ParameterBuffer
  ) -> Tensor {
    LayerNorm.backward(
      gradient, input: input, statistics: statistics, weight: w[norm.0],
      weightGradient: g[norm.0], biasGradient: g[norm.1])
  }
}
