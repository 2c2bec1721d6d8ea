// Conformers as models to be trained: afresh, of any sizes, or from a folder.

import Foundation
import Kernels

package enum ConformerFamily: TrainableFamily {
  package static let modelTypes = [Conformer.modelType]
  package static let startsFromScratch = true
  package static let freezesFrontEnd = false

  package static func takeSizes(of folder: URL, into sizes: inout TrainableSizes) throws {
    let saved = try configuration(of: folder)
    sizes = TrainableSizes(
      layers: saved.layers, width: saved.width, heads: saved.heads,
      feedForward: saved.feedForward, kernel: saved.kernel, skipRule: saved.skipRule)
  }

  package static func load(_ folder: URL) throws -> any TrainableBackbone {
    try TrainableConformer(contentsOf: folder)
  }

  /// Fresh, or with the weights and running statistics of the initial folder.
  package static func make(_ plan: TrainablePlan) throws -> any TrainableBackbone {
    var configuration = try plan.initial.map(configuration) ?? ConformerConfiguration()
    configuration.layers = plan.sizes.layers
    configuration.width = plan.sizes.width
    configuration.heads = plan.sizes.heads
    configuration.feedForward = plan.sizes.feedForward
    configuration.kernel = plan.sizes.kernel
    configuration.skipRule = plan.sizes.skipRule
    configuration.dropout = plan.dropout
    configuration.vocabulary = plan.tokenCount
    let model = TrainableConformer(
      configuration, seed: plan.seed, trainedLayers: plan.trainedLayers)
    guard let initial = plan.initial else { return model }
    let file = try SafetensorsFile(
      contentsOf: initial.appendingPathComponent(ModelFolder.weightsName))
    for (layout, values) in [(model.layout, model.weights), (model.stateLayout, model.state)] {
      for parameter in layout.parameters
      where !(plan.hasFreshOutput && TrainableConformer.isOutput(parameter)) {
        values.set(parameter, to: try file.tensor(parameter.name, shape: parameter.shape))
      }
    }
    return model
  }

  private static func configuration(of folder: URL) throws -> ConformerConfiguration {
    try ConformerConfiguration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
  }
}
