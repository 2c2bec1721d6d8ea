// LayerNorm, Linear, SiLU, Linear: half of each end of a Conformer layer.

import Base
import Kernels

/// torchaudio's `_FeedForwardModule`: `sequential.{0 LayerNorm, 1 Linear, 4 Linear}`; SiLU and dropout
/// in between. Returns the module's output; the layer adds half of it to its input.
struct FeedForwardModule: Sendable {
  let width: Int
  let inner: Int
  let normWeight, normBias: Parameter
  let expandWeight, expandBias: Parameter
  let contractWeight, contractBias: Parameter

  init(_ prefix: String, width: Int, inner: Int, in layout: inout ParameterLayout) {
    self.width = width
    self.inner = inner
    normWeight = layout.add("\(prefix).sequential.0.weight", width)
    normBias = layout.add("\(prefix).sequential.0.bias", width)
    expandWeight = layout.add("\(prefix).sequential.1.weight", inner, width)
    expandBias = layout.add("\(prefix).sequential.1.bias", inner)
    contractWeight = layout.add("\(prefix).sequential.4.weight", width, inner)
    contractBias = layout.add("\(prefix).sequential.4.bias", width)
  }

  /// x is frames x width; so is the result.
  func callAsFunction(_ x: Tensor, _ w: Weights) -> Tensor {
    let norm = LayerNorm.forward(x, weight: w[normWeight], bias: w[normBias]).output
    let hidden = Linear.forward(norm, weight: w[expandWeight], bias: w[expandBias], outputs: inner)
    return Linear.forward(
      SiLU.forward(hidden), weight: w[contractWeight], bias: w[contractBias], outputs: width)
  }

  struct Activations {
    let input: Tensor
    let statistics: Tensor
    let norm: Tensor  // frames x width
    let hidden: Tensor  // frames x inner, before SiLU
    let active: Tensor  // frames x inner, after SiLU and dropout
    let dropout: (inner: UInt64, outer: UInt64)
  }

  func forward(
    _ x: Tensor, _ w: Weights, dropout: Float, random: inout RandomGenerator
  ) -> (Tensor, Activations) {
    let (norm, statistics) = LayerNorm.forward(x, weight: w[normWeight], bias: w[normBias])
    let hidden = Linear.forward(norm, weight: w[expandWeight], bias: w[expandBias], outputs: inner)
    let seeds = (random.next(), random.next())
    var active = SiLU.forward(hidden)
    Dropout.apply(&active, probability: dropout, seed: seeds.0)
    var y = Linear.forward(
      active, weight: w[contractWeight], bias: w[contractBias], outputs: width)
    Dropout.apply(&y, probability: dropout, seed: seeds.1)
    return (
      y,
      Activations(
        input: x, statistics: statistics, norm: norm, hidden: hidden, active: active, dropout: seeds
      )
    )
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, _ w: Weights, into g: ParameterBuffer,
    dropout: Float
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout.outer)
    var dActive = Linear.backward(
      dy, input: a.active, weight: w[contractWeight], weightGradient: g[contractWeight],
      biasGradient: g[contractBias])
    Dropout.apply(&dActive, probability: dropout, seed: a.dropout.inner)
    let dNorm = Linear.backward(
      SiLU.backward(dActive, input: a.hidden), input: a.norm, weight: w[expandWeight],
      weightGradient: g[expandWeight], biasGradient: g[expandBias])
    return LayerNorm.backward(
      dNorm, input: a.input, statistics: a.statistics, weight: w[normWeight],
      weightGradient: g[normWeight], biasGradient: g[normBias])
  }

  /// FLOPs per frame of the two products.
  var operationsPerFrame: Double { 4 * Double(width) * Double(inner) }
}
