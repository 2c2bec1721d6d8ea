// Convolution module of a Conformer block: pointwise, GLU, depthwise, BatchNorm, activation, pointwise.

import Kernels

/// `Wav2Vec2ConformerConvolutionModule` and `ParakeetEncoderConvolutionModule`, with the LayerNorm before.
struct BlockConvolution: Sendable {
  private let width, kernel: Int
  private let activation: Activation
  private let norm: Norm
  private let pointwiseIn, pointwiseOut: Projection
  private let depthwiseWeight: Parameter
  private let depthwiseBias: Parameter?
  private let batchNormWeight, batchNormBias: Parameter
  /// Within the state buffer.
  private let runningMean, runningVariance: Parameter

  init(
    _ prefix: String, _ settings: ConformerBlockSettings, in layout: inout ParameterLayout,
    state: inout ParameterLayout
  ) {
    width = settings.width
    kernel = settings.kernel
    activation = settings.activation
    let names = settings.names
    norm = Norm("\(prefix).\(names.convolutionNorm)", width, in: &layout)
    pointwiseIn = Projection(
      "\(prefix).\(names.pointwiseIn)", width, 2 * width, bias: settings.convolutionBias,
      isConvolution: true, in: &layout)
    depthwiseWeight = layout.add("\(prefix).\(names.depthwise).weight", width, 1, kernel)
    depthwiseBias =
      settings.convolutionBias ? layout.add("\(prefix).\(names.depthwise).bias", width) : nil
    batchNormWeight = layout.add("\(prefix).\(names.batchNorm).weight", width)
    batchNormBias = layout.add("\(prefix).\(names.batchNorm).bias", width)
    pointwiseOut = Projection(
      "\(prefix).\(names.pointwiseOut)", width, width, bias: settings.convolutionBias,
      isConvolution: true, in: &layout)
    runningMean = state.add("\(prefix).\(names.batchNorm).running_mean", width)
    runningVariance = state.add("\(prefix).\(names.batchNorm).running_var", width)
  }

  /// The depthwise filters with BatchNorm's running statistics folded in.
  struct Filters: Sendable {
    /// width x kernel, and width.
    let weight, bias: Tensor
  }

  /// w' = w s, b' = (b - mean) s + shift, with s = weight / sqrt(var + eps).
  func filters(_ w: Weights, state: Weights) -> Filters {
    var (weight, bias) = (Tensor(uninitialized: width, kernel), Tensor(uninitialized: width))
    let (taps, offsets) = (weight.mutablePointer, bias.mutablePointer)
    for c in 0..<width {
      let scale =
        w[batchNormWeight][c] / (state[runningVariance][c] + BatchNorm.epsilon).squareRoot()
      for tap in 0..<kernel {
        taps[c * kernel + tap] = w[depthwiseWeight][c * kernel + tap] * scale
      }
      let offset = depthwiseBias.map { w[$0][c] } ?? 0
      offsets[c] = (offset - state[runningMean][c]) * scale + w[batchNormBias][c]
    }
    return Filters(weight: weight, bias: bias)
  }

  /// x is frames x width; so is the result.
  func callAsFunction(
    _ x: Tensor, lengths: [Int], _ w: Weights, filters: Filters
  ) -> Tensor {
    let filtered = DepthwiseConvolution.forward(
      GLU.forward(pointwiseIn(norm(x, w), w)), lengths: lengths, weight: filters.weight.pointer,
      bias: filters.bias.pointer, kernel: kernel)
    return pointwiseOut(activation(filtered), w)
  }

  /// FLOPs: two pointwise products and the depthwise taps.
  func operations(frames: Int) -> Double {
    let c = Double(width)
    return Double(frames) * (6 * c * c + 2 * c * Double(kernel))
  }
}
