// Values as one line of JSON, for `--json`.

import Foundation

enum JSONLine {
  /// Keys in alphabetical order, so that equal values are equal text.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// On standard output, at once: a reader of a pipe sees each object when it is known.
  static func print(_ value: some Encodable) throws {
    Swift.print(try text(value))
    fflush(nil)
  }
}
