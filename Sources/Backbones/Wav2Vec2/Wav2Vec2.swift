// wav2vec 2.0, HuBERT and WavLM with a CTC head, in evaluation mode.

import Foundation
import Kernels
import Speech

/// `Wav2Vec2ForCTC`, `HubertForCTC` and `WavLMForCTC` of Hugging Face's transformers: convolutions over
/// raw samples, N droppable transformer layers, a linear head. Immutable, safe on any number of threads;
/// float32 weights stay in the mapped file.
package final class Wav2Vec2: Backbone {
  /// The first of the family; see `Wav2Vec2Configuration.Kind`.
  package static let modelType = Wav2Vec2Configuration.Kind.wav2vec2.rawValue
  let configuration: Wav2Vec2Configuration
  private let weights: ParameterBuffer
  private let layout: ParameterLayout
  private let encoder: WaveformEncoder
  private let layers: [TransformerLayer]
  private let headWeight, headBias: Parameter
  /// WavLM's biases by bucket, which belong to layer 0 and serve all.
  private let positionEmbedding: Parameter?
  /// Worked out once from the weight-normalised kernel.
  private let positionKernel: Tensor
  private let preprocessor: WaveformPreprocessor
  package var sampleRate: Int { preprocessor.sampleRate }

  package init(contentsOf folder: URL) throws {
    let configuration = try Wav2Vec2Configuration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
    self.configuration = configuration
    let prefix = configuration.kind.prefix
    var layout = ParameterLayout()
    encoder = WaveformEncoder(prefix, configuration, in: &layout)
    layers = (0..<configuration.layers).map {
      TransformerLayer("\(prefix)encoder.layers.\($0)", configuration, in: &layout)
    }
    positionEmbedding =
      configuration.kind == .wavlm
      ? layout.add(
        "\(prefix)encoder.layers.0.attention.rel_attn_embed.weight", configuration.buckets,
        configuration.heads) : nil
    headWeight = layout.add("lm_head.weight", configuration.vocabulary, configuration.width)
    headBias = layout.add("lm_head.bias", configuration.vocabulary)
    self.layout = layout
    weights = try ModelTensors(contentsOf: folder).buffer(
      layout, otherNames: WaveformEncoder.otherNames)
    positionKernel = encoder.positionKernel(weights)
    preprocessor = try WaveformPreprocessor(contentsOf: folder)
  }

  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var frameSeconds: Double { Double(configuration.hop) / Double(sampleRate) }
  package var parameterCount: Int { layout.parameters.reduce(0) { $0 + $1.count } }

  package func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    let packed = preprocessor(utterances)
    var frames = encoder(
      packed.values, lengths: packed.lengths, weights, positionKernel: positionKernel)
    frames.shared = positionEmbedding.map {
      PositionTable(weights[$0], configuration, longest: frames.lengths.max() ?? 0).values
    }
    return frames
  }

  package func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    HiddenFrames(
      values: layers[index](input, weights, table: input.shared.map(PositionTable.init)),
      lengths: input.lengths, shared: input.shared)
  }

  package func skip(_ index: Int, _ input: HiddenFrames) -> HiddenFrames { input }

  package func head(_ input: HiddenFrames) -> Tensor {
    let norm = encoder.outerNorm
    let x =
      configuration.isStable
      ? LayerNorm.forward(input.values, weight: weights[norm.0], bias: weights[norm.1]).output
      : input.values
    return LogSoftmax.forward(
      Linear.forward(
        x, weight: weights[headWeight], bias: weights[headBias], outputs: tokenCount))
  }

  package var parameters: StageValues {
    StageValues(
      layout, layers: layerCount, prefix: "\(configuration.kind.prefix)encoder.layers.",
      head: "lm_head.")
  }

  package func operations(sampleCount: Int) -> StageValues {
    let frames = frameCount(sampleCount: sampleCount)
    return StageValues(
      frontEnd: encoder.operations(sampleCount: sampleCount),
      layers: layers.map { $0.operations(frames: frames) },
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * configuration.width * tokenCount))
  }

  package func frameCount(sampleCount: Int) -> Int {
    configuration.frameCount(sampleCount: sampleCount)
  }
}
