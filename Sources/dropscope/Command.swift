// What a subcommand is, and the error for wrong usage.

import Base

/// One subcommand: one file under Commands/ and one line in `Dropscope.commands`.
protocol Command: SendableMetatype {
  associatedtype Settings: CommandSettings
  /// The word after `dropscope`.
  static var name: String { get }
  /// One line for the overview.
  static var summary: String { get }
  /// What follows `dropscope` in the first line of help, with the name.
  static var usage: String { get }
  /// Help's first paragraphs: what it does, in lines of at most 100 columns.
  static var explanation: String { get }
  /// Help's last paragraph, after the options.
  static var remark: String { get }
  /// How many arguments besides options it takes.
  static var positionals: ClosedRange<Int> { get }
  /// Commands whose names may follow this one's.
  static var subcommands: [any Command.Type] { get }
  /// Runs, and returns the exit status (0 done, 1 failed). Throws `UsageError` for wrong usage (status
  /// 2) and anything else for failure (status 1).
  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32
}

extension Command {
  static var remark: String { "" }
  static var positionals: ClosedRange<Int> { 0...0 }
  static var subcommands: [any Command.Type] { [] }

  /// Columns of help.
  static var helpWidth: Int { 100 }

  /// The whole answer to `--help`, without a final newline.
  static var help: String {
    let usage = ([self.usage] + subcommands.map { $0.usage }).enumerated().map { index, usage in
      (index == 0 ? "Usage: dropscope " : "       dropscope ") + usage
    }
    return [usage.joined(separator: "\n"), explanation, Settings.help(width: helpWidth), remark]
      .filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// Reads and runs what follows the name, or prints help.
  static func run(_ words: [String]) throws -> Int32 {
    if let first = words.first, let command = subcommands.first(where: { $0.name == first }) {
      return try command.run(Array(words.dropFirst()))
    }
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      try StandardOutput.show(HarmlessText(lines: help.lines.map(String.init)))
      return 0
    }
    let arguments = try Arguments(
      words, takesValue: Settings.takesValue, positionals: positionals)
    return try run(try Settings(arguments), arguments)
  }
}

/// Wrong usage: one sentence naming the option, what was expected and what was found.
struct UsageError: Error, CustomStringConvertible, Equatable {
  let description: String

  init(_ sentence: String) { description = sentence }
}
