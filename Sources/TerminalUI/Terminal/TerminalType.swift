// What TERM names, what stands in where terminfo does not know it, and what the terminal can do that
// ncurses does not ask of it.

import Base
internal import CNCurses
import Foundation

struct TerminalType {
  /// A name that terminfo knows.
  let name: String
  /// What ought to be said of it.
  let remark: String?
  /// What the user's terminal is called, whether terminfo knows it or not.
  private let given: String

  /// - Throws: `TerminalError` when TERM names no terminal, or one that cannot show a screen.
  init(_ environment: [String: String]) throws {
    let given = environment["TERM", default: ""]
    guard !given.isEmpty else {
      throw TerminalError("TERM: expected the name of this terminal's type, found it not set")
    }
    self.given = given
    if dropscope_setupterm(given) == 1 || given == "dumb" {
      guard Self.movesCursor else {
        throw TerminalError(
          "TERM: expected a terminal that can move its cursor, found \"\(given.harmless)\"")
      }
      (name, remark) = (given, nil)
      return
    }
    let plain = (given.contains("256") ? ["xterm-256color"] : []) + ["xterm", "vt100", "ansi"]
    guard let name = plain.first(where: { dropscope_setupterm($0) == 1 && Self.movesCursor }) else {
      throw TerminalError(
        "TERM: expected a terminal type that terminfo knows, found \"\(given.harmless)\"")
    }
    self.name = name
    remark = "TERM: terminfo knows no \"\(given.harmless)\", so the screen is that of \"\(name)\""
  }

  private static var movesCursor: Bool { dropscope_capability("cup") != nil }

  /// What is switched on and off by hand. Call after newterm.
  func modes() -> TerminalModes {
    func has(_ names: String...) -> Bool { names.contains { dropscope_capability($0) != nil } }
    let isKnown = Self.capable.contains { given.hasPrefix($0) || name.hasPrefix($0) }
    return TerminalModes(
      hasMouse: isKnown || has("kmous", "XM"), hasPaste: isKnown || has("BE", "PS"),
      hasFocus: isKnown || has("fe", "kxIN"), hasCommands: isKnown)
  }

  /// Their mouse, paste, focus and commands are xterm's, and terminfo may not say so.
  private static let capable = [
    "xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "kitty", "wezterm", "ghostty",
    "konsole",
    "vte", "gnome", "st-", "putty", "mlterm", "iTerm", "mintty", "contour",
  ]
}

/// Reports that a terminal sends when asked to, and what asks for them. Of what it does not have nothing
/// is sent: an old terminal might show it.
struct TerminalModes {
  /// Press, release and motion with a button down (1002), as decimal numbers (1006): ncurses' own
  /// decoder never asks for motion and cannot count beyond column 223 on some terminals.
  private let mouse: [String]
  /// Focus changes and bracketed paste.
  private let reports: [String]

  /// Whether operating system commands (OSC), also unknown ones, are taken for such.
  let hasCommands: Bool

  init(hasMouse: Bool, hasPaste: Bool, hasFocus: Bool, hasCommands: Bool) {
    self.hasCommands = hasCommands
    mouse = hasMouse ? ["1002", "1006"] : []
    reports = (hasFocus ? ["1004"] : []) + (hasPaste ? ["2004"] : [])
  }

  var mouseOn: [UInt8] { Self.set(mouse, "h") }
  var mouseOff: [UInt8] { Self.set(mouse, "l") }
  var reportsOn: [UInt8] { Self.set(reports, "h") }
  var off: [UInt8] { mouseOff + Self.set(reports, "l") }

  private static func set(_ modes: [String], _ final: String) -> [UInt8] {
    Array(modes.map { "\u{1B}[?\($0)\(final)" }.joined().utf8)
  }
}
