// wav2vec 2.0 with Conformer blocks and a CTC head, in evaluation mode.

import Foundation
import Kernels

/// `Wav2Vec2ConformerForCTC` of Hugging Face's transformers: wav2vec 2.0's convolutions over raw samples,
/// N droppable Conformer blocks, LayerNorm and a linear head. Immutable, safe on any number of threads;
/// float32 weights stay in the mapped file.
package struct Wav2Vec2Conformer: FeatureBackbone, ThinnableBackbone, DifferentiableHeadBackbone {
  package static let modelType = Wav2Vec2Configuration.Kind.conformer.rawValue
  private let configuration: Wav2Vec2Configuration
  var weights: Weights
  private let layout: ParameterLayout
  private let encoder: WaveformEncoder
  private let blocks: ConformerBlocks
  private let headProjection: Projection
  package let features: FeatureExtractor

  package init(contentsOf folder: URL) throws {
    let configuration = try Wav2Vec2Configuration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
    self.configuration = configuration
    let settings = ConformerBlockSettings(
      width: configuration.width, heads: configuration.heads,
      feedForward: configuration.feedForward, kernel: configuration.depthwiseKernel,
      positions: configuration.positions, rotaryBase: configuration.rotaryBase,
      activation: configuration.activation, linearBias: true,
      convolutionBias: false, names: .wav2vec2)
    var (layout, state) = (ParameterLayout(), ParameterLayout())
    encoder = WaveformEncoder(configuration.kind.prefix, configuration, in: &layout)
    var blocks = ConformerBlocks(
      configuration.layerNames, count: configuration.layers, settings, in: &layout, state: &state)
    headProjection = Projection(
      "lm_head", configuration.width, configuration.vocabulary, in: &layout)
    self.layout = layout
    let tensors = try ModelTensors(contentsOf: folder)
    let weights = try tensors.weights(layout, otherNames: WaveformEncoder.otherNames)
    let statistics = try tensors.weights(state)
    self.weights = weights
    blocks.fold(weights, state: statistics)
    self.blocks = blocks
    features = try WaveformEncoder.features(of: folder)
  }

  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var layerNames: LayerNames? { configuration.layerNames }
  package var frameSeconds: Double { Double(configuration.hop) / Double(sampleRate) }

  package func frontEnd(features: HiddenFrames) -> HiddenFrames {
    var frames = encoder(features.values, lengths: features.lengths, weights, positionKernel: nil)
    frames.shared = blocks.positions(frames.lengths)
    return frames
  }

  package func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    blocks.layer(index, input, weights)
  }

  package func head(_ input: HiddenFrames) -> Tensor {
    LogSoftmax.forward(headProjection(encoder.outerNorm(input.values, weights), weights))
  }

  package func headGradient(_ logitGradient: Tensor, of input: Tensor) -> Tensor {
    encoder.outerNorm.inputGradient(
      headProjection.inputGradient(logitGradient, weights), of: input, weights)
  }

  package var parameters: StageValues {
    StageValues(layout, weights, layers: layerCount, configuration.layerNames, head: "lm_head.")
  }

  package func operations(sampleCount: Int) -> StageValues {
    let frames = frameCount(sampleCount: sampleCount)
    return StageValues(
      frontEnd: encoder.operations(sampleCount: sampleCount),
      layers: blocks.operations(frames: frames, weights),
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * configuration.width * tokenCount))
  }

  var feedForwards: [FeedForward] { blocks.feedForwards }
  var projections: [Projection] { blocks.projections }

  package func frameCount(sampleCount: Int) -> Int {
    configuration.frameCount(sampleCount: sampleCount)
  }
}
