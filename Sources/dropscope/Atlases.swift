// Atlases of masks that policies choose by: where they are found, and which command makes one.

import Backbones
import Base
import Foundation
import Speech
import Tradeoff

enum Atlases {
  /// Where a model's atlas is looked for.
  private static func places(_ folder: URL) -> [URL] {
    let model = folder.standardizedFileURL.lastPathComponent
    let results = (try? Assets.folder())?.appendingPathComponent("Results")
    return [folder.appendingPathComponent(MaskAtlas.fileName)]
      + [results?.appendingPathComponent("atlas-\(model).safetensors")].compactMap { $0 }
  }

  /// What the policies choose for a model, by the atlas that was named or by one that is found.
  /// - Parameter dataset: what they choose for; nil where it is no split of a data set.
  static func policies(
    of recognizer: Recognizer, by named: URL? = nil, on dataset: Dataset?
  ) -> ModelPolicies {
    let layers = recognizer.backbone.layerCount
    let folder = recognizer.folder
    let files =
      named.map { [$0] }
      ?? places(folder).filter { FileManager.default.fileExists(atPath: $0.path) }
    guard !files.isEmpty else {
      let output = folder.appendingPathComponent(MaskAtlas.fileName).path
      let none = PolicyRefusal(
        PolicyRefusal.noAtlas.summary,
        reason: "expected an atlas of the masks of \(recognizer.name), found none; "
          + "'dropscope sweep --all-masks --model \(folder.path) --split dev --atlas \(output)' "
          + "makes one")
      return ModelPolicies(layerCount: layers, atlas: .failure(none))
    }
    return ModelPolicies(
      layerCount: layers,
      atlas: MaskAtlas.forPolicies(of: recognizer.name, layerCount: layers, in: files) {
        try ModelFolder.digest(of: folder)
      }, split: dataset.map { TestedSplit($0) })
  }

  /// The same for several models: the atlas that was named counts for those that it is of.
  static func policies(
    of recognizers: [Recognizer], by named: URL?, on dataset: Dataset
  ) throws -> [ModelPolicies] {
    guard let named else { return recognizers.map { policies(of: $0, on: dataset) } }
    let all = recognizers.map { policies(of: $0, by: named, on: dataset) }
    let refusals = all.compactMap(\.lack)
    if refusals.count == all.count, let first = refusals.first { throw InputError(first.reason) }
    return zip(recognizers, all).map { $1.lack == nil ? $1 : policies(of: $0, on: dataset) }
  }
}
