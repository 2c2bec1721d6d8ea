// A Conformer that learns: forward keeps its activations, backward turns them into gradients.

import Base
import Foundation
import Kernels
import Speech

package final class TrainableConformer: TrainableBackbone {
  let network: ConformerNetwork
  package let weights: ParameterBuffer
  package let state: ParameterBuffer
  package let features: FeatureExtractor

  package var configuration: ConformerConfiguration { network.configuration }
  package var layout: ParameterLayout { network.layout }
  package var stateLayout: ParameterLayout { network.stateLayout }
  package var layerCount: Int { configuration.layers }
  package var tokenCount: Int { configuration.vocabulary }
  package var blank: Int { configuration.blank }
  package var kind: String { "Conformer" }
  package var sizes: String {
    "width \(configuration.width), \(configuration.heads) heads, "
      + "feed-forward \(configuration.feedForward), kernel \(configuration.kernel)"
  }

  private init(_ network: ConformerNetwork, weights: ParameterBuffer, state: ParameterBuffer) {
    self.network = network
    self.weights = weights
    self.state = state
    features = .logMel(LogMel(network.configuration.features))
  }

  private static let frontEndGain: Float = 3

  /// Fresh weights as PyTorch draws them: matrices and biases uniform within 1/sqrt(fan-in), the
  /// attention's packed projection Xavier-uniform with zero biases, norms one and zero. The front end's
  /// kernels are `frontEndGain` times as large: features have unit variance, and with PyTorch's draw
  /// the hidden frames would be half the size of the positions added to them.
  /// - Parameter trainedLayers: from 0; the rest stays as it is. nil trains everything.
  package convenience init(
    _ configuration: ConformerConfiguration, seed: UInt64, trainedLayers: Set<Int>? = nil
  ) {
    let network = ConformerNetwork(configuration, trainedLayers: trainedLayers)
    let weights = ParameterBuffer(count: network.layout.count)
    let state = ParameterBuffer(count: network.stateLayout.count)
    var random = RandomGenerator(seed: seed, streams: 0x1417)
    var fanIn = 1
    for parameter in network.layout.parameters {
      let values = weights[parameter]
      let isBias = parameter.name.hasSuffix("bias")
      let bound: Float
      if parameter.shape.count > 1 {
        fanIn = parameter.shape.dropFirst().reduce(1, *)
        bound =
          parameter.name.hasSuffix("in_proj_weight")
          ? (6 / Float(parameter.shape[0] + parameter.shape[1])).squareRoot()
          : (parameter.name.hasPrefix("conv_subsample.") ? Self.frontEndGain : 1)
            / Float(fanIn).squareRoot()
      } else if parameter.isNorm {
        bound = 0
      } else {
        bound = parameter.name.contains("self_attn") ? 0 : 1 / Float(fanIn).squareRoot()
      }
      for i in 0..<parameter.count { values[i] = bound == 0 ? 0 : random.uniform(-bound...bound) }
      if parameter.isNorm && !isBias { for i in 0..<parameter.count { values[i] = 1 } }
    }
    for parameter in network.stateLayout.parameters where parameter.name.hasSuffix("running_var") {
      for i in 0..<parameter.count { state[parameter][i] = 1 }
    }
    self.init(network, weights: weights, state: state)
  }

  /// Whether a parameter belongs to the output layer, whose shape depends on the tokens.
  package static func isOutput(_ parameter: Parameter) -> Bool {
    parameter.name.hasPrefix("single_linear.")
  }

  /// Starts from a saved model.
  package convenience init(contentsOf folder: URL) throws {
    let (network, weights, state) = try ConformerNetwork.load(folder)
    self.init(network, weights: weights, state: state)
  }

  package func copy() -> TrainableConformer {
    TrainableConformer(network, weights: weights.copy(), state: state.copy())
  }

  package func inference() -> Conformer {
    Conformer(network, weights: weights, state: state)
  }

  package func outputFrames(featureFrames: Int) -> Int {
    ConvolutionSubsampling.outputLength(featureFrames)
  }

  package struct Activations {
    let subsampling: ConvolutionSubsampling.Activations
    let lengths: [Int]
    let dropout: UInt64
    let layers: [LayerActivations]
    /// Into the head: of the whole stack, then of each exit.
    let outputs: [Tensor]
  }

  enum LayerActivations {
    case kept(ConformerLayer.Activations)
    case identity
    case normalized(Norm.Activations)
  }

  package func forward(_ features: HiddenFrames, _ pass: inout TrainingPass) -> (
    logits: [HiddenFrames], activations: Activations
  ) {
    let w = Weights(weights)
    var (frames, subsampling) = network.subsampling.forward(features, w)
    let seed = pass.random.next()
    // What is frozen does what it does in evaluation.
    let isWhole = network.trainedLayers == nil
    Dropout.apply(
      &frames.values, probability: isWhole ? configuration.dropout : 0, seed: seed)
    var x = frames.values
    var layers: [LayerActivations] = []
    var exits: [Tensor] = []
    for (index, layer) in network.layers.enumerated() {
      if pass.mask[index] {
        let (y, activations) = layer.forward(
          x, lengths: frames.lengths, w, state: state, dropout: dropout(of: index),
          isFrozen: isFrozen(index), &pass)
        layers.append(.kept(activations))
        x = y
      } else if configuration.skipRule == .normalized {
        let (y, activations) = layer.finalNorm.forward(x, w)
        layers.append(.normalized(activations))
        x = y
      } else {
        layers.append(.identity)
      }
      if pass.exits.contains(index + 1) { exits.append(x) }
    }
    let outputs = [x] + exits
    return (
      outputs.map { HiddenFrames(values: network.head($0, w), lengths: frames.lengths) },
      Activations(
        subsampling: subsampling, lengths: frames.lengths, dropout: seed, layers: layers,
        outputs: outputs)
    )
  }

  private func isFrozen(_ layer: Int) -> Bool {
    network.trainedLayers.map { !$0.contains(layer) } ?? false
  }

  private func dropout(of layer: Int) -> Float { isFrozen(layer) ? 0 : configuration.dropout }

  package func encoded(_ activations: Activations) -> Tensor { activations.outputs[0] }

  package func backward(
    _ logitGradients: [Tensor], encodedGradient: Tensor?, through a: Activations,
    _ pass: TrainingPass, into gradients: ParameterBuffer
  ) {
    let w = Weights(weights)
    var heads = zip(logitGradients, a.outputs).map {
      network.head.backward($0, input: $1, w, into: gradients)
    }
    var dx = heads.removeFirst()
    if let encodedGradient { dx.add(encodedGradient) }
    for (index, layer) in network.layers.enumerated().reversed() {
      if pass.exits.contains(index + 1) { dx.add(heads.removeLast()) }
      switch a.layers[index] {
      case .kept(let activations):
        dx = layer.backward(
          dx, activations, lengths: a.lengths, w, into: gradients, dropout: dropout(of: index),
          pass)
      case .normalized(let norm): dx = layer.finalNorm.backward(dx, norm, w, into: gradients)
      case .identity: break
      }
      // Below the first layer that learns nothing does.
      if index == network.trainedLayers?.min() { return }
    }
    if network.trainedLayers != nil { return }
    Dropout.apply(&dx, probability: configuration.dropout, seed: a.dropout)
    network.subsampling.backward(dx, a.subsampling, w, into: gradients)
  }

  package func writeTokens(_ tokenizer: Tokenizer, to folder: URL) throws {
    try tokenizer.write(to: folder.appendingPathComponent(ModelFolder.tokensName))
  }

  package func write(
    to folder: URL, tokenizer: Tokenizer, as type: ElementType, metadata: [String: String]
  ) throws {
    try OutputFile.makeFolder(folder)
    var tensors = network.layout.parameters.map { ($0.name, weights.tensor($0)) }
    tensors += network.stateLayout.parameters.map { ($0.name, state.tensor($0)) }
    try SafetensorsWriter.write(
      tensors.map { (name: $0.0, tensor: $0.1) }, as: type, metadata: metadata,
      to: folder.appendingPathComponent(ModelFolder.weightsName))
    try writeTokens(tokenizer, to: folder)
    try OutputFile.write(
      JSON.document(configuration),
      to: folder.appendingPathComponent(ModelFolder.configurationName))
  }
}

