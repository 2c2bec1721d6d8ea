// Two stride-2 convolutions: 100 feature frames a second become 25 hidden ones.

import Foundation
import Kernels

/// LDASR's front end: `conv_subsample.sequential.{0,1}`, two Conv1d(kernel 3, stride 2) with no
/// nonlinearity between, then sinusoidal positions added.
struct ConvolutionSubsampling: Sendable {
  let bins: Int
  let width: Int
  let weights: [Parameter]
  let biases: [Parameter]
  static let kernel = 3
  static let stride = 2

  init(bins: Int, width: Int, in layout: inout ParameterLayout) {
    self.bins = bins
    self.width = width
    let w0 = layout.add("conv_subsample.sequential.0.weight", width, bins, Self.kernel)
    let b0 = layout.add("conv_subsample.sequential.0.bias", width)
    let w1 = layout.add("conv_subsample.sequential.1.weight", width, width, Self.kernel)
    let b1 = layout.add("conv_subsample.sequential.1.bias", width)
    weights = [w0, w1]
    biases = [b0, b1]
  }

  static func outputLength(_ frames: Int) -> Int {
    let half = StridedConvolution.outputLength(frames, kernel: kernel, stride: stride)
    return StridedConvolution.outputLength(half, kernel: kernel, stride: stride)
  }

  struct Activations {
    let features: HiddenFrames
    let middle: HiddenFrames
  }

  /// features: packed feature frames x bins. Returns packed hidden frames with positions added.
  func forward(_ features: HiddenFrames, _ w: Weights) -> (HiddenFrames, Activations) {
    let (middle, middleLengths) = StridedConvolution.forward(
      features.values, lengths: features.lengths, weight: w[weights[0]], bias: w[biases[0]],
      outputs: width, kernel: Self.kernel, stride: Self.stride)
    let (y, lengths) = StridedConvolution.forward(
      middle, lengths: middleLengths, weight: w[weights[1]], bias: w[biases[1]], outputs: width,
      kernel: Self.kernel, stride: Self.stride)
    var frames = HiddenFrames(values: y, lengths: lengths)
    frames.addPositions()
    return (
      frames,
      Activations(
        features: features, middle: HiddenFrames(values: middle, lengths: middleLengths))
    )
  }

  /// The two filters, for inference: what a result's three frames hold lies close together, so that each is a
  /// fully connected layer over rows that overlap.
  func parts(_ w: Weights) -> [Weights.Part] {
    zip(weights, biases).map { weight, bias in
      let (o, i) = (weight.shape[0], weight.shape[1])
      let matrix = StridedConvolution.tapMajor(
        w[weight], inputs: i, outputs: o, kernel: Self.kernel)
      let part = ThinLinear(
        .whole(matrix), bias: w.tensor(bias), inputs: Self.kernel * i, outputs: o)
      return (weight, bias, part.inPanels)
    }
  }

  /// With filters that are laid out for products. Packed feature frames become hidden frames, positions added.
  func callAsFunction(_ features: HiddenFrames, _ w: Weights) -> HiddenFrames {
    var frames = weights.reduce(features) { filtered($0, by: $1, w) }
    frames.addPositions()
    return frames
  }

  private func filtered(
    _ x: HiddenFrames, by weight: Parameter, _ w: Weights
  ) -> HiddenFrames {
    let part = w.laidOut(weight)
    let i = x.values.columns
    let lengths = x.lengths.map {
      StridedConvolution.outputLength($0, kernel: Self.kernel, stride: Self.stride)
    }
    var y = Tensor(uninitialized: lengths.reduce(0, +), width)
    let (input, output) = (x.values.pointer, y.mutablePointer)
    var (from, to) = (0, 0)
    for (length, outputs) in zip(x.lengths, lengths) {
      Parallel.split(outputs, grain: Panels.tile, work: outputs * part.weightCount) { range in
        part.rows(
          input + (from + range.lowerBound * Self.stride) * i, stride: Self.stride * i,
          count: range.count, into: output + (to + range.lowerBound) * width)
      }
      from += length
      to += outputs
    }
    return HiddenFrames(values: y, lengths: lengths)
  }

  func backward(
    _ dy: Tensor, _ a: Activations, _ w: Weights, into g: ParameterBuffer
  ) {
    let dMiddle = StridedConvolution.backward(
      dy, input: a.middle.values, lengths: a.middle.lengths, weight: w[weights[1]],
      weightGradient: g[weights[1]], biasGradient: g[biases[1]], kernel: Self.kernel,
      stride: Self.stride, wantsInput: true)!
    _ = StridedConvolution.backward(
      dMiddle, input: a.features.values, lengths: a.features.lengths, weight: w[weights[0]],
      weightGradient: g[weights[0]], biasGradient: g[biases[0]], kernel: Self.kernel,
      stride: Self.stride, wantsInput: false)
  }

  func operations(featureFrames: Int) -> Double {
    let half = StridedConvolution.outputLength(
      featureFrames, kernel: Self.kernel, stride: Self.stride)
    let quarter = Self.outputLength(featureFrames)
    return 2 * Double(Self.kernel * width) * (Double(half * bins) + Double(quarter * width))
  }
}

extension HiddenFrames {
  /// Absolute sinusoidal positions (Vaswani et al.): sine in even columns, cosine in odd ones, base
  /// 10,000, added without scaling the input, counted from the start of each utterance.
  mutating func addPositions() {
    let c = values.columns
    let longest = lengths.max() ?? 0
    var table = Tensor(uninitialized: longest, c)
    let t = table.mutablePointer
    for i in 0..<(c / 2) {
      let frequency = exp(-log(10_000) * Double(2 * i) / Double(c))
      // A rotation by the frequency a frame, in double precision: no sine per element.
      let (stepSine, stepCosine) = (sin(frequency), cos(frequency))
      var (s, k) = (0.0, 1.0)
      for position in 0..<longest {
        t[position * c + 2 * i] = Float(s)
        t[position * c + 2 * i + 1] = Float(k)
        (s, k) = (s * stepCosine + k * stepSine, k * stepCosine - s * stepSine)
      }
    }
    var start = 0
    for length in lengths {
      values.addRows(table, at: start, count: length)
      start += length
    }
  }
}
