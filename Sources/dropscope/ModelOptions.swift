// The options that say which model, which data and which layers: the same for every subcommand.

import Backbones
import Foundation
import Speech
import Tradeoff

/// `--model`, `--data`, `--split`, and at most one of `--keep`, `--drop` and `--mask`.
struct ModelOptions {
  /// For `Arguments(options:)`.
  static let dataNames = ["data", "split", "format", "normalize"]
  static let maskNames = ["policy", "keep", "drop", "mask", "seed"]
  static let names = ["model"] + dataNames + maskNames
  private static let defaultSplit = "test-clean"

  static let modelHelp = """
      --model DIR      a model folder, of this program or of Hugging Face (the bundled one)
    """
  static let dataHelp = """
      --data DIR       a data set (the bundled one)
      --split NAME     the split of it to measure on (\(defaultSplit), or the only one)
      --format NAME    how it lies on disk, where that is not plain:
                       \(DatasetCatalog.all.map { $0.name }.joined(separator: ", "))
      --normalize NAME what counts as the same word, in references and in what was recognised:
    \(TextNormalization.allCases.map {
      "                   \($0.rawValue): \($0.summary)"
    }.joined(separator: "\n"))
    """
  static let layerHelp = """
      --policy NAME    how layers are chosen: \(PolicyCatalog.names.joined(separator: ", "))
                       (\(PolicyCatalog.names[0]))
      --seed N         of the random policy (1)
      --keep N         keep N layers                  } one of these;
      --drop RATIO     drop this share, from 0 to 1   } every layer runs
      --mask BITS      layer 1 first, 1 runs, 0 skips } without them
    """

  /// A mask and who chose it.
  struct ChosenMask: Equatable {
    var mask: LayerMask
    /// nil for a mask given by hand.
    var policy: String?
    /// What the random policy drew it from; nil for the others.
    var seed: UInt64?
  }

  /// What was asked for, before the model says how many layers there are.
  private enum Budget {
    case everything
    case keep([Int])
    case drop([Double])
    case masks([String])
  }

  private let modelPaths: [String]
  private let dataPath: String?
  private let split: String?
  private let format: String?
  private let normalization: TextNormalization
  private let policies: [String]?
  private let seed: UInt64
  private let budget: Budget

  /// Throws `UsageError` for whatever is wrong without knowing the model.
  init(_ arguments: Arguments) throws {
    modelPaths = arguments.strings("model")
    dataPath = arguments.string("data")
    split = arguments.string("split")
    format = try arguments.choice("format", of: DatasetCatalog.all.map { $0.name })
    normalization =
      try arguments.choice("normalize", of: TextNormalization.allCases.map(\.rawValue))
      .flatMap(TextNormalization.init) ?? .none
    policies = try arguments.choices("policy", of: PolicyCatalog.names)
    seed = try arguments.seed("seed") ?? 1
    let given = ["keep", "drop", "mask"].filter { arguments.string($0) != nil }
    if given.count > 1 {
      let list = given.map { "--\($0)" }.joined(separator: " and ")
      throw UsageError("\(list) cannot be given together: each chooses the layers")
    }
    if arguments.string("mask") != nil, arguments.string("policy") != nil {
      throw UsageError("--mask and --policy cannot be given together: each chooses the layers")
    }
    switch given.first {
    case "keep":
      budget = .keep(
        try arguments.list("keep", "whole numbers of at least 1") { text in
          Int(text).flatMap { $0 >= 1 ? $0 : nil }
        })
    case "drop":
      budget = .drop(
        try arguments.list("drop", "numbers from 0 to 1") { text in
          Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
        })
    case "mask":
      budget = .masks(
        try arguments.list("mask", "characters 0 and 1, at least one of them 1") { text in
          text.allSatisfy { $0 == "0" || $0 == "1" } && text.contains("1") ? text : nil
        })
    default: budget = .everything
    }
  }

  /// Whether layers were asked for at all; without, every layer runs.
  var choosesLayers: Bool {
    if case .everything = budget { return false }
    return true
  }

  /// The folders of `--model`, or the bundled one.
  func models() throws -> [URL] {
    try modelPaths.isEmpty ? [Assets.model()] : modelPaths.map { URL(fileURLWithPath: $0) }
  }

  /// The folders of `--model`, or every bundled model.
  func modelsOrAllBundled() throws -> [URL] {
    try modelPaths.isEmpty ? Assets.models() : models()
  }

