// LayerNorm and multi-head self-attention of a Conformer layer.

import Base
import Kernels

/// torchaudio's `self_attn_layer_norm` and `self_attn`, a `torch.nn.MultiheadAttention` with its packed
/// input projection, no relative positions.
struct SelfAttentionModule: Sendable {
  let width: Int
  let heads: Int
  let norm: Norm
  /// To the queries, keys and values of all heads; and from what they mixed.
  let packed, out: Projection

  init(_ prefix: String, width: Int, heads: Int, in layout: inout ParameterLayout) {
    self.width = width
    self.heads = heads
    norm = Norm("\(prefix).self_attn_layer_norm", width, in: &layout)
    packed = Projection(
      weight: layout.add("\(prefix).self_attn.in_proj_weight", 3 * width, width),
      bias: layout.add("\(prefix).self_attn.in_proj_bias", 3 * width))
    out = Projection("\(prefix).self_attn.out_proj", width, width, in: &layout)
  }

  /// Puts the queries, keys and values of frames `rows`, which begin at `x`, where all frames see them.
  func put(
    _ x: UnsafePointer<Float>, _ rows: Range<Int>, _ w: Weights, _ block: FrameBlock,
    into attention: PanelAttention
  ) {
    norm.rows(x, count: rows.count, into: block.normalized, w)
    packed.rows(block.normalized, count: rows.count, into: block.wide, w)
    attention.put(block.wide, count: rows.count, at: rows.lowerBound)
  }

  /// Adds to frames `rows`, which begin at `x`, what they make of all frames' values.
  func add(
    _ attention: PanelAttention, to x: UnsafeMutablePointer<Float>, _ rows: Range<Int>,
    _ w: Weights, _ block: FrameBlock
  ) {
    attention.mix(rows, into: block.narrow)
    out.rows(block.narrow, count: rows.count, into: block.normalized, w)
    Tensor.add(block.normalized, to: x, count: rows.count * width)
  }

  struct Activations {
    let norm: Norm.Activations
    let normalized: Tensor  // frames x width
    let qkv: Tensor  // frames x 3 width
    let weights: Tensor  // T x T for each utterance and head, rows padded
    let mixed: Tensor  // frames x width
    let dropout: UInt64
  }

  func forward(
    _ x: Tensor, lengths: [Int], _ w: Weights, dropout: Float, random: inout RandomGenerator
  ) -> (Tensor, Activations) {
    let (normalized, saved) = norm.forward(x, w)
    let qkv = packed(normalized, w)
    let (mixed, weights) = Attention.forward(
      qkv, lengths: lengths, heads: heads, keepWeights: true)
    var y = out(mixed, w)
    let seed = random.next()
    Dropout.apply(&y, probability: dropout, seed: seed)
    return (
      y,
      Activations(
        norm: saved, normalized: normalized, qkv: qkv, weights: weights!, mixed: mixed,
        dropout: seed)
    )
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, lengths: [Int], _ w: Weights,
    into g: ParameterBuffer, dropout: Float
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout)
    let dMixed = out.backward(dy, input: a.mixed, w, into: g)
    let dQKV = Attention.backward(
      dMixed, qkv: a.qkv, weights: a.weights, lengths: lengths, heads: heads)
    let dNormalized = packed.backward(dQKV, input: a.normalized, w, into: g)
    return norm.backward(dNormalized, a.norm, w, into: g)
  }

  var projections: [Projection] { [packed, out] }

  /// FLOPs for an utterance of `frames`: four projections, then QK^T and PV.
  func operations(frames: Int) -> Double {
    let (t, c) = (Double(frames), Double(width))
    return 8 * t * c * c + 4 * t * t * c
  }
}
