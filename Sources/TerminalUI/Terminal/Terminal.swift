// What the program loop needs of a terminal. The real one is NCursesTerminal; tests script their own.

/// Only the main thread uses a terminal: ncurses is not thread-safe, and one owner needs no locks.
@MainActor package protocol Terminal: AnyObject {
  /// The current size in cells.
  var size: Size { get }
  /// The richest symbols this terminal's locale can show.
  var symbols: Symbols { get }

  /// Shows a canvas, changing only the cells that differ from what is there.
  func draw(_ canvas: Canvas)

  /// The next event, waiting at most `timeout` (for ever when nil) without using the processor.
  /// Nil when the time is up. `.wakeUp` when a watched descriptor has something to read; the
  /// terminal does not read it. Throws when the terminal is gone.
  func next(timeout: Duration?) throws -> TerminalEvent?

  /// Makes `next` answer `.wakeUp` when this descriptor is readable; replaces an earlier one.
  func watch(_ descriptor: Int32)

  /// Stops the process as Ctrl-Z does, with the terminal given back meanwhile; returns when
  /// continued. A `.resize` follows, so that everything is drawn again.
  func suspend()

  /// Turns mouse reports off, so that the terminal's own text selection works, and on again.
  func setMouse(_ on: Bool)
}

/// The terminal cannot be used. One sentence: what was expected and what was found.
package struct TerminalError: Error, CustomStringConvertible, Equatable {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }

  static let noDescriptor = TerminalError(
    "the terminal: expected a free file descriptor, found none")
}
