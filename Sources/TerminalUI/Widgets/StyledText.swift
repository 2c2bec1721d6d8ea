// Text in several styles, on one line or wrapped at spaces.

package struct StyledText: Sendable, Equatable {
  package struct Run: Sendable, Equatable {
    package var text: String
    package var style: Style
  }

  package var runs: [Run]

  package init(_ runs: [(String, Style)] = []) {
    self.runs = runs.map { Run(text: $0.0, style: $0.1) }
  }

  package init(_ text: String, style: Style = Style()) {
    runs = [Run(text: text, style: style)]
  }

  package static func + (left: StyledText, right: StyledText) -> StyledText {
    var sum = left
    sum.runs += right.runs
    return sum
  }

  /// Columns on one line.
  package var width: Int { runs.reduce(0) { $0 + CharacterWidth.of($1.text) } }

  /// Lines of at most `width` columns, broken at spaces; a longer word is cut. A newline breaks too.
  /// Spaces at a break are left out, others kept.
  package func wrapped(width: Int) -> [StyledText] {
    guard width > 0 else { return [] }
    var lines: [[Cell]] = []
    var line: [Cell] = []
    var columns = 0
    /// Where the line can be broken: after its last space.
    var breakAt = 0

    func end(_ taken: [Cell]) {
      var taken = taken
      while taken.last?.character == " " { taken.removeLast() }
      lines.append(taken)
    }
    func measure(_ cells: some Sequence<Cell>) -> Int {
      cells.reduce(0) { $0 + max(1, CharacterWidth.of($1.character)) }
    }

    for run in runs {
      for character in run.text {
        if character.isNewline {
          end(line)
          (line, columns, breakAt) = ([], 0, 0)
          continue
        }
        let wide = max(1, CharacterWidth.of(character))
        // A two-column character in a one-column area.
        if wide > width { continue }
        if columns + wide > width {
          if character == " " {
            end(line)
            (line, columns, breakAt) = ([], 0, 0)
            continue
          }
          if breakAt == 0 { breakAt = line.count }
          end(Array(line[..<breakAt]))
          line = Array(line[breakAt...])
          (columns, breakAt) = (measure(line), 0)
        }
        // A line that goes on from the one above starts with a word.
        if character == " ", line.isEmpty, !lines.isEmpty { continue }
        line.append(Cell(character, style: run.style))
        columns += wide
        if character == " " { breakAt = line.count }
      }
    }
    if !line.isEmpty || lines.isEmpty { end(line) }
    return lines.map(Self.join)
  }

  private static func join(_ cells: [Cell]) -> StyledText {
    var text = StyledText()
    for cell in cells {
      if text.runs.last?.style == cell.style {
        text.runs[text.runs.count - 1].text.append(cell.character)
      } else {
        text.runs.append(Run(text: String(cell.character), style: cell.style))
      }
    }
    return text
  }
}

extension Canvas {
  /// Draws one line; what is beyond `width` columns is cut. Returns the column after the last.
  @discardableResult
  package mutating func text(_ styled: StyledText, x: Int, y: Int, width: Int? = nil) -> Int {
    let end = width.map { x + max(0, $0) } ?? size.width
    var column = x
    for run in styled.runs where column < end {
      text(run.text, x: column, y: y, style: run.style, width: end - column)
      column += CharacterWidth.of(run.text)
    }
    return min(column, end)
  }

  /// Draws wrapped text from line `scroll` on. Returns how many lines there are in all.
  @discardableResult
  package mutating func wrapped(_ styled: StyledText, in area: Rect, scroll: Int = 0) -> Int {
    let lines = styled.wrapped(width: area.width)
    for (row, line) in lines.dropFirst(max(0, scroll)).prefix(area.height).enumerated() {
      text(line, x: area.x, y: area.y + row, width: area.width)
    }
    return lines.count
  }
}
