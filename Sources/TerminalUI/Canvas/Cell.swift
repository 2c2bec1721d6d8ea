// One character position of the screen.

package struct Cell: Sendable, Equatable {
  /// One grapheme, or the piece of one that takes cells of its own, one or two columns wide. A two-column character is followed by a cell that
  /// holds `Cell.continuation`.
  package var character: Character
  package var style: Style

  package init(_ character: Character = " ", style: Style = Style()) {
    self.character = character
    self.style = style
  }

  package init(character: Character, style: Style) {
    self.init(character, style: style)
  }

  package static let blank = Cell()
  /// Stands in the second column of a wide character; a NUL can never be put there by text.
  package static let continuation: Character = "\0"
}
