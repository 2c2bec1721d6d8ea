// The words of a command line, sorted into options, flags and the rest.

/// `--name value` or `--name=value` for options, `--name` for flags, everything else (and all after a
/// bare `--`) positional; a lone `-` is positional, by custom standard input.
struct Arguments: Equatable {
  /// As they were given.
  let words: [String]
  /// What is neither an option nor a flag, in order.
  private(set) var positionals: [String] = []
  /// What was given for each option; nothing for a flag.
  private var values: [String: [String]] = [:]

  /// `takesValue`: of each option by its name without the dashes; false is a flag. `positionals` is
  /// how many are allowed. Throws `UsageError` on anything else.
  init(_ words: [String], takesValue: [String: Bool], positionals allowed: ClosedRange<Int>) throws
  {
    self.words = words
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        positionals.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0].dropFirst(2))
      guard word.hasPrefix("--"), let takesValue = takesValue[name] else {
        throw UsageError("unknown option '\(parts[0])'")
      }
      if !takesValue {
        guard parts.count == 1 else {
          throw UsageError("option --\(name) takes no value, found '\(parts[1])'")
        }
        values[name] = []
      } else if parts.count == 2 {
        values[name, default: []].append(String(parts[1]))
      } else if let value = rest.popFirst(), !value.hasPrefix("--") {
        values[name, default: []].append(value)
      } else {
        throw UsageError("option --\(name) needs a value")
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

  /// Every value of an option, in order; empty for a flag; nil for what was not given.
  func values(_ name: String) -> [String]? { values[name] }

  /// The whole command line, as a shell would take it.
  func line(of command: String) -> String {
    (["dropscope", command] + words).map(Self.quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0) }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// Those of these options and flags that were given.
  func given(_ names: String...) -> [String] { names.filter { values[$0] != nil } }
}
