// A Conformer in evaluation mode: BatchNorm folded, immutable, safe on any number of threads.

import Foundation
import Kernels
import Speech

/// The Conformer of torchaudio and LDASR with a CTC head: log-mel, two stride-2 convolutions,
/// sinusoidal positions, N droppable layers, Linear and log-softmax.
package struct Conformer: FeatureBackbone, ThinnableBackbone, DifferentiableHeadBackbone {
  package static let modelType = "conformer"
  let network: ConformerNetwork
  /// With the running statistics folded into the depthwise convolutions, and all products' laid out for them.
  var weights: Weights
  package let features: FeatureExtractor

  init(_ network: ConformerNetwork, weights: ParameterBuffer, state: ParameterBuffer) {
    self.network = network
    let folded = weights.copy()
    for layer in network.layers { layer.convolution.fold(folded, state: state) }
    let whole = Weights(folded)
    let parts =
      (network.layers.flatMap(\.projections) + [network.head]).map {
        ($0.weight, $0.bias, $0.whole(whole).inPanels)
      } + network.subsampling.parts(whole)
    let laidOut = Set(parts.map(\.0.offset))
    self.weights = whole.replacing(
      parts, keeping: network.layout.parameters.filter { !laidOut.contains($0.offset) })
    features = .logMel(LogMel(network.configuration.features))
  }

  package init(contentsOf folder: URL) throws {
    let (network, weights, state) = try ConformerNetwork.load(folder)
    self.init(network, weights: weights, state: state)
  }

  package var layerCount: Int { network.configuration.layers }
  package var tokenCount: Int { network.configuration.vocabulary }
  package var layerNames: LayerNames? { ConformerNetwork.layerNames }
  package var frameSeconds: Double { network.frameSeconds }
  package static let needsTokensFile = true
  package var skipRule: SkipRule { network.configuration.skipRule }
  package var blank: Int { network.configuration.blank }

  package func frontEnd(features: HiddenFrames) -> HiddenFrames {
    network.subsampling(features, weights)
  }

  package func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    HiddenFrames(
      values: network.layers[index](input.values, lengths: input.lengths, weights),
      lengths: input.lengths)
  }

  package func skip(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    switch network.configuration.skipRule {
    case .identity: input
    case .normalized:
      HiddenFrames(
        values: network.layers[index].finalNorm(input.values, weights), lengths: input.lengths)
    }
  }

  package func head(_ input: HiddenFrames) -> Tensor {
    LogSoftmax.forward(network.head(input.values, weights))
  }

  package func headGradient(_ logitGradient: Tensor, of input: Tensor) -> Tensor {
    network.head.inputGradient(logitGradient, weights)
  }

  package var parameters: StageValues {
    var values = StageValues(
      network.layout, weights, layers: layerCount, ConformerNetwork.layerNames,
      head: "single_linear.")
    if skipRule == .normalized {
      let norm = Double(2 * network.configuration.width)
      values.skipped = Array(repeating: norm, count: layerCount)
    }
    return values
  }

  /// Products and convolutions, multiplies and adds counted apart; elementwise work (under one
  /// percent) and the log-mel transform are left out.
  package func operations(sampleCount: Int) -> StageValues {
    let featureFrames = features.frameCount(sampleCount: sampleCount)
    let frames = ConvolutionSubsampling.outputLength(featureFrames)
    return StageValues(
      frontEnd: network.subsampling.operations(featureFrames: featureFrames),
      layers: network.layers.map { $0.operations(frames: frames, weights) },
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * network.configuration.width * tokenCount))
  }

  var feedForwards: [FeedForward] { network.layers.flatMap(\.feedForwards) }
  var projections: [Projection] { network.layers.flatMap(\.projections) }

  package func frameCount(sampleCount: Int) -> Int {
    ConvolutionSubsampling.outputLength(features.frameCount(sampleCount: sampleCount))
  }
}
