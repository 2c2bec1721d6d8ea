// Text that names keys, each of which can be clicked: "drop ratio (← →, d)".

/// Written as a literal, with keys by interpolation: `"axis (\(key: "a"))"`. What is printed as a key
/// is a key, so nobody has to find keys in text afterwards.
package struct KeyText: Sendable, Equatable, ExpressibleByStringInterpolation {
  package struct Run: Sendable, Equatable {
    package var text: String
    package var key: Key?
  }

  package private(set) var runs: [Run]

  package init(_ text: String) { runs = text.isEmpty ? [] : [Run(text: text)] }

  package init(stringLiteral text: String) { self.init(text) }

  package init(stringInterpolation interpolation: StringInterpolation) { runs = interpolation.runs }

  /// The words of a text, apart by single spaces; those that are the name of one of the keys are keys.
  package init(_ text: String, naming keys: [Key]) {
    runs = text.split(separator: " ", omittingEmptySubsequences: false).enumerated().flatMap {
      index, word in
      let key = keys.first { $0.name == word }
      return (index == 0 ? [] : [Run(text: " ")]) + [Run(text: String(word), key: key)]
    }
  }

  package var text: String { runs.map(\.text).joined() }
  /// Columns on one line.
  package var width: Int { runs.reduce(0) { $0 + CharacterWidth.of($1.text) } }

  package static func + (left: KeyText, right: KeyText) -> KeyText {
    var sum = left
    sum.runs += right.runs
    return sum
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var runs: [Run] = []

    package init(literalCapacity: Int, interpolationCount: Int) {}

    package mutating func appendLiteral(_ text: String) {
      if !text.isEmpty { runs.append(Run(text: text)) }
    }

    package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      appendLiteral(value.description)
    }

    package mutating func appendInterpolation(_ text: KeyText) { runs += text.runs }

    /// A key by its name.
    package mutating func appendInterpolation(key: Key) {
      runs.append(Run(text: key.name, key: key))
    }

    /// A key by what stands for it.
    package mutating func appendInterpolation(_ text: String, key: Key) {
      runs.append(Run(text: text, key: key))
    }
  }

  /// Where each key stands in the text, with the bracket beside it, as columns from 0.
  package var keys: [(key: Key, columns: Range<Int>)] {
    var column = 0
    return runs.indices.compactMap { index in
      let start = column
      column += CharacterWidth.of(runs[index].text)
      guard let key = runs[index].key else { return nil }
      let opens = index > 0 && runs[index - 1].text.last == "("
      let closes = index + 1 < runs.count && runs[index + 1].text.first == ")"
      return (key, start - (opens ? 1 : 0)..<column + (closes ? 1 : 0))
    }
  }
}

extension Canvas {
  /// Draws one line, cut after `width` columns; its keys are targets. Returns the column after the last.
  /// - Parameter action: what a press on a key asks for; the key itself where nothing is said.
  @discardableResult
  package mutating func text(
    keys text: KeyText, x: Int, y: Int, style: Style = Style(), width: Int? = nil,
    action: (Key) -> (any Sendable)? = { $0 }
  ) -> Int {
    self.text(text.text, x: x, y: y, style: style, width: width)
    targets(of: text, x: x, y: y, width: width, action: action)
    return x + min(text.width, width ?? text.width)
  }

  /// Only the targets of a text that is drawn otherwise.
  package mutating func targets(
    of text: KeyText, x: Int, y: Int, width: Int? = nil,
    action: (Key) -> (any Sendable)? = { $0 }
  ) {
    let line = Rect(x: x, y: y, width: width ?? text.width, height: 1)
    for (key, columns) in text.keys {
      let place = Rect(x: x + columns.lowerBound, y: y, width: columns.count, height: 1)
      if let action = action(key) { target(place.intersection(line), action) }
    }
  }
}
