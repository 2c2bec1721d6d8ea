// What several panels need in order to draw.

import Foundation
import TerminalUI

extension Canvas {
  /// A panel's frame: its title at the left of the upper edge, its state or keys at the right.
  mutating func frame(title: String, trailing: String = "", theme: Theme) {
    box(area, title: title, style: theme.border, titleStyle: theme.title)
    let room = area.width - title.count - 8
    if !trailing.isEmpty, trailing.count <= room {
      text(" \(trailing) ", x: area.width - trailing.count - 4, y: 0, style: theme.muted)
    }
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

  /// The first of several wordings, longest first, that fits whole; where none does, the last one, its
  /// end marked as cut.
  mutating func wording(
    _ forms: String..., x: Int, y: Int, style: Style, width: Int, symbols: Symbols
  ) {
    guard width > 0, let last = forms.last else { return }
    if let fitting = forms.first(where: { CharacterWidth.of($0) <= width }) {
      return text(fitting, x: x, y: y, style: style)
    }
    text(last, x: x, y: y, style: style, width: width - 1)
    self[x + width - 1, y] = Cell(symbols.ellipsis, style: style)
  }

  /// The longest of several wordings that fits into a frame's lower edge, or none.
  mutating func edge(_ forms: [String], width: Int, y: Int, style: Style) {
    guard let form = forms.first(where: { CharacterWidth.of($0) + 6 <= width }) else { return }
    text(" \(form) ", x: 2, y: y, style: style)
  }

  /// On the lower edge of a panel: what it has no room for, and how to see it.
  mutating func more(_ what: String, _ state: DashboardState) {
    let key = state.zoomed == nil ? " (e)" : ""
    text(" \(what)\(key) ", x: 2, y: size.height - 1, style: state.theme.accent)
  }

  /// Text that ends before column `end`.
  mutating func textRight(_ string: String, end: Int, y: Int, style: Style = Style()) {
    text(string, x: max(0, end - CharacterWidth.of(string)), y: y, style: style)
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
  "░": ".", "▒": ":", "▓": "+",
]

// MARK: - Numbers as people read them

/// `12.3 %`; `–` when unknown.
func percent(_ fraction: Double?, decimals: Int = 1) -> String {
  fraction.map { "\(fixed($0 * 100, decimals)) %" } ?? "–"
}

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

/// `4.87 M`.
func millions(_ count: Double) -> String { "\(significant(count / 1e6)) M" }

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
