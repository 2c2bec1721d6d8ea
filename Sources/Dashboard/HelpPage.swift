// The help page over everything else, made from the table of keys.

import TerminalUI

enum HelpPage {
  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let columns = split(KeyBinding.Group.allCases.map { lines(of: $0, theme) })
    let columnWidth = 28
    let explained = canvas.size.height >= 24
    let width = min(canvas.size.width, columnWidth * 2 + 4)
    let height = min(
      canvas.size.height, (columns.map(\.count).max() ?? 0) + 2 + (explained ? words.count + 1 : 0))
    var page = Canvas(Size(width: width, height: height))
    page.frame(title: "Help", trailing: "Esc back", theme: theme)
    for (number, column) in columns.enumerated() {
      for (row, line) in column.prefix(height - 2).enumerated() {
        page.pieces(line, x: 2 + number * columnWidth, y: 1 + row, width: columnWidth - 1)
      }
    }
    if explained {
      for (row, line) in words.enumerated() {
        page.text(
          line, x: 2, y: height - 1 - words.count + row, style: theme.muted, width: width - 4)
      }
    }
    canvas.paste(
      page, x: (canvas.size.width - width) / 2, y: max(0, (canvas.size.height - height) / 2))
  }

  /// What the screen takes for granted.
  private static let words = [
    "A recogniser is a stack of layers. Skipping some saves",
    "time and costs accuracy: the word error rate is the",
    "share of words heard wrong, missed or added.",
    "Policies say which layers run: spread out evenly, the",
    "first, the last, or random ones; manual is your choice.",
    "Mouse: drag the slider, click a layer, turn the wheel.",
  ]

  private static func lines(of group: KeyBinding.Group, _ theme: Theme) -> [[(String, Style)]] {
    [[(group.rawValue, theme.accentStrong)]]
      + KeyBindings.all.filter { $0.group == group }.map {
        [($0.label.padding(9), theme.strong), ($0.help, theme.text)]
      }
  }

  /// Two columns of about the same height, no group torn.
  private static func split(_ groups: [[[(String, Style)]]]) -> [[[(String, Style)]]] {
    let total = groups.map(\.count).reduce(0, +)
    var columns: [[[(String, Style)]]] = [[], []]
    for group in groups {
      columns[columns[0].count + group.count / 2 <= total / 2 ? 0 : 1] += group
    }
    return columns
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
