// wav2vec 2.0, HuBERT and WavLM as models to be trained: from a Hugging Face folder, as it is.

import Foundation

package enum Wav2Vec2Family: TrainableFamily {
  package static let modelTypes = Wav2Vec2Configuration.Kind.allCases
    .filter { $0 != .conformer }.map(\.rawValue)
  package static let startsFromScratch = false
  package static let freezesFrontEnd = true

  package static func takeSizes(of folder: URL, into sizes: inout TrainableSizes) throws {
    let saved = try Wav2Vec2Configuration(
      contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
    sizes.layers = saved.layers
    sizes.width = saved.width
    sizes.heads = saved.heads
    sizes.feedForward = saved.feedForward
  }

  package static func load(_ folder: URL) throws -> any TrainableBackbone {
    try TrainableWav2Vec2(contentsOf: folder)
  }

  package static func make(_ plan: TrainablePlan) throws -> any TrainableBackbone {
    guard let initial = plan.initial else {
      preconditionFailure("only started from a folder")
    }
    return try TrainableWav2Vec2(
      contentsOf: initial, dropout: plan.dropout, freezesConvolutions: plan.freezesFrontEnd,
      trainedLayers: plan.trainedLayers)
  }
}
