// The backbones: one line each.

import Base
import Foundation

package enum BackboneCatalog {
  /// Loads a model folder of its `model_type`.
  package typealias Entry = (modelType: String, load: @Sendable (URL) throws -> any Backbone)

  package static let loaders = Catalogue("model_type", families) { $0.modelType }

  private static let families: [Entry] = [
    (Conformer.modelType, { try Conformer(contentsOf: $0) }),
    ("wav2vec2", { try Wav2Vec2(contentsOf: $0) }),
    ("hubert", { try Wav2Vec2(contentsOf: $0) }),
    ("wavlm", { try Wav2Vec2(contentsOf: $0) }),
    (Wav2Vec2Conformer.modelType, { try Wav2Vec2Conformer(contentsOf: $0) }),
    (Wav2Vec2Bert.modelType, { try Wav2Vec2Bert(contentsOf: $0) }),
    (Parakeet.modelType, { try Parakeet(contentsOf: $0) }),
  ]

  /// Throws `InputError` for a folder that is none of `entries`' models, or a damaged one.
  package static func load(
    _ folder: URL, among entries: Catalogue<Entry> = loaders
  ) throws -> any Backbone {
    let type = try ModelFolder.modelType(of: folder)
    guard let entry = entries.find(type) else {
      throw InputError(
        folder.appendingPathComponent(ModelFolder.configurationName).path,
        expected: "a model_type of \(entries.names.joined(separator: ", "))",
        found: "\"\(type)\"")
    }
    return try entry.load(folder)
  }
}
