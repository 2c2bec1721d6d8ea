// One droppable layer: half a feed-forward, attention, convolution, half a feed-forward, LayerNorm.

import Kernels

/// torchaudio's `ConformerLayer` (Gulati et al., arXiv 2005.08100), attention before convolution:
/// x += FFN1(x) / 2; x += MHSA(x); x += Conv(x); x += FFN2(x) / 2; y = LayerNorm(x).
struct ConformerLayer: Sendable {
  let first: FeedForwardModule
  let attention: SelfAttentionModule
  let convolution: ConvolutionModule
  let second: FeedForwardModule
  /// What a skipped layer does under the `normalized` rule, and every kept layer does last.
  let finalNorm: Norm

  init(
    _ prefix: String, _ configuration: ConformerConfiguration, in layout: inout ParameterLayout,
    state: inout ParameterLayout
  ) {
    let c = configuration.width
    first = FeedForwardModule(
      "\(prefix).ffn1", width: c, inner: configuration.feedForward, in: &layout)
    attention = SelfAttentionModule(prefix, width: c, heads: configuration.heads, in: &layout)
    convolution = ConvolutionModule(
      "\(prefix).conv_module", width: c, kernel: configuration.kernel, in: &layout, state: &state)
    second = FeedForwardModule(
      "\(prefix).ffn2", width: c, inner: configuration.feedForward, in: &layout)
    finalNorm = Norm("\(prefix).final_layer_norm", c, in: &layout)
  }

  /// For inference, with folded weights that are laid out for products. Threads take blocks of frames through
  /// the layer and meet twice: before attention, which needs all keys and values, and before the convolution,
  /// which needs neighbours.
  func callAsFunction(_ input: Tensor, lengths: [Int], _ w: Weights) -> Tensor {
    var x = input
    let (frames, width) = (x.mutablePointer, input.columns)
    let attended = PanelAttention(lengths: lengths, width: width, heads: attention.heads)
    let gated = MarginedFrames(lengths: lengths, columns: width, margin: convolution.kernel / 2)
    let widest = max(3 * width, first.inner, second.inner)

    func each(
      _ work: Int, _ body: (FrameBlock, Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
      Parallel.split(input.rows, grain: Panels.tile, work: input.rows * width * work) { range in
        FrameBlock.each(of: range, width: width, widest: widest) { block, rows in
          body(block, rows, frames + rows.lowerBound * width)
        }
      }
    }
    each(2 * first.inner + 3 * width) { block, rows, x in
      first.addHalf(to: x, count: rows.count, w, block)
      attention.put(x, rows, w, block, into: attended)
    }
    each(3 * width + 2 * (lengths.max() ?? 0)) { block, rows, x in
      attention.add(attended, to: x, rows, w, block)
      convolution.put(x, rows, w, block, into: gated)
    }
    each(2 * second.inner + width + convolution.kernel) { block, rows, x in
      convolution.add(gated, to: x, rows, w, block)
      second.addHalf(to: x, count: rows.count, w, block)
      finalNorm.rows(x, count: rows.count, into: x, w)
    }
    return x
  }

  struct Activations {
    let first: FeedForwardModule.Activations
    let attention: SelfAttentionModule.Activations
    let convolution: ConvolutionModule.Activations
    let second: FeedForwardModule.Activations
    let norm: Norm.Activations
  }

  /// - Parameter isFrozen: whether BatchNorm's running statistics are used, and stay as they are.
  func forward(
    _ input: Tensor, lengths: [Int], _ w: Weights, state: ParameterBuffer, dropout: Float,
    isFrozen: Bool = false, _ pass: inout TrainingPass
  ) -> (Tensor, Activations) {
    let (y1, a1) = first.forward(input, w, dropout: dropout, random: &pass.random)
    let x1 = input.adding(y1, scale: 0.5)
    let (y2, a2) = attention.forward(
      x1, lengths: lengths, w, dropout: dropout, random: &pass.random)
    let x2 = x1.adding(y2)
    let (y3, a3) = convolution.forward(
      x2, lengths: lengths, w, state: state, dropout: dropout, isFrozen: isFrozen, &pass)
    let x3 = x2.adding(y3)
    let (y4, a4) = second.forward(x3, w, dropout: dropout, random: &pass.random)
    let x4 = x3.adding(y4, scale: 0.5)
    let (y, norm) = finalNorm.forward(x4, w)
    return (y, Activations(first: a1, attention: a2, convolution: a3, second: a4, norm: norm))
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, lengths: [Int], _ w: Weights,
    into g: ParameterBuffer, dropout: Float, _ pass: TrainingPass
  ) -> Tensor {
    var dx = finalNorm.backward(gradient, a.norm, w, into: g)
    dx.add(second.backward(dx.scaled(by: 0.5), a.second, w, into: g, dropout: dropout))
    dx.add(
      convolution.backward(
        dx, a.convolution, lengths: lengths, w, into: g, dropout: dropout, pass))
    dx.add(attention.backward(dx, a.attention, lengths: lengths, w, into: g, dropout: dropout))
    dx.add(first.backward(dx.scaled(by: 0.5), a.first, w, into: g, dropout: dropout))
    return dx
  }

  /// FLOPs of the products and convolutions for an utterance of `frames`; LayerNorm, SiLU and other
  /// elementwise work is about one percent of it and not counted.
  func operations(frames: Int, _ w: Weights) -> Double {
    let products = feedForwards.reduce(convolution.operationsPerFrame) {
      $0 + $1.operationsPerFrame(w)
    }
    return Double(frames) * products + attention.operations(frames: frames)
  }

  var feedForwards: [FeedForward] { [first.products, second.products] }

  var projections: [Projection] {
    feedForwards.flatMap(\.projections) + attention.projections + convolution.projections
  }
}
