// An atlas in a file, and whether policies of a model may choose by it.

import Base
import Foundation

extension MaskAtlas {
  /// The first of `files` that is of these weights and of a split for development; else why the first
  /// of them is not used. None of no files.
  /// - Parameter weights: the digest of the model's folder, asked for where a file is an atlas.
  package static func forPolicies(
    of model: String, layerCount: Int, in files: [URL], weights: () throws -> String
  ) -> Result<MaskAtlas, PolicyRefusal> {
    var refusals: [PolicyRefusal] = []
    for file in files {
      do {
        let atlas = try MaskAtlas(contentsOf: file)
        let isOfModel = try atlas.key.layers == layerCount && atlas.key.weights == weights()
        if let refusal = atlas.refusal(file, of: model, isOfModel: isOfModel) {
          refusals.append(refusal)
        } else {
          return .success(atlas)
        }
      } catch {
        refusals.append(PolicyRefusal("its atlas cannot be read", reason: "\(error)"))
      }
    }
    return .failure(refusals.first ?? .noAtlas)
  }

  private func refusal(_ file: URL, of model: String, isOfModel: Bool) -> PolicyRefusal? {
    func refusal(_ summary: String, _ expected: String, _ found: String) -> PolicyRefusal {
      PolicyRefusal(
        summary, reason: InputError(file.path, expected: expected, found: found).description)
    }
    if !isOfModel {
      return refusal(
        "its atlas is of other weights", "an atlas of the weights of \(model)",
        "one made from other weights")
    }
    // What a mask was chosen by is no test of it.
    return key.split.lowercased().hasPrefix("test")
      ? refusal(
        "its atlas is of a test split",
        "an atlas of a split for development, as masks are chosen on development sets",
        "one of \(key.split)")
      : nil
  }
}
