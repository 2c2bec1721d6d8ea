// What ncurses reads, as events: keys, the mouse, focus and pasted text.

internal import CNCurses
import Foundation

/// Reads from a window never drawn on: reading from a changed one would paint it.
@MainActor final class NCursesKeyboard {
  private let keyPad: UnsafeMutablePointer<WINDOW>
  private let window: UnsafeMutablePointer<WINDOW>

  /// Codes of our own for sequences ncurses does not decode; its own end at KEY_MAX (511).
  private enum Code {
    static let mouse: Int32 = 600
    static let focusIn: Int32 = 601
    static let focusOut: Int32 = 602
    static let paste: Int32 = 603
  }

  /// Call after newterm, which made `window`; nil when there is no memory for it.
  init?(_ window: UnsafeMutablePointer<WINDOW>) {
    guard let keyPad = newpad(1, 1) else { return nil }
    self.keyPad = keyPad
    self.window = window
    keypad(keyPad, true)
    meta(keyPad, true)
    nodelay(keyPad, true)
    for (sequence, code) in KeyCodes.common { define_key("\u{1B}" + sequence, code) }
    define_key("\u{1B}[<", Code.mouse)
    define_key("\u{1B}[I", Code.focusIn)
    define_key("\u{1B}[O", Code.focusOut)
    define_key("\u{1B}[200~", Code.paste)
  }

  func close() { delwin(keyPad) }

  /// The next event that has arrived, without waiting for one.
  func next() -> TerminalEvent? {
    while true {
      let code = wgetch(keyPad)
      if code == ERR { return nil }
      if let event = decode(code) { return event }
    }
  }

  /// Nil for what means nothing to the program.
  private func decode(_ code: Int32) -> TerminalEvent? {
    switch code {
    case Code.mouse: return readMouse()
    case Code.focusIn: return .focus(true)
    case Code.focusOut: return .focus(false)
    case Code.paste: return readPaste()
    case KEY_RESIZE: return .resize(Size(of: window))
    case KEY_F0 + 1...KEY_F0 + 63: return .key(.function(Int(code - KEY_F0)))
    case 27: return readEscape() ? .key(.escape) : nil
    case 128..<256: return readUTF8(first: UInt8(code)).map { .key(.character($0)) }
    default: return KeyCodes.key(for: code).map { .key($0) }
    }
  }

  /// The next byte of a sequence that has begun; a slow line may take a while to bring it.
  private func readByte() -> UInt8? {
    wtimeout(keyPad, 100)
    defer { nodelay(keyPad, true) }
    let code = wgetch(keyPad)
    return (0..<256).contains(code) ? UInt8(code) : nil
  }

  /// True for the Escape key. A sequence nobody defined (Ctrl-Alt-F5, say) is swallowed: its
  /// letters and digits would look like typed ones.
  private func readEscape() -> Bool {
    let code = wgetch(keyPad)
    switch code {
    case ERR: return true
    case Int32(UInt8(ascii: "[")):
      // Parameters and intermediates, then one final byte of 0x40 to 0x7E.
      while let byte = readByte(), byte < 0x40 {}
      return false
    default:
      ungetch(code)
      return true
    }
  }

  private func readMouse() -> TerminalEvent? {
    var report = ""
    while report.count < 32, let byte = readByte() {
      report.unicodeScalars.append(Unicode.Scalar(byte))
      if byte == UInt8(ascii: "M") || byte == UInt8(ascii: "m") {
        return MouseEvent(sgr: report).map { .mouse($0) }
      }
    }
    return nil
  }

  private func readUTF8(first: UInt8) -> Character? {
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    var bytes = [first]
    while bytes.count < length, let byte = readByte() { bytes.append(byte) }
    return String(validating: bytes, as: UTF8.self)?.first
  }

  private func readPaste() -> TerminalEvent? {
    // Raw bytes: inside a paste an arrow key is just text.
    keypad(keyPad, false)
    defer { keypad(keyPad, true) }
    let end = Array("\u{1B}[201~".utf8)
    let limit = 1 << 20
    var bytes: [UInt8] = []
    while let byte = readByte() {
      bytes.append(byte)
      if bytes.suffix(end.count).elementsEqual(end) {
        bytes.removeLast(end.count)
        break
      }
      // Nobody types a megabyte: keep the beginning, and the end to see where it stops.
      if bytes.count > limit + 4096 { bytes.removeSubrange(limit..<limit + 2048) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return .paste(PastedText.clean(text))
  }
}

extension Size {
  /// A window's.
  init(of window: UnsafeMutablePointer<WINDOW>) {
    self.init(width: Int(getmaxx(window)), height: Int(getmaxy(window)))
  }
}

/// ncurses' numbers for keys.
private enum KeyCodes {
  /// What terminals send (after ESC) whatever TERM says: it is often set to something near enough.
  static let common: [(String, Int32)] = [
    ("[A", KEY_UP), ("[B", KEY_DOWN), ("[C", KEY_RIGHT), ("[D", KEY_LEFT),
    ("OA", KEY_UP), ("OB", KEY_DOWN), ("OC", KEY_RIGHT), ("OD", KEY_LEFT),
    ("[H", KEY_HOME), ("OH", KEY_HOME), ("[1~", KEY_HOME), ("[7~", KEY_HOME),
    ("[F", KEY_END), ("OF", KEY_END), ("[4~", KEY_END), ("[8~", KEY_END),
    ("[3~", KEY_DC), ("[5~", KEY_PPAGE), ("[6~", KEY_NPAGE), ("[Z", KEY_BTAB), ("OM", KEY_ENTER),
    ("OP", KEY_F0 + 1), ("OQ", KEY_F0 + 2), ("OR", KEY_F0 + 3), ("OS", KEY_F0 + 4),
    ("[11~", KEY_F0 + 1), ("[12~", KEY_F0 + 2), ("[13~", KEY_F0 + 3), ("[14~", KEY_F0 + 4),
    ("[15~", KEY_F0 + 5), ("[17~", KEY_F0 + 6), ("[18~", KEY_F0 + 7), ("[19~", KEY_F0 + 8),
    ("[20~", KEY_F0 + 9), ("[21~", KEY_F0 + 10), ("[23~", KEY_F0 + 11), ("[24~", KEY_F0 + 12),
  ]

  static func key(for code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_HOME, KEY_FIND: .home
    case KEY_END, KEY_SELECT: .end
    case KEY_ENTER, 13, 10: .enter
    case 9: .tab
    case KEY_BTAB: .backTab
    case KEY_BACKSPACE, 127, 8: .backspace
    case KEY_DC: .delete
    case 0: .control(" ")
    case 1...26: .control(Character(Unicode.Scalar(UInt8(96 + code))))
    case 28...31: .control(Character(Unicode.Scalar(UInt8(64 + code))))
    case 32...126: .character(Character(Unicode.Scalar(UInt8(code))))
    default: nil
    }
  }
}
