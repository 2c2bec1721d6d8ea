// What several panels need in order to draw.

import Foundation
import TerminalUI

extension Canvas {
  /// A panel's frame: its title at the left of the upper edge, its state or keys at the right.
  mutating func frame(title: KeyText, trailing: KeyText = "", theme: Theme) {
    box(area, title: title.text, style: theme.border, titleStyle: theme.title)
    // The box leaves a blank on both sides of a title that fits.
    let start = title.width <= area.width - 6 ? 3 : 2
    targets(of: title, x: start, y: 0, width: area.width - 4)
    let room = area.width - title.width - 8
    if trailing.width > 0, trailing.width <= room {
      text(keys: " \(trailing) ", x: area.width - trailing.width - 4, y: 0, style: theme.muted)
    }
  }

  /// A press somewhere in a rectangle asks for an action.
  mutating func press(_ rect: Rect, _ action: Action) { target(rect, action) }

  /// The wheel anywhere on the canvas asks for an action.
  mutating func wheel(up: Action, down: Action) {
    target(area, up, on: [.wheelUp])
    target(area, down, on: [.wheelDown])
  }

  /// Several pieces of text one after the other; returns the column after the last.
  @discardableResult
  mutating func pieces(_ pieces: [(String, Style)], x: Int, y: Int, width: Int? = nil) -> Int {
    var column = x
    let end = width.map { x + $0 } ?? size.width
    for (piece, style) in pieces where column < end {
      text(piece, x: column, y: y, style: style, width: end - column)
      column += CharacterWidth.of(piece)
    }
    return column
  }

  /// Several pieces of text with keys in them, as `pieces`.
  mutating func pieces(keys pieces: [(KeyText, Style)], x: Int, y: Int, width: Int) {
    var column = x
    for (piece, style) in pieces where column < x + width {
      column = text(keys: piece, x: column, y: y, style: style, width: x + width - column)
    }
  }

  /// The first of several wordings, longest first, that fits whole; where none does, the last one, its
  /// end marked as cut.
  mutating func wording(
    _ forms: String..., x: Int, y: Int, style: Style, width: Int, symbols: Symbols
  ) {
    wording(
      keys: forms.map { KeyText($0) }, x: x, y: y, style: style, width: width, symbols: symbols)
  }

  /// As `wording`, with keys.
  mutating func wording(
    keys forms: [KeyText], x: Int, y: Int, style: Style, width: Int, symbols: Symbols,
    action: (Key) -> (any Sendable)? = { $0 }
  ) {
    guard width > 0, let last = forms.last else { return }
    if let fitting = forms.first(where: { $0.width <= width }) {
      text(keys: fitting, x: x, y: y, style: style, action: action)
      return
    }
    text(keys: last, x: x, y: y, style: style, width: width - 1, action: action)
    self[x + width - 1, y] = Cell(symbols.ellipsis, style: style)
  }

  /// The longest of several wordings that fits into a frame's lower edge, or none.
  mutating func edge(_ forms: [KeyText], width: Int, y: Int, style: Style) {
    guard let form = forms.first(where: { $0.width + 6 <= width }) else { return }
    text(keys: " \(form) ", x: 2, y: y, style: style)
  }

  /// On the lower edge of a panel: what it has no room for, and how to see it.
  mutating func more(_ what: String, _ state: DashboardState) {
    let how: KeyText = state.zoomed == nil ? " (\(key: "e"))" : ""
    text(keys: " \(what)\(how) ", x: 2, y: size.height - 1, style: state.theme.accent)
  }

  /// Text with keys that ends before column `end`.
  mutating func textRight(
    keys text: KeyText, end: Int, y: Int, style: Style = Style(),
    action: (Key) -> (any Sendable)? = { $0 }
  ) {
    self.text(keys: text, x: max(0, end - text.width), y: y, style: style, action: action)
  }

