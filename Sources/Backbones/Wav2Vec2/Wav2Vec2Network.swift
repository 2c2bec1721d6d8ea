// The parameters of the wav2vec 2.0 family by name, shared by inference and training.

import Foundation
import Kernels
import Speech

/// Where every parameter of a wav2vec 2.0, HuBERT or WavLM recogniser lives, without values. Names are
/// those of Hugging Face's `Wav2Vec2ForCTC`, `HubertForCTC` and `WavLMForCTC`.
struct Wav2Vec2Network: Sendable {
  let configuration: Wav2Vec2Configuration
  let layout: ParameterLayout
  /// Whether the convolutions over samples are not trained.
  let freezesConvolutions: Bool
  /// The layers that are trained, from 0; nil is everything.
  let trainedLayers: Set<Int>?
  let encoder: WaveformEncoder
  let layers: [TransformerLayer]
  /// WavLM's biases by bucket, which belong to layer 0 and serve all.
  let positionEmbedding: Parameter?
  /// To logits.
  let head: Projection

  init(
    _ configuration: Wav2Vec2Configuration, freezesConvolutions: Bool = false,
    trainedLayers: Set<Int>? = nil
  ) {
    self.configuration = configuration
    self.trainedLayers = trainedLayers
    self.freezesConvolutions = freezesConvolutions
    let prefix = configuration.kind.prefix
    var layout = ParameterLayout()
    encoder = WaveformEncoder(prefix, configuration, in: &layout)
    layers = (0..<configuration.layers).map {
      TransformerLayer("\(configuration.layerNames.prefix)\($0)", configuration, in: &layout)
    }
    positionEmbedding =
      configuration.kind == .wavlm
      ? layout.add(
        "\(configuration.layerNames.prefix)0.\(GatedPositions.tableName)", configuration.buckets,
        configuration.heads) : nil
    head = Projection("lm_head", configuration.width, configuration.vocabulary, in: &layout)
    if freezesConvolutions { layout.freeze { $0.hasPrefix("\(prefix)feature_extractor.") } }
    layout.freeze(layersBut: trainedLayers, prefix: configuration.layerNames.prefix)
    self.layout = layout
  }

  /// WavLM's biases by head and distance for utterances of up to `longest` frames.
  func positionTable(_ w: Weights, longest: Int) -> PositionTable? {
    positionEmbedding.map { PositionTable(w[$0], configuration, longest: longest) }
  }

  /// What the head's product takes: the last layer's frames, where layers are stable normalised.
  func headInput(_ x: Tensor, _ w: Weights) -> (output: Tensor, norm: Norm.Activations?) {
    guard configuration.isStable else { return (x, nil) }
    let (output, norm) = encoder.outerNorm.forward(x, w)
    return (output, norm)
  }
}
