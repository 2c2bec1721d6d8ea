// LayerNorm, pointwise, GLU, depthwise, BatchNorm, SiLU, pointwise.

import Kernels

/// torchaudio's `_ConvolutionModule`: `layer_norm` and
/// `sequential.{0 pointwise, 2 depthwise, 3 BatchNorm1d, 5 pointwise}`.
struct ConvolutionModule: Sendable {
  let width: Int
  let kernel: Int
  let norm: Norm
  let pointwiseIn, pointwiseOut: Projection
  let depthwiseWeight, depthwiseBias: Parameter
  let batchNormWeight, batchNormBias: Parameter
  /// Within the state buffer.
  let runningMean, runningVariance: Parameter

  init(
    _ prefix: String, width: Int, kernel: Int, in layout: inout ParameterLayout,
    state: inout ParameterLayout
  ) {
    self.width = width
    self.kernel = kernel
    norm = Norm("\(prefix).layer_norm", width, in: &layout)
    pointwiseIn = Projection(
      "\(prefix).sequential.0", width, 2 * width, isConvolution: true, in: &layout)
    depthwiseWeight = layout.add("\(prefix).sequential.2.weight", width, 1, kernel)
    depthwiseBias = layout.add("\(prefix).sequential.2.bias", width)
    batchNormWeight = layout.add("\(prefix).sequential.3.weight", width)
    batchNormBias = layout.add("\(prefix).sequential.3.bias", width)
    pointwiseOut = Projection(
      "\(prefix).sequential.5", width, width, isConvolution: true, in: &layout)
    runningMean = state.add("\(prefix).sequential.3.running_mean", width)
    runningVariance = state.add("\(prefix).sequential.3.running_var", width)
  }

  /// Folds the running statistics into the depthwise convolution of `w`, for inference:
  /// w' = w s, b' = (b - mean) s + shift, with s = weight / sqrt(var + eps). Then lays its taps out by tap.
  func fold(_ w: ParameterBuffer, state: ParameterBuffer) {
    for c in 0..<width {
      let scale =
        w[batchNormWeight][c] / (state[runningVariance][c] + BatchNorm.epsilon).squareRoot()
      for tap in 0..<kernel { w[depthwiseWeight][c * kernel + tap] *= scale }
      w[depthwiseBias][c] =
        (w[depthwiseBias][c] - state[runningMean][c]) * scale + w[batchNormBias][c]
    }
    DepthwiseConvolution.tapMajor(w[depthwiseWeight], channels: width, kernel: kernel)
  }

  /// Puts the gated frames `rows`, which begin at `x`, where their neighbours see them.
  func put(
    _ x: UnsafePointer<Float>, _ rows: Range<Int>, _ w: Weights, _ block: FrameBlock,
    into gated: MarginedFrames
  ) {
    norm.rows(x, count: rows.count, into: block.normalized, w)
    pointwiseIn.rows(block.normalized, count: rows.count, into: block.wide, w)
    gated.each(of: rows) { target, part in
      for (place, row) in part.enumerated() {
        GLU.forward(
          block.wide + (row - rows.lowerBound) * 2 * width, into: target + place * width,
          columns: width)
      }
    }
  }

  /// Adds to frames `rows`, which begin at `x`, what they and their neighbours make; with folded weights.
  func add(
    _ gated: MarginedFrames, to x: UnsafeMutablePointer<Float>, _ rows: Range<Int>, _ w: Weights,
    _ block: FrameBlock
  ) {
    gated.each(of: rows) { source, part in
      DepthwiseConvolution.rows(
        source - gated.margin * width, count: part.count, channels: width,
        taps: w[depthwiseWeight], bias: w[depthwiseBias], kernel: kernel,
        into: block.narrow + (part.lowerBound - rows.lowerBound) * width)
    }
    SiLU.forward(block.narrow, into: block.narrow, count: rows.count * width)
    pointwiseOut.rows(block.narrow, count: rows.count, into: block.normalized, w)
    Tensor.add(block.normalized, to: x, count: rows.count * width)
  }

  struct Activations {
    let norm: Norm.Activations
    let layerNormalized: Tensor  // frames x width
    let gates: Tensor  // frames x 2 width
    let gated: Tensor  // frames x width
    let filtered: Tensor  // frames x width, into BatchNorm
    let batch: BatchNorm.Statistics
    let normalized: Tensor  // frames x width, before SiLU
    let active: Tensor  // frames x width
    let dropout: UInt64
  }

  /// - Parameter isFrozen: whether the running statistics are used, and stay as they are.
  func forward(
    _ x: Tensor, lengths: [Int], _ w: Weights, state: ParameterBuffer, dropout: Float,
    isFrozen: Bool, _ pass: inout TrainingPass
  ) -> (Tensor, Activations) {
    let (layerNormalized, saved) = norm.forward(x, w)
    let gates = pointwiseIn(layerNormalized, w)
    let gated = GLU.forward(gates)
    let filtered = DepthwiseConvolution.forward(
      gated, lengths: lengths, weight: w[depthwiseWeight], bias: w[depthwiseBias], kernel: kernel)
    let (normalized, batch) =
      isFrozen
      ? BatchNorm.forward(
        filtered, weight: w[batchNormWeight], bias: w[batchNormBias],
        fixed: (UnsafePointer(state[runningMean]), UnsafePointer(state[runningVariance])))
      : BatchNorm.forward(
        filtered, weight: w[batchNormWeight], bias: w[batchNormBias],
        running: pass.worker == 0 ? (state[runningMean], state[runningVariance]) : nil,
        reduce: pass.reduce, worker: pass.worker)
    let active = SiLU.forward(normalized)
    var y = pointwiseOut(active, w)
    let seed = pass.random.next()
    Dropout.apply(&y, probability: dropout, seed: seed)
    return (
      y,
      Activations(
        norm: saved, layerNormalized: layerNormalized, gates: gates, gated: gated,
        filtered: filtered, batch: batch, normalized: normalized, active: active, dropout: seed)
    )
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, lengths: [Int], _ w: Weights,
    into g: ParameterBuffer, dropout: Float, _ pass: TrainingPass
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout)
    let dActive = pointwiseOut.backward(dy, input: a.active, w, into: g)
    let dFiltered = BatchNorm.backward(
      SiLU.backward(dActive, input: a.normalized), input: a.filtered, statistics: a.batch,
      weight: w[batchNormWeight], weightGradient: g[batchNormWeight],
      biasGradient: g[batchNormBias], reduce: pass.reduce, worker: pass.worker)
    let dGated = DepthwiseConvolution.backward(
      dFiltered, input: a.gated, lengths: lengths, weight: w[depthwiseWeight],
      weightGradient: g[depthwiseWeight], biasGradient: g[depthwiseBias], kernel: kernel)
    let dNormalized = pointwiseIn.backward(
      GLU.backward(dGated, input: a.gates), input: a.layerNormalized, w, into: g)
    return norm.backward(dNormalized, a.norm, w, into: g)
  }

  var projections: [Projection] { [pointwiseIn, pointwiseOut] }

  /// FLOPs per frame: two pointwise products and the depthwise taps.
  var operationsPerFrame: Double {
    6 * Double(width) * Double(width) + 2 * Double(width) * Double(kernel)
  }
}
