// Where the atlas of a model is found.

import Backbones
import Base
import Foundation

package enum AtlasLibrary {
  /// In a model's folder.
  package static let fileName = "atlas.safetensors"

  /// The atlas of a model; nil where there is none. Throws `InputError` for a file that is no atlas, or
  /// one of another model.
  package static func atlas(of recognizer: Recognizer) throws -> MaskAtlas? {
    let file = recognizer.folder.appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let atlas = try MaskAtlas(contentsOf: file)
    let (model, layers) = (
      recognizer.folder.standardizedFileURL.lastPathComponent, recognizer.backbone.layerCount
    )
    guard atlas.key.model == model, atlas.key.layers == layers else {
      throw InputError(
        file.path, expected: "an atlas of \(model) with \(layers) layers",
        found: "one of \(atlas.key.model) with \(atlas.key.layers)")
    }
    return atlas
  }
}
