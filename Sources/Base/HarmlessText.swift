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
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isHarmful {
        result.append(contentsOf: escape(scalar).unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
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
