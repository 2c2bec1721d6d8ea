// Convolution module of a Conformer block: pointwise, GLU, depthwise, norm, activation, pointwise.

import Kernels

/// `Wav2Vec2ConformerConvolutionModule` and `ParakeetEncoderConvolutionModule`, both with BatchNorm behind
/// centred filters, and `Wav2Vec2BertConvolutionModule`, with LayerNorm behind causal ones; all with the
/// LayerNorm before.
struct BlockConvolution: Sendable {
  private let width, kernel: Int
  private let isCausal: Bool
  private let activation: Activation
  private let norm: Norm
  private let pointwiseIn, pointwiseOut: Projection
  private let depthwiseWeight: Parameter
  private let depthwiseBias: Parameter?
  private let filterNorm: FilterNorm

  /// Of what the filters give.
  private enum FilterNorm: Sendable {
    case batch(BatchNormParameters)
    case layer(Norm)
  }

  private struct BatchNormParameters: Sendable {
    let weight, bias: Parameter
    /// Within the state buffer.
    let runningMean, runningVariance: Parameter
  }

  init(
    _ prefix: String, _ settings: ConformerBlockSettings, in layout: inout ParameterLayout,
    state: inout ParameterLayout
  ) {
    width = settings.width
    kernel = settings.kernel
    isCausal = settings.isCausal
    activation = settings.activation
    let names = settings.names
    norm = Norm(
      "\(prefix).\(names.convolutionNorm)", width, epsilon: settings.epsilon, in: &layout)
    pointwiseIn = Projection(
      "\(prefix).\(names.pointwiseIn)", width, 2 * width, bias: settings.convolutionBias,
      isConvolution: true, in: &layout)
    depthwiseWeight = layout.add("\(prefix).\(names.depthwise).weight", width, 1, kernel)
    depthwiseBias =
      settings.convolutionBias ? layout.add("\(prefix).\(names.depthwise).bias", width) : nil
    let filterName = "\(prefix).\(names.filterNorm)"
    filterNorm =
      settings.isCausal
      ? .layer(Norm(filterName, width, epsilon: settings.epsilon, in: &layout))
      : .batch(
        BatchNormParameters(
          weight: layout.add("\(filterName).weight", width),
          bias: layout.add("\(filterName).bias", width),
          runningMean: state.add("\(filterName).running_mean", width),
          runningVariance: state.add("\(filterName).running_var", width)))
    pointwiseOut = Projection(
      "\(prefix).\(names.pointwiseOut)", width, width, bias: settings.convolutionBias,
      isConvolution: true, in: &layout)
  }

  /// The depthwise filters, with BatchNorm's running statistics folded in where there are some.
  struct Filters: Sendable {
    /// width x kernel.
    let weight: Tensor
    /// width.
    let bias: Tensor?
  }

  /// Of BatchNorm w' = w s, b' = (b - mean) s + shift, with s = weight / sqrt(var + eps).
  func filters(_ w: Weights, state: Weights) -> Filters {
    guard case .batch(let batch) = filterNorm else {
      return Filters(weight: w.tensor(depthwiseWeight), bias: depthwiseBias.map { w.tensor($0) })
    }
    var (weight, bias) = (Tensor(uninitialized: width, kernel), Tensor(uninitialized: width))
    let (taps, offsets) = (weight.mutablePointer, bias.mutablePointer)
    for c in 0..<width {
      let scale =
        w[batch.weight][c] / (state[batch.runningVariance][c] + BatchNorm.epsilon).squareRoot()
      for tap in 0..<kernel {
        taps[c * kernel + tap] = w[depthwiseWeight][c * kernel + tap] * scale
      }
      let offset = depthwiseBias.map { w[$0][c] } ?? 0
      offsets[c] = (offset - state[batch.runningMean][c]) * scale + w[batch.bias][c]
    }
    return Filters(weight: weight, bias: bias)
  }

  /// x is frames x width; so is the result.
  func callAsFunction(
    _ x: Tensor, lengths: [Int], _ w: Weights, filters: Filters
  ) -> Tensor {
    let gated = GLU.forward(pointwiseIn(norm(x, w), w))
    let filtered = DepthwiseConvolution.forward(
      gated, lengths: lengths, weight: filters.weight.pointer, bias: filters.bias?.pointer,
      kernel: kernel, isCausal: isCausal)
    guard case .layer(let behind) = filterNorm else { return pointwiseOut(activation(filtered), w) }
    return pointwiseOut(activation(behind(filtered, w)), w)
  }

  var projections: [Projection] { [pointwiseIn, pointwiseOut] }

  /// FLOPs: two pointwise products and the depthwise taps.
  func operations(frames: Int) -> Double {
    let c = Double(width)
    return Double(frames) * (6 * c * c + 2 * c * Double(kernel))
  }
}
