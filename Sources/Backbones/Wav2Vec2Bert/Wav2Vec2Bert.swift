// w2v-BERT 2.0 with a CTC head, in evaluation mode.

import Foundation
import Kernels
import Speech

/// `Wav2Vec2BertForCTC` of Hugging Face's transformers (Seamless Communication, arXiv 2312.05187): log-mel
/// features of Kaldi's kind, two frames at a time, N droppable Conformer blocks with causal filters, a linear
/// head. Immutable, safe on any number of threads; float32 weights stay in the mapped file.
package struct Wav2Vec2Bert: SharedBackbone, ThinnableBackbone, DifferentiableHeadBackbone {
  package static let modelType = "wav2vec2-bert"
  private static let prefix = "wav2vec2_bert."
  private static let names = LayerNames(
    prefix: "\(prefix)encoder.layers.",
    count: [Wav2Vec2BertConfiguration.CodingKeys.layers.rawValue],
    feedForward: [Wav2Vec2BertConfiguration.CodingKeys.feedForward.rawValue])
  private static let headName = "lm_head"
  private let configuration: Wav2Vec2BertConfiguration
  var weights: Weights
  private let layout: ParameterLayout
  private let logMel: LogMel
  private let featureNorm: Norm
  private let projection: Projection
  private let blocks: ConformerBlocks
  private let headProjection: Projection

  package init(contentsOf folder: URL) throws {
    let configuration = try Wav2Vec2BertConfiguration(contentsOf: folder)
    self.configuration = configuration
    let settings = ConformerBlockSettings(
      width: configuration.width, heads: configuration.heads,
      feedForward: configuration.feedForward, kernel: configuration.kernel, isCausal: true,
      positions: configuration.positions, rotaryBase: configuration.rotaryBase,
      distances: -configuration.furthestBefore...configuration.furthestAfter,
      activation: configuration.activation, linearBias: true, convolutionBias: false,
      epsilon: configuration.epsilon, names: .wav2vec2Bert)
    var (layout, state) = (ParameterLayout(), ParameterLayout())
    featureNorm = Norm(
      "\(Self.prefix)feature_projection.layer_norm", configuration.inputs,
      epsilon: configuration.epsilon, in: &layout)
    projection = Projection(
      "\(Self.prefix)feature_projection.projection", configuration.inputs, configuration.width,
      in: &layout)
    var blocks = ConformerBlocks(
      Self.names, count: configuration.layers, settings, in: &layout, state: &state)
    headProjection = Projection(
      Self.headName, configuration.width, configuration.vocabulary, in: &layout)
    self.layout = layout
    let tensors = try ModelTensors(contentsOf: folder)
    let weights = try tensors.weights(layout)
    let statistics = try tensors.weights(state)
    self.weights = weights
    blocks.fold(weights, state: statistics)
    self.blocks = blocks
    logMel = LogMel(configuration.features)
  }

  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var layerNames: LayerNames? { Self.names }
  package var sampleRate: Int { configuration.features.sampleRate }
  package var frameSeconds: Double {
    Double(configuration.features.hopSize * Wav2Vec2BertConfiguration.stack) / Double(sampleRate)
  }

  package func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    var frames = HiddenFrames(packing: utterances.map(input))
    frames.values = projection(featureNorm(frames.values, weights), weights)
    frames.shared = blocks.positions(frames.lengths)
    return frames
  }

  /// Rows of two frames one after the other; an odd frame at the end, heard in the normalisation, is left
  /// out.
  package func input(_ samples: [Float]) -> Tensor {
    let features = logMel(samples)
    let stack = Wav2Vec2BertConfiguration.stack
    let frames = features.rows / stack
    return features.rows(0..<frames * stack).reshaped(frames, stack * features.columns)
  }

  package func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    blocks.layer(index, input, weights)
  }

  package func head(_ input: HiddenFrames) -> Tensor {
    LogSoftmax.forward(headProjection(input.values, weights))
  }

  package func headGradient(_ logitGradient: Tensor, of input: Tensor) -> Tensor {
    headProjection.inputGradient(logitGradient, weights)
  }

  package var parameters: StageValues {
    StageValues(layout, weights, layers: layerCount, Self.names, head: "\(Self.headName).")
  }

  /// Products and convolutions; the log-mel transform and elementwise work are left out.
  package func operations(sampleCount: Int) -> StageValues {
    let frames = frameCount(sampleCount: sampleCount)
    return StageValues(
      frontEnd: 2 * Double(frames * configuration.inputs * configuration.width),
      layers: blocks.operations(frames: frames, weights),
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * configuration.width * tokenCount))
  }

  var feedForwards: [FeedForward] { blocks.feedForwards }
  var projections: [Projection] { blocks.projections }

  package func frameCount(sampleCount: Int) -> Int {
    logMel.frameCount(sampleCount: sampleCount) / Wav2Vec2BertConfiguration.stack
  }
}