  /// The folders' models. Those of one name are told apart by the folders as they were given.
  func recognizers(_ folders: [URL]) throws -> [Recognizer] {
    var recognizers = try folders.map { try Recognizer(contentsOf: $0) }
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

  /// The one model of a subcommand that takes one.
  func model() throws -> URL {
    guard modelPaths.count <= 1 else {
      throw UsageError("option --model: expected one here, found \(modelPaths.count)")
    }
    return try models()[0]
  }

  /// The split of `--data`, or of the bundled data set, listed but not yet read.
  func dataset() throws -> Dataset { try dataset(split: try chosenSplit()) }

  /// The splits of a subcommand that takes a comma-separated list of them.
  func datasets() throws -> [Dataset] {
    let names = try chosenSplit().split(separator: ",", omittingEmptySubsequences: false)
    guard !names.contains(where: \.isEmpty), Set(names).count == names.count else {
      throw UsageError(
        "option --split: expected names with commas between, each once, found '\(try chosenSplit())'"
      )
    }
    return try names.map { try dataset(split: String($0)) }
  }

  private func root() throws -> URL {
    try dataPath.map { URL(fileURLWithPath: $0) } ?? Assets.heldOut()
  }

  private func dataset(split: String) throws -> Dataset {
    try Dataset(
      contentsOf: try root(), split: split, format: format, normalization: normalization)
  }

  /// A data set with a single split needs no naming of it.
  private func chosenSplit() throws -> String {
    if let split { return split }
    let splits = try Dataset.splits(of: try root(), format: format)
    return splits.count == 1 ? splits[0] : Self.defaultSplit
  }

  /// Every mask that was asked for, in the order it was asked for, for a model with that many layers.
  func choices(layerCount: Int) throws -> [ChosenMask] {
    let policies = policies ?? [PolicyCatalog.names[0]]
    switch budget {
    case .everything: return [ChosenMask(mask: .full(layerCount), policy: policies[0])]
    case .masks: return try masks(layerCount: layerCount)
    case .keep, .drop:
      return try chosen(policies, try depths(layerCount: layerCount), draws: 1, layerCount)
    }
  }

  /// The same for a sweep: every policy and every depth unless some were named, and up to `draws`
  /// masks of the random policy at each depth (those drawn twice count once).
  /// - Parameter only: instead of the policies that were asked for.
  func sweep(layerCount: Int, draws: Int, only: [String]? = nil) throws -> [ChosenMask] {
    if case .masks = budget { return try masks(layerCount: layerCount) }
    return try chosen(
      only ?? policies ?? PolicyCatalog.names, try depths(layerCount: layerCount), draws: draws,
      layerCount)
  }

  private func chosen(
    _ policies: [String], _ counts: [Int], draws: Int, _ layerCount: Int
  ) throws -> [ChosenMask] {
    policies.flatMap { policy in
      distinct(counts).flatMap { count in
        let isRandom = policy == RandomPolicy.name
        var drawn: Set<LayerMask> = []
        return (0..<UInt64(isRandom ? draws : 1)).compactMap { draw -> ChosenMask? in
          let mask = PolicyCatalog.mask(
            policy, seed: seed &+ draw, keeping: count, of: layerCount)
          guard drawn.insert(mask).inserted else { return nil }
          return ChosenMask(mask: mask, policy: policy, seed: isRandom ? seed &+ draw : nil)
        }
      }
    }
  }

  /// Depths asked for; all of them, deepest first, when none were named.
  func depths(layerCount: Int) throws -> [Int] {
    switch budget {
    case .keep(let counts):
      if let wrong = counts.first(where: { $0 > layerCount }) {
        throw UsageError(
          "option --keep: expected 1 to \(layerCount), the model's layers, found '\(wrong)'")
      }
      return counts
    case .drop(let ratios):
      return ratios.map { PolicyCatalog.keptCount(dropRatio: $0, layerCount: layerCount) }
    case .everything, .masks: return (1...layerCount).reversed()
    }
  }

  /// What was asked for twice is measured once.
  private func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }

  private func masks(layerCount: Int) throws -> [ChosenMask] {
    guard case .masks(let texts) = budget else { return [] }
    return try distinct(texts).map { text in
      guard let mask = try? LayerMask(text, layerCount: layerCount) else {
        throw UsageError(
          "option --mask: expected \(layerCount) characters, one a layer of the model, "
            + "found \(text.count) in '\(text)'")
      }
      return ChosenMask(mask: mask, policy: nil)
    }
  }

  /// The one mask of a subcommand that takes one.
  func choice(layerCount: Int) throws -> ChosenMask {
    let all = try choices(layerCount: layerCount)
    guard all.count == 1 else {
      throw UsageError("expected one choice of layers here, found \(all.count)")
    }
    return all[0]
  }
}
