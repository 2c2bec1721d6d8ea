// The options that say which model, which data and which layers: the same in every subcommand.

import Backbones
import Foundation
import Kernels
import Speech
import Tradeoff

/// `--model`, `--data`, `--split`, and one of `--keep`, `--drop` and `--mask` with `--policy`.
struct ModelOptions {
  static let dataNames = ["data", "split"]
  static let maskNames = ["policy", "keep", "drop", "mask", "seed"]
  static let names = ["model"] + dataNames + maskNames

  private let arguments: Arguments

  /// Checks what can be checked without a model.
  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    let given = ["keep", "drop", "mask"].filter { arguments.string($0) != nil }
    if given.count > 1 {
      throw UsageError("options --\(given[0]) and --\(given[1]) exclude each other")
    }
    if arguments.string("policy") != nil, arguments.string("mask") != nil {
      throw UsageError("options --policy and --mask exclude each other")
    }
    _ = try arguments.choice("policy", of: PolicyCatalog.names)
    _ = try arguments.number("drop", in: 0...1)
    _ = try arguments.seed("seed")
    if arguments.string("keep") != nil { _ = try keeps(layerCount: 64) }
  }

  /// The models named, or the bundled one.
  func models() throws -> [URL] {
    let named = arguments.strings("model").map { URL(fileURLWithPath: $0) }
    return try named.isEmpty ? [Assets.model()] : named
  }

  func dataset() throws -> Dataset {
    let root = try arguments.string("data").map { URL(fileURLWithPath: $0) } ?? Assets.heldOut()
    return try Dataset(contentsOf: root, split: arguments.string("split") ?? "test-clean")
  }

  /// A mask and the policy that chose it; nil for one given by hand.
  struct Choice {
    var mask: LayerMask
    var policy: String?
  }

  var policy: String { arguments.string("policy") ?? PolicyCatalog.names[0] }

  /// The masks asked for, one for each item of `--keep`; full depth when nothing was.
  func choices(layerCount: Int) throws -> [Choice] {
    if let bits = arguments.string("mask") {
      return [Choice(mask: try LayerMask(bits, layerCount: layerCount), policy: nil)]
    }
    let counts: [Int]
    if let ratio = try arguments.number("drop", in: 0...1) {
      counts = [PolicyCatalog.keptCount(dropRatio: ratio, layerCount: layerCount)]
    } else if arguments.string("keep") != nil {
      counts = try keeps(layerCount: layerCount)
    } else {
      counts = [layerCount]
    }
    let seed = try arguments.seed("seed") ?? 1
    return counts.map {
      Choice(
        mask: PolicyCatalog.mask(policy, seed: seed, keeping: $0, of: layerCount), policy: policy)
    }
  }

  /// One mask, for programs that show one at a time.
  func choice(layerCount: Int) throws -> Choice {
    let choices = try choices(layerCount: layerCount)
    guard choices.count == 1 else {
      throw UsageError("option --keep: expected one number here, found \(choices.count)")
    }
    return choices[0]
  }

  private func keeps(layerCount: Int) throws -> [Int] {
    let text = arguments.string("keep") ?? ""
    return try text.split(separator: ",", omittingEmptySubsequences: false).map {
      guard let count = Int($0), (1...layerCount).contains(count) else {
        throw UsageError("option --keep: expected layers from 1 to \(layerCount), found '\($0)'")
      }
      return count
    }
  }
}

/// JSON on one line, keys sorted, slashes left alone.
func json(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
