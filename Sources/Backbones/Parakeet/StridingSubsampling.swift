// Feature frames to an eighth of them: convolutions over time and frequency, most of them depthwise.

import Kernels

/// `ParakeetEncoderSubsamplingConv2D` (Fast Conformer: Rekesh et al., arXiv 2305.05084): a convolution,
/// then depthwise and pointwise ones in turn, each stage with ReLU, and a projection of what is left of
/// all bins.
struct StridingSubsampling: Sendable {
  private typealias Plane = PlaneConvolution.Plane

  private struct Stage: Sendable {
    let weight, bias: Parameter
    /// Behind the depthwise convolution, channels x channels; not in the first stage.
    let mix: Projection?
  }

  private let stages: [Stage]
  private let projection: Projection
  private let encoder: ParakeetConfiguration.Encoder
  private let geometry: PlaneConvolution.Geometry
  /// What the projection's output is multiplied by.
  private let scale: Float

  init(_ prefix: String, _ encoder: ParakeetConfiguration.Encoder, in layout: inout ParameterLayout)
  {
    self.encoder = encoder
    geometry = PlaneConvolution.Geometry(
      kernel: encoder.subsamplingKernel, stride: encoder.subsamplingStride)
    scale = encoder.scalesInput ? Float(encoder.width).squareRoot() : 1
    let (c, k) = (encoder.subsamplingChannels, encoder.subsamplingKernel)
    // Positions in a list where each ReLU counts as one.
    stages = (0..<encoder.subsamplings).map { stage in
      let name = "\(prefix).layers.\(max(0, 3 * stage - 1))"
      let next = "\(prefix).layers.\(3 * stage)"
      return Stage(
        weight: layout.add("\(name).weight", c, 1, k, k), bias: layout.add("\(name).bias", c),
        mix: stage == 0
          ? nil
          : Projection(
            weight: layout.add("\(next).weight", c, c, 1, 1), bias: layout.add("\(next).bias", c)))
    }
    projection = Projection(
      "\(prefix).linear", c * (encoder.melCount / encoder.hops), encoder.width, in: &layout)
  }

  /// What all stages leave of that many frames, or bins.
  static func outputLength(_ length: Int, _ encoder: ParakeetConfiguration.Encoder) -> Int {
    let geometry = PlaneConvolution.Geometry(
      kernel: encoder.subsamplingKernel, stride: encoder.subsamplingStride)
    return (0..<encoder.subsamplings).reduce(length) { length, _ in geometry.outputLength(length) }
  }

  /// Each utterance's features (frames x bins) to packed hidden frames.
  func callAsFunction(_ features: [Tensor], _ w: Weights) -> HiddenFrames {
    var frames = HiddenFrames(packing: features.map { flattened($0, w) })
    frames.values = projection(frames.values, w)
    if scale != 1 { frames.values = frames.values.scaled(by: scale) }
    return frames
  }

  /// One utterance before the projection: frames x (channels bins), a channel's bins side by side.
  private func flattened(_ features: Tensor, _ w: Weights) -> Tensor {
    let c = encoder.subsamplingChannels
    var plane = Plane(frames: features.rows, bins: features.columns)
    var x = features.reshaped(features.count, 1)
    for stage in stages {
      x = PlaneConvolution.forward(
        x, plane: plane, weight: w[stage.weight], bias: w[stage.bias], outputs: c,
        geometry: geometry)
      plane = geometry.output(plane)
      if let mix = stage.mix { x = mix(x, w) }
      x = ReLU.forward(x)
    }
    var y = Tensor(uninitialized: plane.frames, c * plane.bins)
    let (source, target) = (x.pointer, y.mutablePointer)
    for t in 0..<plane.frames {
      let (from, to) = (source + t * plane.bins * c, target + t * plane.bins * c)
      for bin in 0..<plane.bins {
        for channel in 0..<c { to[channel * plane.bins + bin] = from[bin * c + channel] }
      }
    }
    return y
  }

  /// FLOPs of the convolutions and the projection.
  func operations(featureFrames: Int) -> Double {
    let c = Double(encoder.subsamplingChannels)
    let taps = Double(encoder.subsamplingKernel * encoder.subsamplingKernel)
    var plane = Plane(frames: featureFrames, bins: encoder.melCount)
    var total = 0.0
    for stage in stages {
      plane = geometry.output(plane)
      total += 2 * Double(plane.frames * plane.bins) * c * (taps + (stage.mix == nil ? 0 : c))
    }
    return total + 2 * Double(plane.frames * plane.bins) * c * Double(encoder.width)
  }
}
