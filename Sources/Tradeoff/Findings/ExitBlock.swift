// The light layer in front of the shared head at an exit: what it computes, and its gradient.

import Backbones
import Base
import Kernels

/// y = x + W2 silu(conv(W1 LayerNorm(x) + b1)) + b2, where conv is a filter of `taps` frames of each inner
/// value and its bias.
///
/// Balcony (arXiv 2503.05005) has a whole layer of the network in its place. This one takes a small part of its
/// operations, and sees neighbouring frames, as the layers that are left out would have.
/// n frames, c hidden values, i inner values; x is n x c.
package struct ExitBlock: Sendable, Equatable {
  /// Frames that an inner value is filtered over: 0.6 s of the bundled models, 0.3 s of wav2vec 2.0.
  static let taps = 15

  /// Where its parameters lie among its weights.
  struct Layout: Sendable {
    let gain, shift, inWeight, inBias, taps, tapBias, outWeight, outBias: Parameter
    let all: ParameterLayout

    init(width: Int, inner: Int) {
      var all = ParameterLayout()
      gain = all.add("norm.weight", width)
      shift = all.add("norm.bias", width)
      inWeight = all.add("in.weight", inner, width)
      inBias = all.add("in.bias", inner)
      taps = all.add("taps.weight", inner, ExitBlock.taps)
      tapBias = all.add("taps.bias", inner)
      outWeight = all.add("out.weight", width, inner)
      outBias = all.add("out.bias", width)
      self.all = all
    }
  }

  let width, inner: Int
  let layout: Layout
  /// Laid out by `layout`.
  var weights: Tensor

  /// The identity, until it is trained.
  init(width: Int, inner: Int, seed: UInt64) {
    var random = RandomGenerator(seed: seed, streams: 0xE417)
    let layout = Layout(width: width, inner: inner)
    var weights = Tensor(zeros: layout.all.count)
    let w = weights.mutablePointer
    for index in 0..<width { w[layout.gain.offset + index] = 1 }
    // As PyTorch draws a linear layer's; the filter hands on what it is given.
    let bound = 1 / Float(width).squareRoot()
    for index in 0..<layout.inWeight.count {
      w[layout.inWeight.offset + index] = random.uniform(-bound...bound)
    }
    for value in 0..<inner { w[layout.taps.offset + value * Self.taps + Self.taps / 2] = 1 }
    self.init(width: width, inner: inner, weights: weights)
  }

  /// - Parameter weights: `weightCount` of these sizes.
  init(width: Int, inner: Int, weights: Tensor) {
    (self.width, self.inner) = (width, inner)
    layout = Layout(width: width, inner: inner)
    precondition(weights.count == layout.all.count, "\(weights.count) weights of an exit")
    self.weights = weights
  }

  static func weightCount(width: Int, inner: Int) -> Int {
    Layout(width: width, inner: inner).all.count
  }

  package static func == (a: ExitBlock, b: ExitBlock) -> Bool {
    (a.width, a.inner) == (b.width, b.inner) && a.weights.values == b.weights.values
  }

  /// FLOPs of a frame: two products and the filter; elementwise work is left out, as elsewhere.
  var operationsPerFrame: Double { Double(4 * width * inner + 2 * inner * Self.taps) }

  /// In x's shape.
  func callAsFunction(_ x: HiddenFrames) -> HiddenFrames {
    var result = x
    result.values = forward(x.values, lengths: x.lengths).output
    return result
  }

  /// What `gradients` needs.
  struct Activations {
    let input, statistics, normal, inside, filtered, active: Tensor
  }

  /// - Parameter lengths: frames of each utterance, or piece; they do not see each other.
  func forward(_ x: Tensor, lengths: [Int]) -> (output: Tensor, activations: Activations) {
    precondition(x.columns == width, "\(x.columns) hidden values for an exit of \(width)")
    let w = weights.pointer
    let (normal, statistics) = LayerNorm.forward(
      x, weight: w + layout.gain.offset, bias: w + layout.shift.offset)
    let inside = Linear.forward(
      normal, weight: w + layout.inWeight.offset, bias: w + layout.inBias.offset, outputs: inner)
    let filtered = DepthwiseConvolution.forward(
      inside, lengths: lengths, weight: w + layout.taps.offset, bias: w + layout.tapBias.offset,
      kernel: Self.taps)
    let active = SiLU.forward(filtered)
    let change = Linear.forward(
      active, weight: w + layout.outWeight.offset, bias: w + layout.outBias.offset,
      outputs: width)
    return (
      x.adding(change),
      Activations(
        input: x, statistics: statistics, normal: normal, inside: inside, filtered: filtered,
        active: active)
    )
  }

  /// d(loss)/d(weights), laid out as they are, from d(loss)/d(output). What comes before stays as it is and
  /// needs none.
  func gradients(_ gradient: Tensor, _ a: Activations, lengths: [Int]) -> Tensor {
    var gradients = Tensor(zeros: weights.count)
    let (w, g) = (weights.pointer, gradients.mutablePointer)
    let dActive = Linear.backward(
      gradient, input: a.active, weight: w + layout.outWeight.offset,
      weightGradient: g + layout.outWeight.offset, biasGradient: g + layout.outBias.offset)
    let dInside = DepthwiseConvolution.backward(
      SiLU.backward(dActive, input: a.filtered), input: a.inside, lengths: lengths,
      weight: w + layout.taps.offset, weightGradient: g + layout.taps.offset,
      biasGradient: g + layout.tapBias.offset, kernel: Self.taps)
    let dNormal = Linear.backward(
      dInside, input: a.normal, weight: w + layout.inWeight.offset,
      weightGradient: g + layout.inWeight.offset, biasGradient: g + layout.inBias.offset)
    _ = LayerNorm.backward(
      dNormal, input: a.input, statistics: a.statistics, weight: w + layout.gain.offset,
      weightGradient: g + layout.gain.offset, biasGradient: g + layout.shift.offset)
    return gradients
  }
}
