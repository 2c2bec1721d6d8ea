// The options that say which model, which data and which layers: the same for every subcommand.

import Backbones
import Foundation
import Kernels
import Speech
import Tradeoff

/// `--model`, `--data`, `--split`, and at most one of `--keep`, `--drop` and `--mask`.
struct ModelOptions {
  /// For `Arguments(options:)`.
  static let dataNames = ["data", "split"]
  static let maskNames = ["policy", "keep", "drop", "mask", "seed"]
  static let names = ["model"] + dataNames + maskNames
  private static let defaultSplit = "test-clean"

  static let modelHelp = """
      --model DIR      a model folder: config.json, model.safetensors, tokens.txt (the bundled one)
    """
  static let dataHelp = """
      --data DIR       a data set in LibriSpeech layout (the bundled one)
      --split NAME     the split of it to measure on (\(defaultSplit))
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
  struct Choice: Equatable {
    var mask: LayerMask
    /// nil for a mask given by hand.
    var policy: String?
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
  private let split: String
  private let policies: [String]
  private let seed: UInt64
  private let budget: Budget

  /// Throws `UsageError` for whatever is wrong without knowing the model.
  init(_ arguments: Arguments) throws {
    modelPaths = arguments.strings("model")
    dataPath = arguments.string("data")
    split = arguments.string("split") ?? Self.defaultSplit
    policies =
      try arguments.choices("policy", of: PolicyCatalog.names) ?? [PolicyCatalog.names[0]]
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
        try Self.list(arguments, "keep", "whole numbers of at least 1") { text in
          Int(text).flatMap { $0 >= 1 ? $0 : nil }
        })
    case "drop":
      budget = .drop(
        try Self.list(arguments, "drop", "numbers from 0 to 1") { text in
          Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
        })
    case "mask":
      budget = .masks(
        try Self.list(arguments, "mask", "characters 0 and 1, at least one of them 1") { text in
          text.allSatisfy { $0 == "0" || $0 == "1" } && text.contains("1") ? text : nil
        })
    default: budget = .everything
    }
  }

  /// The folders of `--model`, or the bundled one.
  func models() throws -> [URL] {
    try modelPaths.isEmpty ? [Assets.model()] : modelPaths.map { URL(fileURLWithPath: $0) }
  }

  /// The one model of a subcommand that takes one.
  func model() throws -> URL {
    guard modelPaths.count <= 1 else {
      throw UsageError("option --model: expected one here, found \(modelPaths.count)")
    }
    return try models()[0]
  }

  /// The split of `--data`, or of the bundled data set, listed but not yet read.
  func dataset() throws -> Dataset {
    let root = try dataPath.map { URL(fileURLWithPath: $0) } ?? Assets.heldOut()
    return try Dataset(contentsOf: root, split: split)
  }

  /// Every mask that was asked for, in the order it was asked for, for a model with that many layers.
  func choices(layerCount: Int) throws -> [Choice] {
    func chosen(_ counts: [Int]) -> [Choice] {
      policies.flatMap { policy in
        counts.map { count in
          Choice(
            mask: PolicyCatalog.mask(policy, seed: seed, keeping: count, of: layerCount),
            policy: policy)
        }
      }
    }
    switch budget {
    case .everything:
      return [Choice(mask: .full(layerCount), policy: policies[0])]
    case .keep(let counts):
      if let wrong = counts.first(where: { $0 > layerCount }) {
        throw UsageError(
          "option --keep: expected 1 to \(layerCount), the model's layers, found '\(wrong)'")
      }
      return chosen(counts)
    case .drop(let ratios):
      return chosen(
        ratios.map { PolicyCatalog.keptCount(dropRatio: $0, layerCount: layerCount) })
    case .masks(let texts):
      return try texts.map { text in
        guard let mask = try? LayerMask(text, layerCount: layerCount) else {
          throw UsageError(
            "option --mask: expected \(layerCount) characters, one a layer of the model, "
              + "found \(text.count) in '\(text)'")
        }
        return Choice(mask: mask, policy: nil)
      }
    }
  }

  /// The one mask of a subcommand that takes one.
  func choice(layerCount: Int) throws -> Choice {
    let all = try choices(layerCount: layerCount)
    guard all.count == 1 else {
      throw UsageError("expected one choice of layers here, found \(all.count)")
    }
    return all[0]
  }

  /// The comma-separated values of an option, over all times it was given.
  private static func list<Value>(
    _ arguments: Arguments, _ name: String, _ expected: String, _ parse: (String) -> Value?
  ) throws -> [Value] {
    try arguments.strings(name).flatMap { text in
      try text.split(separator: ",", omittingEmptySubsequences: false).map { item in
        guard let value = parse(String(item)) else {
          throw UsageError("option --\(name): expected \(expected), found '\(item)'")
        }
        return value
      }
    }
  }
}

/// JSON on one line, keys sorted, slashes left alone.
func json(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
