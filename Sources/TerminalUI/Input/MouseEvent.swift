// Mouse reports, and the parser of the SGR form (1006) in which terminals send them.

package struct MouseEvent: Sendable, Equatable {
  package enum Kind: Sendable, Equatable { case press, release, drag, wheelUp, wheelDown }

  package var kind: Kind
  /// 0 left, 1 middle, 2 right; 0 for the wheel.
  package var button: Int
  /// The cell, from 0.
  package var x: Int
  package var y: Int

  package init(kind: Kind, button: Int = 0, x: Int, y: Int) {
    self.kind = kind
    self.button = button
    self.x = x
    self.y = y
  }

  /// Reads what follows `ESC [ <`: `code;column;row` and a final `M` (press, move) or `m`
  /// (release), columns and rows from 1. Nil for anything else and for moves with no button.
  package init?(sgr report: String) {
    guard let final = report.last, final == "M" || final == "m" else { return nil }
    let fields = report.dropLast().split(separator: ";", omittingEmptySubsequences: false)
    guard fields.count == 3, fields.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let code = Int(fields[0]), let column = Int(fields[1]), let row = Int(fields[2]),
      column >= 1, row >= 1
    else { return nil }
    // Bits: 0-1 button, 2-4 Shift, Alt, Ctrl, 5 motion, 6 wheel, 7 further buttons.
    let button = code & 3
    let kind: Kind
    if code & 128 != 0 { return nil }
    if code & 64 != 0 {
      // 66 and 67 are the sideways wheel.
      guard button < 2, final == "M" else { return nil }
      kind = button == 0 ? .wheelUp : .wheelDown
    } else if code & 32 != 0 {
      guard button != 3 else { return nil }
      kind = .drag
    } else {
      guard button != 3 else { return nil }
      kind = final == "M" ? .press : .release
    }
    self.init(kind: kind, button: code & 64 != 0 ? 0 : button, x: column - 1, y: row - 1)
  }
}
