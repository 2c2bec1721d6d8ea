// The Conformer's parameters by name, shared by inference and training.

import Base
import Foundation
import Kernels
import Speech

/// Where every parameter of a Conformer lives, without values. Names are torchaudio's state_dict:
/// `conv_subsample.sequential.N`, `conformer_layers.N.…`, `single_linear`.
struct ConformerNetwork: Sendable {
  let configuration: ConformerConfiguration
  let layout: ParameterLayout
  let stateLayout: ParameterLayout
  let subsampling: ConvolutionSubsampling
  let layers: [ConformerLayer]
  /// To logits.
  let head: Projection
  /// The layers that are trained, from 0; nil is everything.
  let trainedLayers: Set<Int>?

  static let layerNames = LayerNames(
    prefix: "conformer_layers.", count: [ConformerConfiguration.CodingKeys.layers.rawValue],
    feedForward: [ConformerConfiguration.CodingKeys.feedForward.rawValue])

  init(_ configuration: ConformerConfiguration, trainedLayers: Set<Int>? = nil) {
    self.configuration = configuration
    self.trainedLayers = trainedLayers
    var layout = ParameterLayout()
    var state = ParameterLayout()
    subsampling = ConvolutionSubsampling(
      bins: configuration.features.melCount, width: configuration.width, in: &layout)
    layers = (0..<configuration.layers).map {
      ConformerLayer("\(Self.layerNames.prefix)\($0)", configuration, in: &layout, state: &state)
    }
    head = Projection(
      "single_linear", configuration.width, configuration.vocabulary, in: &layout)
    layout.freeze(layersBut: trainedLayers, prefix: Self.layerNames.prefix)
    self.layout = layout
    stateLayout = state
  }

  /// Reads config.json and model.safetensors.
  static func load(
    _ folder: URL
  ) throws -> (network: ConformerNetwork, weights: ParameterBuffer, state: ParameterBuffer) {
    let network = ConformerNetwork(
      try ConformerConfiguration(
        contentsOf: folder.appendingPathComponent(ModelFolder.configurationName)))
    let (weights, state) = try network.load(
      SafetensorsFile(contentsOf: folder.appendingPathComponent(ModelFolder.weightsName)))
    return (network, weights, state)
  }

  /// Reads every parameter and running statistic; a missing or mis-shaped one is named in the error.
  /// LDASR's checkpoints have the layers in groups, `conformer.G.conformer_layers.J.…`, and tensors
  /// that a single output does not need.
  private func load(
    _ file: SafetensorsFile
  ) throws -> (weights: ParameterBuffer, state: ParameterBuffer) {
    let grouped = Self.groupedLayers(file)
    try layout.refuseLayersBeyond(in: file.names, source: file.path)
    guard grouped.count <= layers.count else {
      throw InputError(
        file.path, expected: "\(layers.count) layers, as config.json says",
        found: "\(grouped.count) in groups")
    }
    func read(_ layout: ParameterLayout) throws -> ParameterBuffer {
      let buffer = ParameterBuffer(count: layout.count)
      for parameter in layout.parameters {
        var name = parameter.name
        let parts = name.split(separator: ".", maxSplits: 2)
        if parts[0] == "conformer_layers", let layer = Int(parts[1]), layer < grouped.count {
          name =
            "conformer.\(grouped[layer].group).conformer_layers.\(grouped[layer].layer).\(parts[2])"
        }
        buffer.set(parameter, to: try file.tensor(name, shape: parameter.shape))
      }
      return buffer
    }
    return (try read(layout), try read(stateLayout))
  }

  /// Groups and layers within them in the order they run; none in a file of layers without groups.
  private static func groupedLayers(_ file: SafetensorsFile) -> [(group: Int, layer: Int)] {
    var layers: [Int: Set<Int>] = [:]
    for name in file.names {
      let parts = name.split(separator: ".")
      if parts.count > 4, parts[0] == "conformer", parts[2] == "conformer_layers",
        let group = Int(parts[1]), let layer = Int(parts[3])
      {
        layers[group, default: []].insert(layer)
      }
    }
    return layers.sorted { $0.key < $1.key }.flatMap { group, members in
      members.sorted().map { (group, $0) }
    }
  }

  /// Seconds from one output frame to the next: four feature hops.
  var frameSeconds: Double {
    Double(configuration.features.hopSize * 4) / Double(configuration.features.sampleRate)
  }
}
