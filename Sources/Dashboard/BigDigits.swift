// Digits of box-drawing lines, three rows high, for the figure that matters most.

import TerminalUI

extension Canvas {
  /// What is no digit stands on the bottom row. Returns the column after the last.
  @discardableResult
  mutating func big(_ text: String, x: Int, y: Int, style: Style) -> Int {
    var column = x
    for character in text {
      let rows = bigDigits[character] ?? ["", "", String(character)]
      for (row, line) in rows.enumerated() {
        self.text(line, x: column, y: y + row, style: style)
      }
      column += rows.map(\.count).max() ?? 0
    }
    return column
  }
}

private let bigDigits: [Character: [String]] = [
  "0": ["┏━┓", "┃ ┃", "┗━┛"], "1": ["╺┓ ", " ┃ ", "╺┻╸"], "2": ["╺━┓", "┏━┛", "┗━╸"],
  "3": ["╺━┓", " ━┫", "╺━┛"], "4": ["╻ ╻", "┗━┫", "  ╹"], "5": ["┏━╸", "┗━┓", "╺━┛"],
  "6": ["┏━╸", "┣━┓", "┗━┛"], "7": ["╺━┓", "  ┃", "  ╹"], "8": ["┏━┓", "┣━┫", "┗━┛"],
  "9": ["┏━┓", "┗━┫", "╺━┛"], "–": ["   ", "╺━╸", "   "],
]
