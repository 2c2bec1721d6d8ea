// Which data: the same for every subcommand that measures.

import Base
import Foundation
import Speech

/// `--data`, `--split`, `--format`, `--channel`, `--normalize` and `--strict`.
struct DataOptions {
  private static let defaultSplit = "test-clean"

  private var root: URL?
  private var split: String?
  private var format: String?
  private var channel: Int?
  private var normalization = TextNormalization.none
  /// Whether a file that cannot be read ends the command.
  private(set) var isStrict = false

  /// - Parameter several: whether `--split` takes a list.
  static func group(several: Bool = false) -> OptionGroup<Self> {
    OptionGroup(
      "Data"
    ) {
      Option("data", "DIR", \.root, .url, "a data set", absent: "the bundled one")
      Option(
        "split", several ? "LIST" : "NAME", \.split, .text,
        several
          ? "the splits of it to measure on, with commas between: dev,test-clean"
          : "the split of it to measure on", absent: "\(defaultSplit), or the only one")
      Option(
        "format", "NAME", \.format, .name(in: DatasetCatalog.all),
        "how it lies on disk, where that is not plain: "
          + DatasetCatalog.all.names.joined(separator: ", "))
      Option.channel(
        \.channel, absent: "what the data set's lists say, or the mean of all")
      Option(
        "normalize", "NAME", \.normalization, .entry(of: Catalogue("normalization")),
        "what counts as the same word, in references and in what was recognised"
      ).listing(TextNormalization.allCases.map { "\($0.rawValue): \($0.summary)" })
      Option.strict(\.isStrict)
    }
  }

  /// The split of `--data`, or of the bundled data set, listed but not yet read.
  func dataset() throws -> Dataset { try dataset(split: try chosenSplit()) }

  /// The splits of a subcommand that takes a comma-separated list of them.
  func datasets() throws -> [Dataset] {
    let chosen = try chosenSplit()
    let names = chosen.split(separator: ",", omittingEmptySubsequences: false)
    guard !names.contains(where: \.isEmpty), Set(names).count == names.count else {
      throw UsageError(
        "option --split: expected names with commas between, each once, found '\(chosen)'")
    }
    return try names.map { try dataset(split: String($0)) }
  }

  /// The other splits of the same data set, listed but not yet read; without those that cannot be.
  func otherSplits(than name: String) throws -> [Dataset] {
    try Dataset.splits(of: try folder(), format: format).filter { $0 != name }
      .compactMap { try? dataset(split: $0) }
  }

  private func folder() throws -> URL { try root ?? Assets.heldOut() }

  private func dataset(split: String) throws -> Dataset {
    try Dataset(
      contentsOf: try folder(), split: split, format: format, channel: channel,
      normalization: normalization)
  }

  /// A data set with a single split needs no naming of it.
  private func chosenSplit() throws -> String {
    if let split { return split }
    let splits = try Dataset.splits(of: try folder(), format: format)
    return splits.count == 1 ? splits[0] : Self.defaultSplit
  }
}
