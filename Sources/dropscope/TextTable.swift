// Tables on standard output: names to the left, numbers to the right.

import Base
import Foundation
import TerminalUI

/// A table whose rows are printed one by one as they become known, so its columns' widths are fixed
/// beforehand.
struct TextTable {
  private let titles: [String]
  private let nameCount: Int
  private let widths: [Int]

  /// `names`: the first columns of every row to come, which are text. `numbers`: the least width of
  /// each column after them.
  init(_ titles: [String], names: [[String]], numbers: [Int]) {
    self.titles = titles
    nameCount = titles.count - numbers.count
    let texts = (0..<nameCount).map { column in
      ([titles] + names).map { Self.width($0[column]) }.max() ?? 0
    }
    widths = texts + zip(numbers, titles.dropFirst(nameCount)).map { max($0, $1.count) }
  }

  var heading: HarmlessText { line(titles) }

  func line(_ cells: [String]) -> HarmlessText {
    let columns = cells.indices.map { column in
      let pad = String(repeating: " ", count: max(0, widths[column] - Self.width(cells[column])))
      return column < nameCount ? cells[column] + pad : pad + cells[column]
    }
    return HarmlessText(lines: [columns.joined(separator: "  ")])
  }

  /// Columns on a terminal.
  private static func width(_ cell: String) -> Int { CharacterWidth.of(cell.harmless) }

  static func number(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }
}
