// A data set of a training run as `--data` names it: where it lies, which part of it, how often it is heard.

import Base
import Foundation
import Speech

/// `DIR[:SPLIT[:FORMAT]][@WEIGHT]`. A name with colons or an @ of its own is taken whole where it exists.
package struct TrainingData: Sendable, Equatable {
  package let folder: URL
  /// nil: the run's.
  package let split: String?
  /// nil: the run's, or as recognised.
  package let format: String?
  /// How often a pass over the data visits each utterance.
  package private(set) var weight = 1.0

  package static let form = "DIR[:SPLIT[:FORMAT]][@WEIGHT]"
  private static let weights = 0.001...1000.0

  /// Throws `InputError` for a folder that does not exist or a weight out of bounds.
  package init(_ text: String) throws {
    var name = text[...]
    if !Self.exists(name), let sign = name.lastIndex(of: "@"),
      let weight = Double(name[name.index(after: sign)...])
    {
      guard Self.weights.contains(weight) else {
        throw InputError(
          text, expected: "a weight from \(Self.weights.lowerBound) to \(Self.weights.upperBound)",
          found: "\(name[name.index(after: sign)...])")
      }
      self.weight = weight
      name = name[..<sign]
    }
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    // The longest beginning that exists is the folder.
    for named in 0...2 where parts.count > named {
      let path = parts.dropLast(named).joined(separator: ":")
      let rest = parts.suffix(named)
      guard Self.exists(path), rest.allSatisfy({ !$0.isEmpty }) else { continue }
      folder = URL(fileURLWithPath: path).standardizedFileURL
      split = rest.first.map(String.init)
      format = rest.dropFirst().first.map(String.init)
      return
    }
    throw InputError(text, expected: "a data set, \(Self.form)", found: "nothing of that name")
  }

  private static func exists(_ path: some StringProtocol) -> Bool {
    !path.isEmpty && FileManager.default.fileExists(atPath: String(path))
  }

  /// Throws `InputError`, as `Dataset` does.
  package func dataset(_ options: TrainingOptions) throws -> Dataset {
    try Dataset(
      contentsOf: folder, split: split ?? options.split, format: format ?? options.format)
  }

  /// What to validate on: the development split of each data set that has one, once.
  package static func development(
    _ data: [TrainingData], _ options: TrainingOptions
  ) throws -> [Dataset] {
    var seen: Set<URL> = []
    return try data.filter { seen.insert($0.folder).inserted }.compactMap {
      let format = $0.format ?? options.format
      guard
        try Dataset.splits(of: $0.folder, format: format).contains(options.developmentSplit)
      else { return nil }
      return try Dataset(
        contentsOf: $0.folder, split: options.developmentSplit, format: format)
    }
  }
}
