// NVIDIA's Parakeet with a CTC head, in evaluation mode.

import Foundation
import Kernels
import Speech

/// `ParakeetForCTC` of Hugging Face's transformers: log-mel, eightfold subsampling, N droppable Conformer
/// blocks with relative positions, a linear head. Immutable, safe on any number of threads; float32
/// weights stay in the mapped file.
package struct Parakeet: SharedBackbone, ThinnableBackbone, DifferentiableHeadBackbone {
  package static let modelType = "parakeet_ctc"
  private static let names = LayerNames(
    prefix: "encoder.layers.", count: ParakeetConfiguration.path(.layers),
    feedForward: ParakeetConfiguration.path(.feedForward))
  private static let headName = "ctc_head"
  private let configuration: ParakeetConfiguration
  var weights: Weights
  private let layout: ParameterLayout
  private let logMel: LogMel
  private let subsampling: StridingSubsampling
  private let blocks: ConformerBlocks
  private let headProjection: Projection

  package init(contentsOf folder: URL) throws {
    let configuration = try ParakeetConfiguration(contentsOf: folder)
    self.configuration = configuration
    let encoder = configuration.encoder
    let settings = ConformerBlockSettings(
      width: encoder.width, heads: encoder.heads, feedForward: encoder.feedForward,
      kernel: encoder.kernel, positions: .relative, activation: encoder.activation,
      linearBias: encoder.linearBias, convolutionBias: encoder.convolutionBias, names: .parakeet)
    var (layout, state) = (ParameterLayout(), ParameterLayout())
    subsampling = StridingSubsampling("encoder.subsampling", encoder, in: &layout)
    var blocks = ConformerBlocks(
      Self.names, count: encoder.layers, settings, in: &layout, state: &state)
    headProjection = Projection(
      Self.headName, encoder.width, configuration.vocabulary, isConvolution: true, in: &layout)
    self.layout = layout
    let tensors = try ModelTensors(contentsOf: folder)
    let weights = try tensors.weights(layout)
    let statistics = try tensors.weights(state)
    self.weights = weights
    blocks.fold(weights, state: statistics)
    self.blocks = blocks
    logMel = LogMel(configuration.features)
  }

  package var layerCount: Int { configuration.encoder.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var layerNames: LayerNames? { Self.names }
  package var sampleRate: Int { configuration.features.sampleRate }
  package var frameSeconds: Double {
    Double(configuration.features.hopSize * configuration.encoder.hops) / Double(sampleRate)
  }

  package func input(_ samples: [Float]) -> Tensor { logMel(samples) }

  package func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    var frames = subsampling(utterances.map(input), weights)
    frames.shared = blocks.positions(frames.lengths)
    return frames
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
    let featureFrames = logMel.frameCount(sampleCount: sampleCount)
    let frames = StridingSubsampling.outputLength(featureFrames, configuration.encoder)
    return StageValues(
      frontEnd: subsampling.operations(featureFrames: featureFrames),
      layers: blocks.operations(frames: frames, weights),
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * configuration.encoder.width * tokenCount))
  }

  var feedForwards: [FeedForward] { blocks.feedForwards }
  var projections: [Projection] { blocks.projections }

  package func frameCount(sampleCount: Int) -> Int {
    StridingSubsampling.outputLength(
      logMel.frameCount(sampleCount: sampleCount), configuration.encoder)
  }
}