  /// Text that ends before column `end`.
  mutating func textRight(_ string: String, end: Int, y: Int, style: Style = Style()) {
    text(string, x: max(0, end - CharacterWidth.of(string)), y: y, style: style)
  }

  /// The terminal's own colours become those of a paper.
  mutating func paint(_ paper: Style) {
    restyle(area) {
      if $0.foreground == .default { $0.foreground = paper.foreground }
      if $0.background == .default { $0.background = paper.background }
    }
  }

  /// The look-alikes of everything the panels draw, for terminals and locales without Unicode.
  mutating func replaceWithASCII() {
    for y in 0..<size.height {
      for x in 0..<size.width {
        let cell = self[x, y]
        guard !cell.character.isASCII else { continue }
        self[x, y].character = asciiLookAlikes[cell.character] ?? "?"
      }
    }
  }
}

extension Cell {
  /// Shape and colour both say how much.
  static func heat(_ share: Float, _ theme: Theme, _ symbols: Symbols) -> Cell? {
    guard share >= 0.05 else { return nil }
    let level = min(4, Int(share * 5))
    let shapes: [Character] =
      symbols.dots == .ascii ? [".", ":", "+", "*", "#"] : ["·", "░", "▒", "▓", "█"]
    let style =
      theme.heat.indices.contains(level)
      ? Style(foreground: theme.heat[level]) : level > 2 ? theme.strong : theme.muted
    return Cell(shapes[level], style: style)
  }
}

private let asciiLookAlikes: [Character: Character] = [
  "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+",
  "┤": "+", "┬": "+", "┴": "+", "┼": "+", "─": "-", "│": "|", "━": "=", "┄": ".", "╌": ".",
  "■": "#", "□": ".", "┃": "#", "●": "*", "○": "o", "◆": "@", "▸": ">", "█": "#", "▉": "#",
  "▊": "#",
  "▋": "#", "▌": "=", "▍": "=", "▎": "-", "▏": "-", "·": ".", "…": "~", "–": "-", "−": "-",
  "≠": "~", "±": "+", "←": "<", "→": ">", "↑": "^", "↓": "v", "▲": "^", "▼": "v", "×": "x",
  "‖": "|",
  "░": ".", "▒": ":", "▓": "+", "▁": "_",
]

// MARK: - Numbers as people read them

/// `12.3 %`; `–` when unknown.
func percent(_ fraction: Double?, decimals: Int = 1) -> String {
  fraction.map { "\(fixed($0 * 100, decimals)) %" } ?? "–"
}

/// A figure, and what follows from it, is marked until everything it is about is measured: grey alone is not
/// seen by all.
func marked(_ text: String, isComplete: Bool) -> String { (isComplete ? "" : "?") + text }

/// Difference of two fractions in percentage points, with its sign: `+2.5`.
func points(_ difference: Double) -> String {
  let text = fixed(abs(difference) * 100, 1)
  return (text == "0.0" ? "±" : difference < 0 ? "−" : "+") + text
}

func fixed(_ value: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}

/// Three significant digits, never an exponent: `0.0123`, `1.23`, `12.3`, `123`.
func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "0" }
  let magnitude = Int(log10(abs(value)).rounded(.down))
  return fixed(value, min(6, max(0, 2 - magnitude)))
}

/// `812 µs` has no place beside `1.20 ms`: always milliseconds.
func milliseconds(_ seconds: Double?) -> String {
  seconds.map { "\(significant($0 * 1000)) ms" } ?? "–"
}

/// `2 431`.
func grouped(_ count: Int) -> String {
  var digits = String(count)
  var index = digits.count - 3
  while index > 0 {
    digits.insert(" ", at: digits.index(digits.startIndex, offsetBy: index))
    index -= 3
  }
  return digits
}

/// The `shown` of `count` rows that have `row` in their middle, as far as the ends allow.
func window(of shown: Int, around row: Int, in count: Int) -> Range<Int> {
  let top = min(max(0, row - shown / 2), count - shown)
  return top..<top + shown
}
