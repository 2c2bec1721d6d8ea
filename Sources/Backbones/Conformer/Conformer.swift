// A Conformer in evaluation mode: BatchNorm folded, immutable, safe on any number of threads.

import Foundation
import Kernels
import Speech

/// The Conformer of torchaudio and LDASR with a CTC head: log-mel, two stride-2 convolutions,
/// sinusoidal positions, N droppable layers, Linear and log-softmax.
package final class Conformer: FeatureBackbone {
  package static let modelType = "conformer"
  let network: ConformerNetwork
  /// With the running statistics folded into the depthwise convolutions.
  private let weights: ParameterBuffer
  package let features: FeatureExtractor

  init(_ network: ConformerNetwork, weights: ParameterBuffer, state: ParameterBuffer) {
    self.network = network
    let folded = weights.copy()
    for layer in network.layers { layer.convolution.fold(folded, state: state) }
    self.weights = folded
    features = .logMel(LogMel(network.configuration.features))
  }

  /// Reads config.json and model.safetensors.
  package convenience init(contentsOf folder: URL) throws {
    let configuration = try ConformerConfiguration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
    let network = ConformerNetwork(configuration)
    let file = try SafetensorsFile(
      contentsOf: folder.appendingPathComponent(ModelFolder.weightsName))
    let (weights, state) = try network.load(file)
    self.init(network, weights: weights, state: state)
  }

  package var layerCount: Int { network.configuration.layers }
  package var tokenCount: Int { network.configuration.vocabulary }
  package var frameSeconds: Double { network.frameSeconds }
  package var skipRule: SkipRule { network.configuration.skipRule }
  package var parameterCount: Int { network.layout.parameters.reduce(0) { $0 + $1.count } }

  package func frontEnd(features: HiddenFrames) -> HiddenFrames {
    network.subsampling.forward(features, weights).0
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
        values: network.layers[index].finalNorm(input.values, weights).output,
        lengths: input.lengths)
    }
  }

  package func head(_ input: HiddenFrames) -> Tensor {
    LogSoftmax.forward(network.head(input.values, weights))
  }

  package var parameters: StageValues {
    func count(_ prefix: String) -> Double {
      network.layout.parameters.filter { $0.name.hasPrefix(prefix) }
        .reduce(0) { $0 + Double($1.count) }
    }
    let norm = network.configuration.skipRule == .normalized ? 2 * network.configuration.width : 0
    return StageValues(
      frontEnd: count("conv_subsample."),
      layers: (0..<layerCount).map { count("conformer_layers.\($0).") },
      skipped: Array(repeating: Double(norm), count: layerCount),
      head: count("single_linear."))
  }

  /// Products and convolutions, multiplies and adds counted apart; elementwise work (under one
  /// percent) and the log-mel transform are left out.
  package func operations(sampleCount: Int) -> StageValues {
    let featureFrames = features.frameCount(sampleCount: sampleCount)
    let frames = ConvolutionSubsampling.outputLength(featureFrames)
    return StageValues(
      frontEnd: network.subsampling.operations(featureFrames: featureFrames),
      layers: network.layers.map { $0.operations(frames: frames) },
      skipped: Array(repeating: 0, count: layerCount),
      head: 2 * Double(frames * network.configuration.width * tokenCount))
  }

  package func frameCount(sampleCount: Int) -> Int {
    ConvolutionSubsampling.outputLength(features.frameCount(sampleCount: sampleCount))
  }
}

extension HiddenFrames {
  /// Utterances one after the other, without padding.
  package init(packing utterances: [Tensor]) {
    let columns = utterances.first?.columns ?? 0
    var packed = Tensor(uninitialized: utterances.reduce(0) { $0 + $1.rows }, columns)
    var target = packed.mutablePointer
    for utterance in utterances {
      target.update(from: utterance.pointer, count: utterance.count)
      target += utterance.count
    }
    self.init(values: packed, lengths: utterances.map(\.rows))
  }
}
