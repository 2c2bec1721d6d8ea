// Options that several subcommands have: threads, channel, JSON, strictness, output.

import Base
import Foundation

extension Option {
  /// `--threads`: as many as the process may use processors unless given.
  static func threads(
    named name: String = "threads", _ path: WritableKeyPath<Settings, Threads>, _ help: String
  ) -> Self {
    Option<Threads>(name, "N", \.given, .integer(in: 1...256), help, absent: Threads.standard)
      .at(path)
  }

  /// `--channel`: one of a recording's channels instead of their mean.
  static func channel(
    _ path: WritableKeyPath<Settings, Int?>, absent: String = "the mean of all"
  ) -> Self {
    Option(
      "channel", "N", path, .count, "hear one channel of each recording alone, from 1",
      absent: absent)
  }

  /// `--json`
  static func json(_ path: WritableKeyPath<Settings, Bool>, _ help: String) -> Self {
    Option(flag: "json", path, help)
  }

  /// `--strict`
  static func strict(_ path: WritableKeyPath<Settings, Bool>) -> Self {
    Option(
      flag: "strict", path,
      "end at the first file that cannot be read, or audio without a transcript; without, they are "
        + "named, left out and counted")
  }

  /// `--output`, without which there is nowhere to write.
  static func output(
    _ placeholder: String, _ path: WritableKeyPath<Settings, URL>, _ help: String
  ) -> Self {
    Option(
      "output", placeholder, help, word: { _ in nil },
      read: { values, settings in
        if let last = values.last { settings[keyPath: path] = URL(fileURLWithPath: last) }
      }
    ).required
  }
}

/// How many threads work.
struct Threads {
  static let standard = "one per processor it may use"
  fileprivate var given: Int?

  var count: Int { given ?? Processors.count }
}
