// Samples to hidden frames: a stack of convolutions, a projection, and positions by a wide convolution.

import Base
import Foundation
import Kernels

/// `feature_extractor`, `feature_projection` and `encoder.pos_conv_embed` of Hugging Face's models.
struct WaveformEncoder: Sendable {
  struct Stage: Sendable {
    let weight: Parameter
    let bias: Parameter?
    /// The parameters of a LayerNorm or a GroupNorm, see `normKind`.
    let norm: Norm?
    let inputs, outputs, kernel, stride: Int
  }

  let stages: [Stage]
  let normKind: Wav2Vec2Configuration.FeatureNorm
  let featureNorm: Norm?
  let projection: Projection
  let positionBias: Parameter
  /// The weight-normalised kernel's magnitude of each tap, and its direction.
  let positionMagnitude, positionDirection: Parameter
  /// Behind the positions where layers normalise behind themselves, else behind the last layer.
  let outerNorm: Norm
  let configuration: Wav2Vec2Configuration

  init(_ prefix: String, _ configuration: Wav2Vec2Configuration, in layout: inout ParameterLayout) {
    self.configuration = configuration
    normKind = configuration.featureNorm
    let width = configuration.width
    var inputs = 1
    stages = configuration.convolutionWidths.indices.map { index in
      let name = "\(prefix)feature_extractor.conv_layers.\(index)"
      let outputs = configuration.convolutionWidths[index]
      let kernel = configuration.convolutionKernels[index]
      defer { inputs = outputs }
      let hasNorm = index == 0 || configuration.featureNorm == .layer
      return Stage(
        weight: layout.add("\(name).conv.weight", outputs, inputs, kernel),
        bias: configuration.convolutionBias ? layout.add("\(name).conv.bias", outputs) : nil,
        norm: hasNorm ? Norm("\(name).layer_norm", outputs, in: &layout) : nil,
        inputs: inputs, outputs: outputs, kernel: kernel,
        stride: configuration.convolutionStrides[index])
    }
    let name = "\(prefix)feature_projection"
    featureNorm =
      configuration.kind != .hubert || configuration.normalizesFeatures
      ? Norm("\(name).layer_norm", inputs, epsilon: configuration.epsilon, in: &layout) : nil
    projection = Projection("\(name).projection", inputs, width, in: &layout)
    let position = "\(prefix)encoder.pos_conv_embed.conv"
    positionBias = layout.add("\(position).bias", width)
    positionMagnitude = layout.add(
      "\(position).parametrizations.weight.original0", 1, 1, configuration.positionKernel,
      decays: false)
    positionDirection = layout.add(
      "\(position).parametrizations.weight.original1", width, width / configuration.positionGroups,
      configuration.positionKernel)
    outerNorm = Norm(
      "\(prefix)encoder.layer_norm", width, epsilon: configuration.epsilon, in: &layout)
  }

  /// What the folder's feature extractor does to samples (`Wav2Vec2FeatureExtractor`).
  static func features(of folder: URL) throws -> FeatureExtractor {
    struct Settings: Decodable {
      var isNormalized: Bool?
      var sampleRate: Int?

      enum CodingKeys: String, CodingKey {
        case isNormalized = "do_normalize"
        case sampleRate = "sampling_rate"
      }
    }
    let settings = try ModelFolder.featureExtractor(Settings.self, of: folder)
    let rate = settings.sampleRate ?? 16000
    guard (1000...384_000).contains(rate) else {
      throw InputError(
        folder.path, expected: "a sampling_rate from 1000 to 384000 in the feature extractor",
        found: "\(rate)")
    }
    return .waveform(
      sampleRate: rate, isNormalized: settings.isNormalized ?? true)
  }

  /// What torch called a weight-normalised kernel's parts before 2.1.
  static func otherNames(_ name: String) -> [String] {
    [
      name.replacingOccurrences(of: "parametrizations.weight.original0", with: "weight_g"),
      name.replacingOccurrences(of: "parametrizations.weight.original1", with: "weight_v"),
    ].filter { $0 != name }
  }

  /// torch's weight_norm over the taps: w[o, i, t] = g[t] v[o, i, t] / |v[:, :, t]|.
  func positionKernel(_ w: Weights) -> Tensor {
    let taps = configuration.positionKernel
    let (g, v) = (w[positionMagnitude], w[positionDirection])
    let count = positionDirection.count
    var squares = [Double](repeating: 0, count: taps)
    for i in 0..<count { squares[i % taps] += Double(v[i]) * Double(v[i]) }
    let scales = (0..<taps).map { g[$0] / Float(squares[$0].squareRoot()) }
    var result = Tensor(uninitialized: count)
    let p = result.mutablePointer
    for i in 0..<count { p[i] = v[i] * scales[i % taps] }
    return result
  }

  /// Packed samples, one column, to packed frames with positions; see `positionKernel`. Without a kernel
  /// no positions are added: the Conformer's checkpoints have the convolution's tensors and no use for them.
  func callAsFunction(
    _ samples: Tensor, lengths: [Int], _ w: Weights, positionKernel: Tensor?
  ) -> HiddenFrames {
    var x = samples
    var lengths = lengths
    for stage in stages {
      let (y, shorter) = StridedConvolution.forward(
        x, lengths: lengths, weight: w[stage.weight], bias: stage.bias.map { w[$0] },
        outputs: stage.outputs, kernel: stage.kernel, stride: stage.stride)
      lengths = shorter
      x = y
      if let norm = stage.norm {
        x =
          normKind == .group
          ? ChannelNorm.forward(x, lengths: lengths, weight: w[norm.weight], bias: w[norm.bias])
            .output
          : norm(x, w)
      }
      x = configuration.frontEndActivation(x)
    }
    if let featureNorm { x = featureNorm(x, w) }
    x = projection(x, w)
    if let positionKernel {
      let positions = GroupedConvolution.forward(
        x, lengths: lengths, weight: positionKernel.pointer, bias: w[positionBias],
        kernel: configuration.positionKernel, groups: configuration.positionGroups)
      x.add(configuration.frontEndActivation(positions))
    }
    if !configuration.isStable { x = outerNorm(x, w) }
    return HiddenFrames(values: x, lengths: lengths)
  }

  /// FLOPs of the products for that many samples.
  func operations(sampleCount: Int) -> Double {
    var (length, total) = (sampleCount, 0.0)
    for stage in stages {
      length = StridedConvolution.outputLength(length, kernel: stage.kernel, stride: stage.stride)
      total += 2 * Double(length * stage.outputs) * Double(stage.inputs * stage.kernel)
    }
    let width = Double(configuration.width)
    let inputs = Double(configuration.convolutionWidths.last ?? 1)
    let positions =
      configuration.kind == .conformer
      ? 0 : width / Double(configuration.positionGroups) * Double(configuration.positionKernel)
    return total + 2 * Double(length) * width * (inputs + positions)
  }
}
