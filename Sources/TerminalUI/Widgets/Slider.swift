// A line with a handle that stops at whole positions.

package struct Slider: Sendable {
  /// Positions 0 ... `positions` - 1.
  package var positions: Int
  package var value: Int
  package var style: Style
  package var trackStyle: Style
  package var handleStyle: Style
  package var symbols: Symbols

  package init(
    value: Int, positions: Int, style: Style = Style(bold: true),
    trackStyle: Style = Style(dim: true), handleStyle: Style = Style(bold: true),
    symbols: Symbols = .braille
  ) {
    self.positions = max(1, positions)
    self.value = min(max(0, value), max(1, positions) - 1)
    self.style = style
    self.trackStyle = trackStyle
    self.handleStyle = handleStyle
    self.symbols = symbols
  }

  /// The column of a position; both ends of the area are positions. Several positions share a
  /// column when there are more of them than columns.
  package func column(of value: Int, in area: Rect) -> Int {
    guard positions > 1, area.width > 1 else { return area.x }
    let last = positions - 1
    return area.x + (value * (area.width - 1) * 2 + last) / (2 * last)
  }

  /// The position nearest to a column: what a press or drag there means. Columns outside the area
  /// count as its ends, so a drag may leave it.
  package func value(at x: Int, in area: Rect) -> Int {
    guard positions > 1, area.width > 1 else { return value }
    let offset = min(max(0, x - area.x), area.width - 1)
    return (offset * (positions - 1) * 2 + area.width - 1) / (2 * (area.width - 1))
  }

  /// Draws on the area's first row.
  /// - Parameter action: what moving the handle to a position asks for, by a press or by sliding.
  package func draw(
    in area: Rect, on canvas: inout Canvas, action: (Int) -> (any Sendable)? = { _ in nil }
  ) {
    guard !area.isEmpty else { return }
    for x in area.x..<area.maxX {
      guard let action = action(value(at: x, in: area)) else { continue }
      canvas.target(Rect(x: x, y: area.y, width: 1, height: 1), action, on: [.press, .slide])
    }
    let handle = column(of: value, in: area)
    for x in area.x..<area.maxX {
      canvas[x, area.y] =
        x < handle
        ? Cell(symbols.line, style: style) : Cell(symbols.lineEmpty, style: trackStyle)
    }
    // Stops only where they can be told apart.
    if positions > 1, area.width >= 2 * positions - 1 {
      for position in 0..<positions {
        let x = column(of: position, in: area)
        canvas[x, area.y] = Cell(symbols.stop, style: x < handle ? style : trackStyle)
      }
    }
    canvas[handle, area.y] = Cell(symbols.knob, style: handleStyle)
  }
}
