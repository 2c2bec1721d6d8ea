// A small parser of long options, so that every subcommand reads its arguments the same way.

import Foundation

/// Parsed arguments: `--name value` or `--name=value` for options (the last one given counts, or
/// all of them through `strings`), `--name` for flags, everything else (and all after a bare `--`)
/// positional; a lone `-` is positional, by custom standard input.
struct Arguments: Equatable {
  private var values: [String: [String]] = [:]
  private var flags: Set<String> = []
  /// What is neither an option nor a flag, in order.
  private(set) var positionals: [String] = []

  /// `options` take a value, `flags` do not; names without the dashes. `positionals` is how many
  /// are allowed. Throws `UsageError` on anything else.
  init(
    _ arguments: [String], options: [String] = [], flags flagNames: [String] = [],
    positionals allowed: ClosedRange<Int> = 0...0
  ) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        positionals += rest
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        positionals.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0].dropFirst(2))
      if argument.hasPrefix("--"), options.contains(name) {
        if parts.count == 2 {
          values[name, default: []].append(String(parts[1]))
        } else if let value = rest.popFirst(), !value.hasPrefix("--") {
          values[name, default: []].append(value)
        } else {
          throw UsageError("option --\(name) needs a value")
        }
      } else if argument.hasPrefix("--"), flagNames.contains(name) {
        guard parts.count == 1 else {
          throw UsageError("option --\(name) takes no value, found '\(parts[1])'")
        }
        flags.insert(name)
      } else {
        throw UsageError("unknown option '\(parts[0])'")
      }
    }
    if positionals.count > allowed.upperBound {
      throw UsageError("unexpected argument '\(positionals[allowed.upperBound])'")
    }
    if positionals.count < allowed.lowerBound {
      let noun = allowed.lowerBound == 1 ? "argument" : "arguments"
      throw UsageError(
        "expected at least \(allowed.lowerBound) \(noun), found \(positionals.count)")
    }
  }

  /// Whether the flag was given.
  func flag(_ name: String) -> Bool { flags.contains(name) }

  /// The option's last value.
  func string(_ name: String) -> String? { values[name]?.last }

  /// All values of an option that may be repeated, in order.
  func strings(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option that must be given.
  func required(_ name: String) throws -> String {
    guard let value = string(name) else { throw UsageError("option --\(name) is required") }
    return value
  }

  /// A whole number within `range`.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = string(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw UsageError("option --\(name): expected \(Self.wording(range)), found '\(text)'")
    }
    return value
  }

  /// A finite number within `range`.
  func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let text = string(name) else { return nil }
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      let top = range.upperBound
      let bounds =
        top == .infinity || top == .greatestFiniteMagnitude
        ? (range.lowerBound == .leastNormalMagnitude
          ? "a number above 0" : "a number of at least \(range.lowerBound)")
        : "a number from \(range.lowerBound) to \(top)"
      throw UsageError("option --\(name): expected \(bounds), found '\(text)'")
    }
    return value
  }

  /// `--threads`, one per processor unless given.
  func threads() throws -> Int {
    try integer("threads", in: 1...256) ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// A seed: any unsigned 64-bit number.
  func seed(_ name: String) throws -> UInt64? {
    guard let text = string(name) else { return nil }
    guard let value = UInt64(text) else {
      throw UsageError("option --\(name): expected a whole number from 0, found '\(text)'")
    }
    return value
  }

  /// One of `choices`.
  func choice(_ name: String, of choices: [String]) throws -> String? {
    guard let text = string(name) else { return nil }
    try Self.check(text, name: name, choices: choices)
    return text
  }

  /// A comma-separated list of some of `choices`, each at most once.
  func choices(_ name: String, of choices: [String]) throws -> [String]? {
    guard let text = string(name) else { return nil }
    let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for (index, item) in items.enumerated() {
      try Self.check(item, name: name, choices: choices)
      if items[..<index].contains(item) {
        throw UsageError("option --\(name): '\(item)' is given twice")
      }
    }
    return items
  }

  /// The comma-separated values of an option, over all times it was given.
  func list<Value>(_ name: String, _ expected: String, _ parse: (String) -> Value?) throws
    -> [Value]
  {
    try strings(name).flatMap { text in
      try text.split(separator: ",", omittingEmptySubsequences: false).map { item in
        guard let value = parse(String(item)) else {
          throw UsageError("option --\(name): expected \(expected), found '\(item)'")
        }
        return value
      }
    }
  }

  private static func check(_ text: String, name: String, choices: [String]) throws {
    guard choices.contains(text) else {
      let list = choices.joined(separator: ", ")
      throw UsageError("option --\(name): expected one of \(list), found '\(text)'")
    }
  }

  private static func wording(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "a whole number of at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }
}
