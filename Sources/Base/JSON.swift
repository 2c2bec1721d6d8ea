// JSON as this program writes it, and what was wrong with JSON it could not read.

import Foundation

package enum JSON {
  /// On one line: keys sorted, slashes left alone. What a terminal obeys or reorders text by is escaped,
  /// also where JSON itself would not ask for it.
  package static func line(_ value: some Encodable) throws -> String {
    let text = String(
      decoding: try encode(value, [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
    // Outside of strings there is none of them; all lie in the basic plane.
    return text.escapingHarm { scalar in
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }

  /// For people to read: a key a line, sorted.
  package static func document(_ value: some Encodable) throws -> Data {
    try encode(value, [.prettyPrinted, .sortedKeys])
  }

  private static func encode(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    return try encoder.encode(value)
  }
}

extension DecodingError {
  /// What was wrong, in a few words and without the decoder's debugging text.
  package var summary: String {
    func path(_ context: Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch self {
    case .keyNotFound(let key, _): return "no field \"\(key.stringValue)\""
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "a field \"\(path(context))\" that is no \(type)"
    case .dataCorrupted(let context):
      if context.codingPath.isEmpty { return "text that is not JSON" }
      let reason = (context.underlyingError as? InputError).map { ", \($0.found)" } ?? ""
      return "a field \"\(path(context))\" with an impossible value\(reason)"
    @unknown default: return "something unreadable"
    }
  }
}
