// wav2vec 2.0, HuBERT and WavLM with a CTC head, in evaluation mode.

import Foundation
import Kernels
import Speech

/// `Wav2Vec2ForCTC`, `HubertForCTC` and `WavLMForCTC` of Hugging Face's transformers: convolutions over
/// raw samples, N droppable transformer layers, a linear head. Immutable, safe on any number of threads;
/// float32 weights stay in the mapped file.
package struct Wav2Vec2: FeatureBackbone, ThinnableBackbone, DifferentiableHeadBackbone {
  /// The first of the family; see `Wav2Vec2Configuration.Kind`.
  package static let modelType = Wav2Vec2Configuration.Kind.wav2vec2.rawValue
  private let network: Wav2Vec2Network
  var weights: Weights
  package let features: FeatureExtractor
  /// Worked out once from the weight-normalised kernel.
  private let positionKernel: Tensor
  package let remark: String?

  init(
    _ network: Wav2Vec2Network, weights: Weights, features: FeatureExtractor, remark: String?
  ) {
    self.remark = remark
    self.network = network
    self.weights = weights
    self.features = features
    positionKernel = network.encoder.positionKernel(weights)
  }

  package init(contentsOf folder: URL) throws {
    var configuration = try Wav2Vec2Configuration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
    var tensors = try ModelTensors(contentsOf: folder)
    let adapter = configuration.adapterWidth.map { _ in LanguageAdapter(of: folder) }
    try adapter?.lay(over: &tensors, &configuration)
    let network = Wav2Vec2Network(configuration)
    let weights = try tensors.weights(network.layout, otherNames: WaveformEncoder.otherNames)
    self.init(
      network, weights: weights, features: try WaveformEncoder.features(of: folder),
      remark: adapter?.remark)
  }

  private var configuration: Wav2Vec2Configuration { network.configuration }
  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var layerNames: LayerNames? { configuration.layerNames }
  package var frameSeconds: Double { Double(configuration.hop) / Double(sampleRate) }

  package func frontEnd(features: HiddenFrames) -> HiddenFrames {
    var frames = network.encoder(
      features.values, lengths: features.lengths, weights, positionKernel: positionKernel)
    frames.shared =
      network.positionTable(weights, longest: frames.lengths.max() ?? 0)?.values
    return frames
  }

  package func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    HiddenFrames(
      values: network.layers[index](
        input, weights, table: input.shared.map { PositionTable($0) }),
      lengths: input.lengths, shared: input.shared)
  }

  package func head(_ input: HiddenFrames) -> Tensor {
    LogSoftmax.forward(
      network.head(network.headInput(input.values, weights).output, weights))
  }

  package func headGradient(_ logitGradient: Tensor, of input: Tensor) -> Tensor {
    let gradient = network.head.inputGradient(logitGradient, weights)
    guard configuration.isStable else { return gradient }
    return network.encoder.outerNorm.inputGradient(gradient, of: input, weights)
  }

  package var parameters: StageValues {
    StageValues(
      network.layout, weights, layers: layerCount, configuration.layerNames, head: "lm_head.")
  }

  package func operations(sampleCount: Int) -> StageValues {
    let frames = frameCount(sampleCount: sampleCount)
    return StageValues(
      frontEnd: network.encoder.operations(sampleCount: sampleCount),
      layers: network.layers.map { $0.operations(frames: frames, weights) },
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * configuration.width * tokenCount))
  }

  var feedForwards: [FeedForward] { network.layers.map(\.products) }
  var projections: [Projection] { network.layers.flatMap(\.projections) }

  package func frameCount(sampleCount: Int) -> Int {
    configuration.frameCount(sampleCount: sampleCount)
  }
}
