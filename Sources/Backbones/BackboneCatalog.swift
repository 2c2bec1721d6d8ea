// The backbones: one line each.

import Base
import Foundation

package enum BackboneCatalog {
  /// Loads a model folder; one entry per `model_type`.
  package static let loaders: [(modelType: String, load: @Sendable (URL) throws -> any Backbone)] =
    [
      (Conformer.modelType, { try Conformer(contentsOf: $0) }),
      ("wav2vec2", { try Wav2Vec2(contentsOf: $0) }),
      ("hubert", { try Wav2Vec2(contentsOf: $0) }),
      ("wavlm", { try Wav2Vec2(contentsOf: $0) }),
      (Wav2Vec2Conformer.modelType, { try Wav2Vec2Conformer(contentsOf: $0) }),
      (Parakeet.modelType, { try Parakeet(contentsOf: $0) }),
    ]

  package static func load(_ folder: URL) throws -> any Backbone {
    let type = try ModelFolder.modelType(of: folder)
    guard let entry = loaders.first(where: { $0.modelType == type }) else {
      throw InputError(
        folder.appendingPathComponent(ModelFolder.configurationName).path,
        expected: "a model_type of \(loaders.map(\.modelType).joined(separator: ", "))",
        found: "\"\(type)\"")
    }
    return try entry.load(folder)
  }
}
