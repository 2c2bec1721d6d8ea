// A wav2vec 2.0, HuBERT or WavLM recogniser that learns, from a Hugging Face folder into another.

import Base
import Foundation
import Kernels
import Speech

/// Starts from a folder's weights and leaves a folder with tensors of the same names and the same
/// settings and tokens. Two things of Hugging Face's training are not done: dropout on the attention
/// weights, and masks over hidden frames (`apply_spec_augment`).
package final class TrainableWav2Vec2: TrainableBackbone {
  let network: Wav2Vec2Network
  package let weights: ParameterBuffer
  /// Floating point tensors of the folder that no layer uses, such as `masked_spec_embed`.
  package let stateLayout: ParameterLayout
  package let state: ParameterBuffer
  package let features: FeatureExtractor
  private let origin: Origin
  /// The same wherever Hugging Face has a rate of its own: `feat_proj_dropout`, `hidden_dropout`,
  /// `activation_dropout` and `final_dropout`.
  private let dropout: Float

  /// What of the initial folder goes into the written one as it is.
  private struct Origin: Sendable {
    /// What a parameter is called there, where that is not what it is called here.
    var names: [String: String] = [:]
    /// config.json, and the other small files by name: tokens and settings of features and tokens.
    var configuration = Data()
    var files: [String: Data] = [:]
  }

  private init(
    _ network: Wav2Vec2Network, weights: ParameterBuffer, stateLayout: ParameterLayout,
    state: ParameterBuffer, features: FeatureExtractor, origin: Origin, dropout: Float
  ) {
    self.network = network
    self.weights = weights
    self.stateLayout = stateLayout
    self.state = state
    self.features = features
    self.origin = origin
    self.dropout = dropout
  }

  /// - Parameter freezesConvolutions: whether the feature encoder, the convolutions over samples, stays
  ///   as it is; it then needs no backward pass and no memory for one.
  /// - Parameter trainedLayers: from 0; the rest stays as it is. nil trains everything.
  package convenience init(
    contentsOf folder: URL, dropout: Float = 0, freezesConvolutions: Bool = false,
    trainedLayers: Set<Int>? = nil
  ) throws {
    let settings = folder.appendingPathComponent(ModelFolder.configurationName)
    let configuration = try Wav2Vec2Configuration(contentsOf: settings)
    guard configuration.kind != .conformer else {
      throw InputError(
        settings.path, expected: "a model_type of wav2vec2, hubert, wavlm to train",
        found: configuration.kind.rawValue)
    }
    for (field, activation) in [
      ("hidden_act", configuration.activation),
      ("feat_extract_activation", configuration.frontEndActivation),
    ] where activation != .gelu {
      throw InputError(
        settings.path, expected: "\(field) \"gelu\" to train", found: "\"\(activation.rawValue)\"")
    }
    if let width = configuration.adapterWidth {
      throw InputError(
        settings.path, expected: "layers without adapters (adapter_attn_dim null) to train",
        found: "\(width)")
    }
    let network = Wav2Vec2Network(
      configuration, freezesConvolutions: freezesConvolutions, trainedLayers: trainedLayers)
    let tensors = try ModelTensors(contentsOf: folder)
    let inFile = try tensors.weights(network.layout, otherNames: WaveformEncoder.otherNames)
    let weights = ParameterBuffer(count: network.layout.count)
    var origin = Origin(configuration: try ModelFolder.read(settings))
    var unused = Set(tensors.names)
    for parameter in network.layout.parameters {
      weights.set(parameter, to: inFile.tensor(parameter))
      if unused.remove(parameter.name) == nil {
        for name in WaveformEncoder.otherNames(parameter.name) where unused.remove(name) != nil {
          origin.names[parameter.name] = name
        }
      }
    }
    var stateLayout = ParameterLayout()
    var others: [(Parameter, Tensor)] = []
    for name in unused.sorted() {
      guard let file = tensors.file(with: name), let type = file.elementType(name),
        ElementType(rawValue: type) != nil
      else { continue }
      let tensor = try file.tensor(name)
      others.append((stateLayout.add(name, shape: tensor.shape), tensor))
    }
    let state = ParameterBuffer(count: stateLayout.count)
    for (parameter, tensor) in others { state.set(parameter, to: tensor) }
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: folder.path)
    where ModelFolder.isSettings(name) {
      origin.files[name] = try ModelFolder.read(folder.appendingPathComponent(name))
    }
    self.init(
      network, weights: weights, stateLayout: stateLayout, state: state,
      features: try WaveformEncoder.features(of: folder), origin: origin, dropout: dropout)
  }

  package var configuration: Wav2Vec2Configuration { network.configuration }
  package var layout: ParameterLayout { network.layout }
  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var kind: String { configuration.kind.title }
  package var sizes: String {
    "width \(configuration.width), \(configuration.heads) heads, "
      + "feed-forward \(configuration.feedForward)"
      + (network.freezesConvolutions ? ", convolutions frozen" : "")
  }

  package func copy() -> TrainableWav2Vec2 {
    TrainableWav2Vec2(
      network, weights: weights.copy(), stateLayout: stateLayout, state: state.copy(),
      features: features, origin: origin, dropout: dropout)
  }

  package func inference() -> Wav2Vec2 {
    Wav2Vec2(network, weights: Weights(weights.copy()), features: features, remark: nil)
  }

  package func outputFrames(featureFrames: Int) -> Int {
    configuration.frameCount(sampleCount: featureFrames)
  }

  package struct Activations {
    let encoder: WaveformEncoder.Activations
    let table: PositionTable?
    let lengths: [Int]
    /// Of the layers that ran.
    let layers: [TransformerLayer.Activations?]
    /// Of the whole stack, then of each exit.
    let heads: [HeadActivations]
  }

  struct HeadActivations {
    let input: Tensor  // frames x width, of the last layer
    /// Where layers are stable.
    let norm: Norm.Activations?
    let dropped: Tensor  // frames x width, normalised and after dropout
    let dropout: UInt64
  }

  package func forward(_ features: HiddenFrames, _ pass: inout TrainingPass) -> (
    logits: [HiddenFrames], activations: Activations
  ) {
    let w = Weights(weights)
    let (frames, encoder) = network.encoder.forward(
      features, w,
      keepsConvolutions: !network.freezesConvolutions && network.trainedLayers == nil,
      dropout: outerDropout, random: &pass.random)
    let lengths = frames.lengths
    let table = network.positionTable(w, longest: lengths.max() ?? 0)
    var x = frames.values
    var layers: [TransformerLayer.Activations?] = []
    var exits: [Tensor] = []
    for (index, layer) in network.layers.enumerated() {
      var activations: TransformerLayer.Activations?
      if pass.mask[index] {
        (x, activations) = layer.forward(
          x, lengths: lengths, w, table: table, dropout: dropout(of: index), random: &pass.random
        )
      }
      layers.append(activations)
      if pass.exits.contains(index + 1) { exits.append(x) }
    }
    let heads = ([x] + exits).map { output -> HeadActivations in
      var (dropped, norm) = network.headInput(output, w)
      let seed = pass.random.next()
      Dropout.apply(&dropped, probability: outerDropout, seed: seed)
      return HeadActivations(input: output, norm: norm, dropped: dropped, dropout: seed)
    }
    return (
      heads.map { HiddenFrames(values: network.head($0.dropped, w), lengths: lengths) },
      Activations(
        encoder: encoder, table: table, lengths: lengths, layers: layers, heads: heads)
    )
  }

  /// Of what is in front of the layers and behind them; what is frozen does what it does in evaluation.
  private var outerDropout: Float { network.trainedLayers == nil ? dropout : 0 }

  private func dropout(of layer: Int) -> Float {
    network.trainedLayers.map { $0.contains(layer) ? dropout : 0 } ?? dropout
  }

  package func encoded(_ activations: Activations) -> Tensor { activations.heads[0].input }

  package func backward(
    _ logitGradients: [Tensor], encodedGradient: Tensor?, through a: Activations,
    _ pass: TrainingPass, into gradients: ParameterBuffer
  ) {
    let w = Weights(weights)
    var heads = zip(logitGradients, a.heads).map { headBackward($0, $1, w, into: gradients) }
    var dx = heads.removeFirst()
    if let encodedGradient { dx.add(encodedGradient) }
    var tableGradient = a.table.map {
      Tensor(zeros: $0.values.rows, $0.values.columns)
    }
    for (index, layer) in network.layers.enumerated().reversed() {
      if pass.exits.contains(index + 1) { dx.add(heads.removeLast()) }
      guard let activations = a.layers[index] else { continue }
      dx = layer.backward(
        dx, activations, lengths: a.lengths, w, into: gradients, table: a.table,
        tableGradient: &tableGradient, dropout: dropout(of: index))
      // Below the first layer that learns nothing does; the table is layer 0's.
      if index == network.trainedLayers?.min(), index > 0 { return }
    }
    if let embedding = network.positionEmbedding, let table = a.table, let tableGradient {
      table.addEmbeddingGradient(tableGradient, configuration, to: gradients[embedding])
    }
    if network.trainedLayers != nil { return }
    network.encoder.backward(dx, a.encoder, w, into: gradients, dropout: dropout)
  }

  private func headBackward(
    _ gradient: Tensor, _ a: HeadActivations, _ w: Weights, into g: ParameterBuffer
  ) -> Tensor {
    var dx = network.head.backward(gradient, input: a.dropped, w, into: g)
    Dropout.apply(&dx, probability: outerDropout, seed: a.dropout)
    guard let norm = a.norm else { return dx }
    return network.encoder.outerNorm.backward(dx, norm, w, into: g)
  }

  /// The folder's own files: `tokenizer` was read from them.
  package func writeTokens(_ tokenizer: Tokenizer, to folder: URL) throws {
    for (name, data) in origin.files {
      try OutputFile.write(data, to: folder.appendingPathComponent(name))
    }
  }

  package func write(
    to folder: URL, tokenizer: Tokenizer, as type: ElementType, metadata: [String: String]
  ) throws {
    try OutputFile.makeFolder(folder)
    var tensors = network.layout.parameters.map {
      (name: origin.names[$0.name] ?? $0.name, tensor: weights.tensor($0))
    }
    tensors += stateLayout.parameters.map { (name: $0.name, tensor: state.tensor($0)) }
    // transformers wants to know whose tensors they are.
    try SafetensorsWriter.write(
      tensors, as: type, metadata: metadata.merging(["format": "pt"]) { $1 },
      to: folder.appendingPathComponent(ModelFolder.weightsName))
    try writeTokens(tokenizer, to: folder)
    try OutputFile.write(
      origin.configuration, to: folder.appendingPathComponent(ModelFolder.configurationName))
  }
}

extension TrainableWav2Vec2: GateableBackbone {
  package func gated(
    _ index: Int, _ input: HiddenFrames, gate: Float, scratch: ParameterBuffer
  ) -> GatedLayer {
    let (w, layer, lengths) = (Weights(weights), network.layers[index], input.lengths)
    let table = network.positionTable(w, longest: lengths.max() ?? 0)
    var random = RandomGenerator(seed: 0)
    let (full, activations) = layer.forward(
      input.values, lengths: lengths, w, table: table, dropout: 0, random: &random)
    return GatedLayer(
      input, full: full, skipped: input.values, gate: gate,
      throughLayer: {
        var unused = table.map { Tensor(zeros: $0.values.rows, $0.values.columns) }
        return layer.backward(
          $0, activations, lengths: lengths, w, into: scratch, table: table,
          tableGradient: &unused, dropout: 0)
      },
      throughSkip: { $0 })
  }
}
