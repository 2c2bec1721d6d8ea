// Text from files and from the command line, made fit for a terminal.

extension StringProtocol {
  /// On one line and without anything that a terminal obeys or that reorders what is read: controls
  /// (C0, DEL, C1), line and paragraph separators and Unicode's bidirectional controls appear as
  /// `\u{1B}`. Of text that has none, the text itself.
  package var harmless: String {
    escapingHarm { "\\u{\(String($0.value, radix: 16, uppercase: true))}" }
  }

  /// The same with another way of writing such a scalar.
  func escapingHarm(_ escape: (Unicode.Scalar) -> String) -> String {
    guard unicodeScalars.contains(where: \.isHarmful) else { return String(self) }
    // A view of scalars that others are appended to is copied each time.
    var result = ""
    for scalar in unicodeScalars {
      result += scalar.isHarmful ? escape(scalar) : String(scalar)
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isHarmful: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: properties.isBidiControl
    }
  }
}

/// What a command prints: what the program's source says stands as it is, line breaks too; what is put
/// into it is `harmless`, so that no name begins an escape sequence or a line of its own.
package struct HarmlessText: Sendable, Equatable {
  package let text: String

  /// So many lines.
  package init(lines: [String]) { text = lines.map(\.harmless).joined(separator: "\n") }
}

extension HarmlessText: ExpressibleByStringInterpolation {
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      text += value.description.harmless
    }

    package mutating func appendInterpolation(_ other: HarmlessText) { text += other.text }
  }

  package init(stringLiteral text: String) { self.text = text }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
}
