// An option of a command: its name, its help and how it gets into the command's settings, once.

/// One option or flag of a command whose settings are `Settings`.
struct Option<Settings> {
  /// Without the dashes.
  let name: String
  /// What stands for the value in help; nil for a flag.
  let placeholder: String?
  /// What it says, without the default.
  let help: String
  /// Lines of their own under it: what can be chosen.
  var items: [String] = []
  /// Whether a command line without it is wrong.
  var isRequired = false
  /// Its present value in words; nil for none that is worth saying.
  private(set) var word: (Settings) -> String?
  /// Takes what was given: the values in order, none for a flag.
  let read: (_ values: [String], inout Settings) throws -> Void
  /// Throws `UsageError` for a present value, which a file may have given, that could not be given here.
  private(set) var check: (Settings) throws -> Void = { _ in }

  /// `--name` or `--name VALUE`
  var usage: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }

  init(
    _ name: String, _ placeholder: String?, _ help: String,
    word: @escaping (Settings) -> String?,
    read: @escaping (_ values: [String], inout Settings) throws -> Void
  ) {
    self.name = name
    self.placeholder = placeholder
    self.help = help
    self.word = word
    self.read = read
  }

  /// A flag, which sets a truth.
  init(flag name: String, _ path: WritableKeyPath<Settings, Bool>, _ help: String) {
    self.init(name, nil, help, word: { _ in nil }, read: { $1[keyPath: path] = true })
  }

  /// A value, whose default is what the settings have without it; of several the last counts.
  init<Value>(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, Value>,
    _ reader: ValueReader<Value>, _ help: String
  ) {
    self.init(
      name, placeholder, help, word: { reader.word($0[keyPath: path]) },
      read: { values, settings in
        guard let last = values.last else { return }
        settings[keyPath: path] = try reader.value(last, of: name)
      })
    check = { _ = try reader.value(reader.word($0[keyPath: path]), of: name) }
  }

  /// A value without a default: `absent` says what happens without it.
  init<Value>(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, Value?>,
    _ reader: ValueReader<Value>, _ help: String, absent: String? = nil
  ) {
    self.init(
      name, placeholder, help, word: { $0[keyPath: path].map(reader.word) ?? absent },
      read: { values, settings in
        guard let last = values.last else { return }
        settings[keyPath: path] = try reader.value(last, of: name)
      })
    check = {
      if let value = $0[keyPath: path] { _ = try reader.value(reader.word(value), of: name) }
    }
  }

  /// A value that may be given several times, and all of them count.
  init<Value>(
    repeated name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, [Value]>,
    _ reader: ValueReader<Value>, _ help: String, absent: String? = nil
  ) {
    self.init(
      name, placeholder, help, word: { _ in absent },
      read: { values, settings in
        settings[keyPath: path] = try values.map { try reader.value($0, of: name) }
      })
  }

  /// Values with commas between, over all times it was given.
  init<Value>(
    list name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, [Value]>,
    _ reader: ValueReader<Value>, _ help: String, absent: String? = nil
  ) {
    self.init(
      name, placeholder, help, word: { _ in absent },
      read: { values, settings in
        settings[keyPath: path] = try values.flatMap(Self.items).map {
          try reader.value($0, of: name)
        }
      })
  }

  /// Some of what there is, with commas between, each at most once; of several lists the last counts.
  init<Value>(
    some name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, [Value]>,
    _ reader: ValueReader<Value>, _ help: String, absent: String
  ) {
    self.init(
      name, placeholder, help, word: { _ in absent },
      read: { values, settings in
        let items = values.last.map(Self.items) ?? []
        settings[keyPath: path] = try items.enumerated().map { index, item in
          let value = try reader.value(item, of: name)
          if items[..<index].contains(item) {
            throw UsageError("option --\(name): '\(item)' is given twice")
          }
          return value
        }
      })
  }

  private static func items(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// The same with what can be chosen on lines of its own.
  func listing(_ items: [String]) -> Self {
    var result = self
    result.items = items
    return result
  }

  /// The same with something after its default.
  func alsoSaying(_ more: String) -> Self {
    var result = self
    if !more.isEmpty {
      result.word = { settings in [word(settings), more].compactMap { $0 }.joined(separator: "; ") }
    }
    return result
  }

  /// The same, and a command line without it is wrong.
  var required: Self {
    var result = self
    result.isRequired = true
    return result
  }

  /// The same as an option of settings that have these as a part.
  func at<Outer>(_ path: WritableKeyPath<Outer, Settings>) -> Option<Outer> {
    var result = Option<Outer>(
      name, placeholder, help, word: { word($0[keyPath: path]) },
      read: { try read($0, &$1[keyPath: path]) })
    result.items = items
    result.isRequired = isRequired
    result.check = { try check($0[keyPath: path]) }
    return result
  }
}
