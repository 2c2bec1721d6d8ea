// LayerNorm, Linear, SiLU, Linear: half of each end of a Conformer layer.

import Base
import Kernels

/// torchaudio's `_FeedForwardModule`: `sequential.{0 LayerNorm, 1 Linear, 4 Linear}`; SiLU and dropout
/// in between. Returns the module's output; the layer adds half of it to its input.
struct FeedForwardModule: Sendable {
  let norm: Norm
  let expand, contract: Projection

  init(_ prefix: String, width: Int, inner: Int, in layout: inout ParameterLayout) {
    norm = Norm("\(prefix).sequential.0", width, in: &layout)
    expand = Projection("\(prefix).sequential.1", width, inner, in: &layout)
    contract = Projection("\(prefix).sequential.4", inner, width, in: &layout)
  }

  /// Adds half of the module's output to `count` frames.
  func addHalf(
    to x: UnsafeMutablePointer<Float>, count: Int, _ w: Weights, _ block: FrameBlock
  ) {
    norm.rows(x, count: count, into: block.normalized, w)
    let units = expand.rows(block.normalized, count: count, into: block.wide, w)
    SiLU.forward(block.wide, into: block.wide, count: count * units)
    contract.rows(block.wide, count: count, into: block.normalized, w)
    Tensor.add(block.normalized, scale: 0.5, to: x, count: count * norm.weight.count)
  }

  struct Activations {
    let norm: Norm.Activations
    let normalized: Tensor  // frames x width
    let hidden: Tensor  // frames x inner, before SiLU
    let active: Tensor  // frames x inner, after SiLU and dropout
    let dropout: (inner: UInt64, outer: UInt64)
  }

  func forward(
    _ x: Tensor, _ w: Weights, dropout: Float, random: inout RandomGenerator
  ) -> (Tensor, Activations) {
    let (normalized, saved) = norm.forward(x, w)
    let hidden = expand(normalized, w)
    let seeds = (random.next(), random.next())
    var active = SiLU.forward(hidden)
    Dropout.apply(&active, probability: dropout, seed: seeds.0)
    var y = contract(active, w)
    Dropout.apply(&y, probability: dropout, seed: seeds.1)
    return (
      y,
      Activations(
        norm: saved, normalized: normalized, hidden: hidden, active: active, dropout: seeds)
    )
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, _ w: Weights, into g: ParameterBuffer,
    dropout: Float
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout.outer)
    var dActive = contract.backward(dy, input: a.active, w, into: g)
    Dropout.apply(&dActive, probability: dropout, seed: a.dropout.inner)
    let dNormalized = expand.backward(
      SiLU.backward(dActive, input: a.hidden), input: a.normalized, w, into: g)
    return norm.backward(dNormalized, a.norm, w, into: g)
  }

  /// Hidden units.
  var inner: Int { expand.weight.shape[0] }

  var products: FeedForward { FeedForward(expand: expand, contract: contract) }
}
