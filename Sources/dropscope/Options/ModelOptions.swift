// Which models: the same for every subcommand.

import Backbones
import Base
import Foundation

/// `--model`.
struct ModelOptions {
  /// Folders; none are the bundled ones.
  private var folders: [URL] = []

  /// - Parameter several: what it is good for to name several; nil where one is taken.
  static func group(several: String? = nil) -> OptionGroup<Self> {
    OptionGroup(
      "Model"
    ) {
      Option(
        repeated: "model", "DIR", \.folders, .url,
        "a model folder, of this program or of Hugging Face"
          + (several.map { "; repeat it to \($0)" } ?? ""), absent: "the bundled one")
    }
  }

  /// The folders of `--model`, or the bundled one.
  func models() throws -> [URL] { try folders.isEmpty ? [Assets.model()] : folders }

  /// The folders of `--model`, or every bundled model.
  func modelsOrAllBundled() throws -> [URL] { try folders.isEmpty ? Assets.models() : folders }

  /// The one model of a subcommand that takes one.
  func model() throws -> URL {
    guard folders.count <= 1 else {
      throw UsageError("option --model: expected one here, found \(folders.count)")
    }
    return try models()[0]
  }

  /// A folder's model; what is worth saying of its files is said on standard error.
  static func recognizer(_ folder: URL) throws -> Recognizer {
    let recognizer = try Recognizer(contentsOf: folder)
    if let remark = recognizer.remark { Dropscope.complain(remark) }
    return recognizer
  }

  /// The folders' models. Those of one name are told apart by the folders as they were given.
  static func recognizers(_ folders: [URL]) throws -> [Recognizer] {
    var recognizers = try folders.map { try recognizer($0) }
    let names = recognizers.map(\.name)
    for (index, name) in names.enumerated() where names.filter({ $0 == name }).count > 1 {
      recognizers[index].name = folders[index].relativePath
    }
    if let twice = recognizers.first(where: { one in
      recognizers.filter { $0.name == one.name }.count > 1
    }) {
      throw UsageError("option --model: \(twice.name) is given twice")
    }
    return recognizers
  }
}
