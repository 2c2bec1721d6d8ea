// The Conformer's parameters by name, shared by inference and training.

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
  let headWeight, headBias: Parameter

  init(_ configuration: ConformerConfiguration) {
    self.configuration = configuration
    var layout = ParameterLayout()
    var state = ParameterLayout()
    subsampling = ConvolutionSubsampling(
      bins: configuration.features.melCount, width: configuration.width, in: &layout)
    layers = (0..<configuration.layers).map {
      ConformerLayer("conformer_layers.\($0)", configuration, in: &layout, state: &state)
    }
    headWeight = layout.add("single_linear.weight", configuration.vocabulary, configuration.width)
    headBias = layout.add("single_linear.bias", configuration.vocabulary)
    self.layout = layout
    stateLayout = state
  }

  /// Reads every parameter and running statistic; a missing or mis-shaped one is named in the error.
  func load(_ file: SafetensorsFile) throws -> (weights: ParameterBuffer, state: ParameterBuffer) {
    let weights = ParameterBuffer(count: layout.count)
    for parameter in layout.parameters {
      weights.set(parameter, to: try file.tensor(parameter.name, shape: parameter.shape))
    }
    let state = ParameterBuffer(count: stateLayout.count)
    for parameter in stateLayout.parameters {
      state.set(parameter, to: try file.tensor(parameter.name, shape: parameter.shape))
    }
    return (weights, state)
  }

  func head(_ x: Tensor, _ w: ParameterBuffer) -> Tensor {
    Linear.forward(
      x, weight: w[headWeight], bias: w[headBias], outputs: configuration.vocabulary)
  }

  /// Seconds from one output frame to the next: four feature hops.
  var frameSeconds: Double {
    Double(configuration.features.hopSize * 4) / Double(configuration.features.sampleRate)
  }
}
