// Options that belong together, and from all groups of a command: help, accepted names and reading.

/// Options under a heading, and what has to hold between them.
struct OptionGroup<Settings> {
  let title: String
  /// In help, under the title.
  let remark: String
  let options: [Option<Settings>]
  /// Throws `UsageError` for what does not go together. Called when all options were read.
  let check: (Settings, Arguments) throws -> Void

  init(
    _ title: String, _ remark: String = "",
    @OptionBuilder<Settings> _ options: () -> [Option<Settings>],
    check: @escaping (Settings, Arguments) throws -> Void = { _, _ in }
  ) {
    self.title = title
    self.remark = remark
    self.options = options()
    self.check = check
  }

  /// The same for settings that have these as a part.
  func at<Outer>(_ path: WritableKeyPath<Outer, Settings>) -> OptionGroup<Outer> {
    OptionGroup<Outer>(title, remark) {
      options.map { $0.at(path) }
    } check: {
      try check($0[keyPath: path], $1)
    }
  }
}

/// Options one after the other.
@resultBuilder enum OptionBuilder<Settings> {
  static func buildExpression(_ option: Option<Settings>) -> [Option<Settings>] { [option] }
  static func buildExpression(_ options: [Option<Settings>]) -> [Option<Settings>] { options }
  static func buildBlock(_ parts: [Option<Settings>]...) -> [Option<Settings>] {
    parts.flatMap { $0 }
  }
}

/// What a command can be told. A new value is what a command line without options means.
protocol CommandSettings {
  init()
  static var groups: [OptionGroup<Self>] { get }
}

extension CommandSettings {
  private static var options: [Option<Self>] { groups.flatMap(\.options) }

  /// Whether an option takes a value, by its name.
  static var takesValue: [String: Bool] {
    Dictionary(uniqueKeysWithValues: options.map { ($0.name, $0.placeholder != nil) })
  }

  /// What was given, the rest as it is without options.
  init(_ arguments: Arguments) throws {
    self.init()
    try read(arguments)
  }

  /// Takes what was given; everything else stays.
  mutating func read(_ arguments: Arguments) throws {
    for option in Self.options {
      if let values = arguments.values(option.name) {
        try option.read(values, &self)
      } else if option.isRequired {
        throw UsageError("option --\(option.name) is required")
      }
    }
    for group in Self.groups { try group.check(self, arguments) }
  }

  /// Throws `UsageError` for values, from a file, that no command line could have given.
  func checkValues() throws {
    for option in Self.options { try option.check(self) }
  }

  /// The first of what was given that makes other settings of these, in words: the option, what its
  /// value is here, where that can be said, and what was given.
  func firstChange(
    _ arguments: Arguments, where differ: (Self) -> Bool
  ) throws -> (name: String, present: String?, given: String)? {
    for option in Self.options {
      guard let values = arguments.values(option.name) else { continue }
      var changed = self
      try option.read(values, &changed)
      if differ(changed) {
        return ("--\(option.name)", option.word(self), values.joined(separator: " "))
      }
    }
    return nil
  }

  /// The groups as help shows them, within `width` columns.
  static func help(width: Int) -> String {
    let standard = Self()
    let indent = 2
    let column = indent + (options.map(\.usage.count).max() ?? 0) + 2
    let padding = String(repeating: " ", count: column)
    return groups.map { group in
      let lines = group.options.flatMap { option in
        let text = option.help + (option.word(standard).map { " (\($0))" } ?? "")
        let body =
          text.wrapped(width: width - column)
          + option.items.flatMap { item in
            item.wrapped(width: width - column - indent).map { "  \($0)" }
          }
        let start = ("  " + option.usage).padding(toLength: column, withPad: " ", startingAt: 0)
        return body.enumerated().map { ($0.offset == 0 ? start : padding) + $0.element }
      }
      return ([group.title + ":"] + group.remark.wrapped(width: width) + lines)
        .joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}

extension String {
  /// Lines of whole words, none wider than `width` unless a single word is; none of an empty text.
  func wrapped(width: Int) -> [String] {
    split(separator: " ").reduce(into: [String]()) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
  }
}
