// What a subcommand is, and the error for wrong usage.

/// One subcommand: one file under Commands/ and one line in `Dropscope.commands`.
protocol Command: SendableMetatype {
  /// The word after `dropscope`.
  static var name: String { get }
  /// One line for the overview.
  static var summary: String { get }
  /// The whole answer to `--help`, without a final newline.
  static var help: String { get }
  /// Runs with what follows the name; returns the exit status (0 done, 1 failed). Throws
  /// `UsageError` for wrong usage (status 2) and anything else for failure (status 1).
  static func run(_ arguments: [String]) throws -> Int32
}

/// Wrong usage: one sentence naming the option, what was expected and what was found.
struct UsageError: Error, CustomStringConvertible, Equatable {
  let description: String

  init(_ sentence: String) { description = sentence }
}