extension TrainableConformer: GateableBackbone {
  package func gated(
    _ index: Int, _ input: HiddenFrames, gate: Float, scratch: ParameterBuffer
  ) -> GatedLayer {
    let (w, layer, lengths) = (Weights(weights), network.layers[index], input.lengths)
    var pass = TrainingPass(mask: .full(layerCount), random: RandomGenerator(seed: 0))
    let (full, activations) = layer.forward(
      input.values, lengths: lengths, w, state: state, dropout: 0, isFrozen: true, &pass)
    let isIdentity = configuration.skipRule == .identity
    let used = pass
    return GatedLayer(
      input, full: full, skipped: isIdentity ? input.values : layer.finalNorm(input.values, w),
      gate: gate,
      throughLayer: {
        layer.backward($0, activations, lengths: lengths, w, into: scratch, dropout: 0, used)
      },
      throughSkip: {
        isIdentity ? $0 : layer.finalNorm.inputGradient($0, of: input.values, w)
      })
  }
}

extension Parameter {
  /// LayerNorm's and BatchNorm's weight and bias.
  fileprivate var isNorm: Bool {
    shape.count == 1
      && (name.contains("layer_norm") || name.contains("sequential.0.") && name.contains("ffn")
        || name.contains("conv_module.sequential.3."))
  }
}
