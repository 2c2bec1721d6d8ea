// Everything a terminal can report to the program.

package enum TerminalEvent: Sendable, Equatable {
  case key(Key)
  case mouse(MouseEvent)
  case resize(Size)
  /// The mailbox has something, or the program should look at its state again.
  case wakeUp
  /// INT, TERM or HUP: leave soon.
  case interrupted
  /// The terminal window got or lost the focus.
  case focus(Bool)
  /// The terminal's answer to what its background is: light or not.
  case background(isLight: Bool)
  /// Pasted text, control characters other than newline and tab removed.
  case paste(String)
}
