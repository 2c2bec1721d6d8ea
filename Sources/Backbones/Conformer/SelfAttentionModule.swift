// LayerNorm and multi-head self-attention of a Conformer layer.

import Base
import Kernels

/// torchaudio's `self_attn_layer_norm` and `self_attn`, a `torch.nn.MultiheadAttention` with its packed
/// input projection, no relative positions.
struct SelfAttentionModule: Sendable {
  let width: Int
  let heads: Int
  let normWeight, normBias: Parameter
  let inWeight, inBias: Parameter
  let outWeight, outBias: Parameter

  init(_ prefix: String, width: Int, heads: Int, in layout: inout ParameterLayout) {
    self.width = width
    self.heads = heads
    normWeight = layout.add("\(prefix).self_attn_layer_norm.weight", width)
    normBias = layout.add("\(prefix).self_attn_layer_norm.bias", width)
    inWeight = layout.add("\(prefix).self_attn.in_proj_weight", 3 * width, width)
    inBias = layout.add("\(prefix).self_attn.in_proj_bias", 3 * width)
    outWeight = layout.add("\(prefix).self_attn.out_proj.weight", width, width)
    outBias = layout.add("\(prefix).self_attn.out_proj.bias", width)
  }

  func callAsFunction(_ x: Tensor, lengths: [Int], _ w: Weights) -> Tensor {
    let norm = LayerNorm.forward(x, weight: w[normWeight], bias: w[normBias]).output
    let qkv = Linear.forward(norm, weight: w[inWeight], bias: w[inBias], outputs: 3 * width)
    let mixed = Attention.forward(qkv, lengths: lengths, heads: heads, keepWeights: false).output
    return Linear.forward(mixed, weight: w[outWeight], bias: w[outBias], outputs: width)
  }

  struct Activations {
    let input: Tensor
    let statistics: Tensor
    let norm: Tensor  // frames x width
    let qkv: Tensor  // frames x 3 width
    let weights: Tensor  // T x T for each utterance and head, rows padded
    let mixed: Tensor  // frames x width
    let dropout: UInt64
  }

  func forward(
    _ x: Tensor, lengths: [Int], _ w: Weights, dropout: Float, random: inout RandomGenerator
  ) -> (Tensor, Activations) {
    let (norm, statistics) = LayerNorm.forward(x, weight: w[normWeight], bias: w[normBias])
    let qkv = Linear.forward(norm, weight: w[inWeight], bias: w[inBias], outputs: 3 * width)
    let (mixed, weights) = Attention.forward(
      qkv, lengths: lengths, heads: heads, keepWeights: true)
    var y = Linear.forward(mixed, weight: w[outWeight], bias: w[outBias], outputs: width)
    let seed = random.next()
    Dropout.apply(&y, probability: dropout, seed: seed)
    return (
      y,
      Activations(
        input: x, statistics: statistics, norm: norm, qkv: qkv, weights: weights!, mixed: mixed,
        dropout: seed)
    )
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, lengths: [Int], _ w: Weights,
    into g: ParameterBuffer, dropout: Float
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout)
    let dMixed = Linear.backward(
      dy, input: a.mixed, weight: w[outWeight], weightGradient: g[outWeight],
      biasGradient: g[outBias])
    let dQKV = Attention.backward(
      dMixed, qkv: a.qkv, weights: a.weights, lengths: lengths, heads: heads)
    let dNorm = Linear.backward(
      dQKV, input: a.norm, weight: w[inWeight], weightGradient: g[inWeight],
      biasGradient: g[inBias])
    return LayerNorm.backward(
      dNorm, input: a.input, statistics: a.statistics, weight: w[normWeight],
      weightGradient: g[normWeight], biasGradient: g[normBias])
  }

  /// FLOPs for an utterance of `frames`: four projections, then QK^T and PV.
  func operations(frames: Int) -> Double {
    let (t, c) = (Double(frames), Double(width))
    return 8 * t * c * c + 4 * t * t * c
  }
}
