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
  /// Whether samples are brought to mean 0 and variance 1 first.
  private let normalizes: Bool
  package let sampleRate: Int

  private struct Preprocessor: Decodable {
    var do_normalize: Bool?
    var sampling_rate: Int?
  }

  package init(contentsOf folder: URL) throws {
    let configuration = try Wav2Vec2Configuration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
    self.configuration = configuration
    let prefix = "\(configuration.kind.rawValue)."
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
    weights = try ModelTensors(contentsOf: folder).buffer(layout) { name in
      // What torch called a weight-normalised kernel before 2.1.
      [
        name.replacingOccurrences(of: "parametrizations.weight.original0", with: "weight_g"),
        name.replacingOccurrences(of: "parametrizations.weight.original1", with: "weight_v"),
      ].filter { $0 != name }
    }
    positionKernel = encoder.positionKernel(weights)
    let settings = folder.appendingPathComponent("preprocessor_config.json")
    let preprocessor: Preprocessor
    do {
      preprocessor = try JSONDecoder().decode(
        Preprocessor.self, from: try ModelFolder.read(settings))
    } catch let error as DecodingError {
      throw InputError(
        settings.path, expected: "a feature extractor's settings", found: error.summary)
    }
    normalizes = preprocessor.do_normalize ?? true
    sampleRate = preprocessor.sampling_rate ?? 16000
  }

  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var frameSeconds: Double { Double(configuration.hop) / Double(sampleRate) }
  package var parameterCount: Int { layout.parameters.reduce(0) { $0 + $1.count } }

  package func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    let packed = HiddenFrames(
      packing: utterances.map {
        Tensor(normalizes ? Self.normalized($0) : $0, shape: [$0.count, 1])
      })
    var frames = encoder(
      packed.values, lengths: packed.lengths, weights, positionKernel: positionKernel)
    frames.shared = positionEmbedding.map {
      PositionTable(weights[$0], configuration, longest: frames.lengths.max() ?? 0).values
    }
    return frames
  }

  /// (x - mean) / sqrt(variance + 1e-7), the variance biased, as Hugging Face's feature extractor.
  private static func normalized(_ samples: [Float]) -> [Float] {
    guard !samples.isEmpty else { return samples }
    let count = Double(samples.count)
    let mean = samples.reduce(0.0) { $0 + Double($1) } / count
    let variance = samples.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let scale = 1 / (variance + 1e-7).squareRoot()
    return samples.map { Float((Double($0) - mean) * scale) }
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
    func count(_ belongs: (String) -> Bool) -> Double {
      layout.parameters.filter { belongs($0.name) }.reduce(0) { $0 + Double($1.count) }
    }
    let layers = (0..<layerCount).map { index in count { $0.contains(".layers.\(index).") } }
    let head = count { $0.hasPrefix("lm_head.") }
    return StageValues(
      frontEnd: Double(parameterCount) - layers.reduce(0, +) - head, layers: layers,
      skipped: Array(repeating: 0, count: layerCount), head: head)
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
