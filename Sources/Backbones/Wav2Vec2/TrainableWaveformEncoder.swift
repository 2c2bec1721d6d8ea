// The front end that learns: convolutions over samples, projection, weight-normalised positions.

import Base
import Kernels

extension WaveformEncoder {
  struct Activations {
    /// Of the convolutions; none when they are frozen.
    let stages: [StageActivations]
    let featureNorm: Norm.Activations?
    let normalized: Tensor  // frames x convolution width
    let projected: Tensor  // frames x width, after dropout
    let positions: Tensor  // frames x width, before GELU
    let positionKernel: Tensor
    let outerNorm: Norm.Activations?
    let lengths: [Int]
    let dropout: (projection: UInt64, output: UInt64)
  }

  struct StageActivations {
    let input: Tensor
    let lengths: [Int]
    let convolved: Tensor
    /// Frames of each utterance after the convolution.
    let outputLengths: [Int]
    /// Of the norm.
    let statistics: Tensor?
    let normalized: Tensor  // before GELU
  }

  /// The same as in evaluation, with dropout where Hugging Face has `feat_proj_dropout` and, behind the
  /// positions, `hidden_dropout`.
  func forward(
    _ features: HiddenFrames, _ w: Weights, keepsConvolutions: Bool, dropout: Float,
    random: inout RandomGenerator
  ) -> (HiddenFrames, Activations) {
    var x = features.values
    var lengths = features.lengths
    var saved: [StageActivations] = []
    for stage in stages {
      let (y, shorter) = StridedConvolution.forward(
        x, lengths: lengths, weight: w[stage.weight], bias: stage.bias.map { w[$0] },
        outputs: stage.outputs, kernel: stage.kernel, stride: stage.stride)
      var (normalized, statistics): (Tensor, Tensor?) = (y, nil)
      if let norm = stage.norm {
        (normalized, statistics) =
          normKind == .group
          ? ChannelNorm.forward(y, lengths: shorter, weight: w[norm.weight], bias: w[norm.bias])
          : LayerNorm.forward(y, weight: w[norm.weight], bias: w[norm.bias])
      }
      if keepsConvolutions {
        saved.append(
          StageActivations(
            input: x, lengths: lengths, convolved: y, outputLengths: shorter,
            statistics: statistics, normalized: normalized))
      }
      x = GELU.forward(normalized)
      lengths = shorter
    }
    var featureActivations: Norm.Activations?
    if let featureNorm { (x, featureActivations) = featureNorm.forward(x, w) }
    var projected = projection(x, w)
    let seeds = (random.next(), random.next())
    Dropout.apply(&projected, probability: dropout, seed: seeds.0)
    let kernel = positionKernel(w)
    let positions = GroupedConvolution.forward(
      projected, lengths: lengths, weight: kernel.pointer, bias: w[positionBias],
      kernel: configuration.positionKernel, groups: configuration.positionGroups)
    var y = projected.adding(GELU.forward(positions))
    var outer: Norm.Activations?
    if !configuration.isStable { (y, outer) = outerNorm.forward(y, w) }
    Dropout.apply(&y, probability: dropout, seed: seeds.1)
    return (
      HiddenFrames(values: y, lengths: lengths),
      Activations(
        stages: saved, featureNorm: featureActivations, normalized: x, projected: projected,
        positions: positions, positionKernel: kernel, outerNorm: outer, lengths: lengths,
        dropout: seeds)
    )
  }

  func backward(
    _ gradient: Tensor, _ a: Activations, _ w: Weights, into g: ParameterBuffer,
    dropout: Float
  ) {
    var dx = gradient
    Dropout.apply(&dx, probability: dropout, seed: a.dropout.output)
    if let norm = a.outerNorm { dx = outerNorm.backward(dx, norm, w, into: g) }
    var kernelGradient = Tensor(zeros: positionDirection.count)
    dx.add(
      GroupedConvolution.backward(
        GELU.backward(dx, input: a.positions), input: a.projected, lengths: a.lengths,
        weight: a.positionKernel.pointer, weightGradient: kernelGradient.mutablePointer,
        biasGradient: g[positionBias], kernel: configuration.positionKernel,
        groups: configuration.positionGroups))
    positionKernelBackward(kernelGradient, w, into: g)
    Dropout.apply(&dx, probability: dropout, seed: a.dropout.projection)
    dx = projection.backward(dx, input: a.normalized, w, into: g)
    if let featureNorm, let norm = a.featureNorm {
      dx = featureNorm.backward(dx, norm, w, into: g)
    }
    for (index, stage) in stages.enumerated().reversed() where !a.stages.isEmpty {
      let saved = a.stages[index]
      dx = GELU.backward(dx, input: saved.normalized)
      if let norm = stage.norm, let statistics = saved.statistics {
        dx =
          normKind == .group
          ? ChannelNorm.backward(
            dx, input: saved.convolved, statistics: statistics,
            lengths: saved.outputLengths, weight: w[norm.weight], weightGradient: g[norm.weight],
            biasGradient: g[norm.bias])
          : norm.backward(
            dx, Norm.Activations(input: saved.convolved, statistics: statistics), w, into: g)
      }
      let below = StridedConvolution.backward(
        dx, input: saved.input, lengths: saved.lengths, weight: w[stage.weight],
        weightGradient: g[stage.weight], biasGradient: stage.bias.map { g[$0] },
        kernel: stage.kernel, stride: stage.stride, wantsInput: index > 0)
      if let below { dx = below }
    }
  }

  /// With n[t] = |v[:, :, t]|: dg[t] = sum of dw v / n, and dv = g / n (dw - v dg / n).
  private func positionKernelBackward(
    _ gradient: Tensor, _ w: Weights, into result: ParameterBuffer
  ) {
    let taps = configuration.positionKernel
    let (g, v, dw) = (w[positionMagnitude], w[positionDirection], gradient.pointer)
    var squares = [Double](repeating: 0, count: taps)
    var products = squares
    for i in 0..<gradient.count {
      squares[i % taps] += Double(v[i]) * Double(v[i])
      products[i % taps] += Double(dw[i]) * Double(v[i])
    }
    let norms = squares.map { Float($0.squareRoot()) }
    let along = zip(products, squares).map { Float($0 / $1.squareRoot()) }
    for t in 0..<taps { result[positionMagnitude][t] += along[t] }
    let dv = result[positionDirection]
    for i in 0..<gradient.count {
      let t = i % taps
      dv[i] += g[t] / norms[t] * (dw[i] - v[i] * along[t] / norms[t])
    }
  }
}
