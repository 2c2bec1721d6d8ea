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
  /// - Parameter action: what a press on a hint, by its index, asks for.
  package func draw(
    in area: Rect, on canvas: inout Canvas, action: (Int) -> (any Sendable)? = { _ in nil }
  ) {
    guard !area.isEmpty else { return }
    var x = area.x
    for (index, hint) in hints.prefix(shownCount(width: area.width)).enumerated() {
      if let action = action(index) {
        canvas.target(Rect(x: x, y: area.y, width: Self.width(hint), height: 1), action)
      }
      canvas.text(hint.key, x: x, y: area.y, style: keyStyle)
      x += CharacterWidth.of(hint.key) + 1
      canvas.text(hint.action, x: x, y: area.y, style: actionStyle)
      x += CharacterWidth.of(hint.action) + 2
    }
  }

  private static func width(_ hint: (key: String, action: String)) -> Int {
    CharacterWidth.of(hint.key) + 1 + CharacterWidth.of(hint.action)
  }
}
