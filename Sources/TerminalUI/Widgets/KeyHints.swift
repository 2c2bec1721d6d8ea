// The line of keys at the bottom of a screen.

package struct KeyHints: Sendable {
  package var hints: [(key: String, action: String)]
  package var keyStyle: Style
  package var actionStyle: Style

  package init(
    _ hints: [(key: String, action: String)], keyStyle: Style = Style(bold: true),
    actionStyle: Style = Style()
  ) {
    self.hints = hints
    self.keyStyle = keyStyle
    self.actionStyle = actionStyle
  }

  /// How many of the hints, from the first, fit whole in `width` columns.
  package func shownCount(width: Int) -> Int {
    var columns = 0
    for (index, hint) in hints.enumerated() {
      columns += Self.width(hint) + (index == 0 ? 0 : 2)
      if columns > width { return index }
    }
    return hints.count
  }

  /// Draws whole hints only, so put the important ones first.
  package func draw(in area: Rect, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    var x = area.x
    for hint in hints.prefix(shownCount(width: area.width)) {
      canvas.text(hint.key, x: x, y: area.y, style: keyStyle)
      x += CharacterWidth.of(hint.key) + 1
      canvas.text(hint.action, x: x, y: area.y, style: actionStyle)
      x += CharacterWidth.of(hint.action) + 2
    }
  }

  /// The index of the hint under a column, for clicks.
  package func hint(at x: Int, in area: Rect) -> Int? {
    var start = area.x
    for (index, hint) in hints.prefix(shownCount(width: area.width)).enumerated() {
      let end = start + Self.width(hint)
      if x >= start, x < end { return index }
      start = end + 2
    }
    return nil
  }

  private static func width(_ hint: (key: String, action: String)) -> Int {
    CharacterWidth.of(hint.key) + 1 + CharacterWidth.of(hint.action)
  }
}
