// Lines, words and lower case of text, scalar by scalar: Swift's own see grapheme clusters.

extension StringProtocol where SubSequence == Substring {
  /// The lines of a file's text, empty ones too. LF, CRLF and CR end a line; VT, FF, U+0085, U+2028
  /// and U+2029 are text, as JSON, tables and lists have them.
  package var lines: [Substring] {
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var result: [Substring] = []
    var (start, place) = (startIndex, startIndex)
    while place < endIndex {
      let byte = utf8[place]
      var next = utf8.index(after: place)
      if byte == lineFeed || byte == carriageReturn {
        result.append(self[start..<place])
        if byte == carriageReturn, next < endIndex, utf8[next] == lineFeed {
          next = utf8.index(after: next)
        }
        start = next
      }
      place = next
    }
    return result + [self[start...]]
  }
}

extension StringProtocol {
  /// What white space separates. A mark that would join a space before it begins a word.
  package var words: [String] {
    unicodeScalars.split { $0.properties.isWhitespace }.map { String(String.UnicodeScalarView($0)) }
  }

  /// Unicode's full mapping with its one rule that looks around (SpecialCasing.txt, Final_Sigma): a
  /// capital sigma that ends a word becomes a final one, as in Python and ICU.
  package var inLowerCase: String {
    let sigma: Unicode.Scalar = "\u{3A3}"
    guard unicodeScalars.contains(sigma) else { return lowercased() }
    let scalars = Array(unicodeScalars)
    func isLetter(_ places: some Sequence<Int>) -> Bool {
      let next = places.first { !scalars[$0].properties.isCaseIgnorable }
      return next.map { scalars[$0].properties.isCased } ?? false
    }
    var result = ""
    for (place, scalar) in scalars.enumerated() {
      if scalar == sigma {
        let isFinal =
          isLetter((0..<place).reversed()) && !isLetter(place + 1..<scalars.count)
        result += isFinal ? "\u{3C2}" : "\u{3C3}"
      } else {
        result += scalar.properties.lowercaseMapping
      }
    }
    return result
  }
}

/// Text that equals only text of the same scalars: of canonically equivalent strings, which Swift takes
/// for one, a vocabulary may have both. Ordered by scalars.
package struct ExactText: Hashable, Comparable, Sendable {
  package let bytes: [UInt8]

  package init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package static func + (a: ExactText, b: ExactText) -> ExactText {
    ExactText(bytes: a.bytes + b.bytes)
  }

  package static func < (a: ExactText, b: ExactText) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }

  /// Its beginning and rest at every scalar at which both are of a length among these, in bytes: of a
  /// long text, few are copied.
  package func splits(lengths: Set<Int>) -> [(left: ExactText, right: ExactText)] {
    bytes.indices.dropFirst().compactMap { place in
      let isInside = bytes[place] & 0xC0 == 0x80
      guard !isInside, lengths.contains(place), lengths.contains(bytes.count - place) else {
        return nil
      }
      return (ExactText(bytes: Array(bytes[..<place])), ExactText(bytes: Array(bytes[place...])))
    }
  }

  /// What follows a beginning; nil unless it begins so.
  package func dropping(prefix: ExactText) -> ExactText? {
    bytes.starts(with: prefix.bytes)
      ? ExactText(bytes: Array(bytes.dropFirst(prefix.bytes.count))) : nil
  }

  /// What comes before an end; nil unless it ends so.
  package func dropping(suffix: ExactText) -> ExactText? {
    bytes.count >= suffix.bytes.count && bytes.suffix(suffix.bytes.count) == suffix.bytes[...]
      ? ExactText(bytes: Array(bytes.dropLast(suffix.bytes.count))) : nil
  }
}
