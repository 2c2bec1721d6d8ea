// The help over everything else: first what the screen is about, then the keys, made from their table.

import TerminalUI

enum HelpPage {
  private static let columnWidth = 29

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let area = area(canvas.size)
    let pages = pages(state, area)
    let number = min(state.helpPage, pages.count - 1)
    var page = Canvas(area.size)
    page.frame(
      title: "Help \(number + 1)/\(pages.count)",
      trailing: number + 1 < pages.count ? "? next page, Esc back" : "Esc back", theme: theme)
    for (column, lines) in pages[number].enumerated() {
      for (row, line) in lines.enumerated() {
        page.text(
          line, x: 2 + column * columnWidth, y: 1 + row,
          width: area.width - 4 - column * columnWidth)
      }
    }
    canvas.paste(page, x: area.x, y: area.y)
  }

  static func pageCount(_ state: DashboardState) -> Int { pages(state, area(state.size)).count }

  private static func area(_ size: Size) -> Rect {
    let columns = min(3, max(1, (size.width - 4) / columnWidth))
    let width = min(size.width, columns * columnWidth + 4)
    let height = min(size.height, 30)
    return Rect(
      x: (size.width - width) / 2, y: max(0, (size.height - height) / 2), width: width,
      height: height)
  }

  /// Columns of lines for each page.
  private static func pages(_ state: DashboardState, _ area: Rect) -> [[[StyledText]]] {
    let rows = max(1, area.height - 2)
    let columns = max(1, (area.width - 4) / columnWidth)
    let about = about(state, width: area.width - 4)
    let first = stride(from: 0, to: about.count, by: rows).map {
      [Array(about[$0..<min(about.count, $0 + rows)])]
    }
    let keys = keys(state)
    let perPage = rows * columns
    let rest = stride(from: 0, to: keys.count, by: perPage).map { start in
      stride(from: start, to: min(keys.count, start + perPage), by: rows).map {
        Array(keys[$0..<min(keys.count, $0 + rows)])
      }
    }
    return first + rest
  }

  /// What the screen takes for granted, and what each view is for.
  private static func about(_ state: DashboardState, width: Int) -> [StyledText] {
    let words = """
      A recogniser is a stack of layers. Skipping some saves time and costs accuracy: the word error \
      rate is the share of words heard wrong, missed or added. Policies say which layers run: spread \
      out evenly, the first, the last, or random ones; manual is your choice. All numbers are measured \
      on this machine while you watch. Mouse: drag the slider, click a layer, a tab or a key below, turn \
      the wheel.
      """
    return StyledText(words, style: state.theme.text).wrapped(width: width) + [StyledText("")]
      + ViewKind.allCases.flatMap { view in
        StyledText([
          ("\(view.number) \(view.type.name)  ", state.theme.strong),
          (view.type.summary, state.theme.muted),
        ]).wrapped(width: width)
      }
  }

  /// Every binding of the present view, by groups.
  private static func keys(_ state: DashboardState) -> [StyledText] {
    let theme = state.theme
    let bindings = KeyBindings.active(in: state.view)
    return KeyBinding.Group.allCases.flatMap { group -> [StyledText] in
      let members = bindings.filter { $0.group == group }
      guard !members.isEmpty else { return [] }
      let title = group == .here ? "In \(state.view.type.name)" : group.rawValue
      return [StyledText(title, style: theme.accentStrong)]
        + members.map {
          StyledText([($0.label.padding(9), theme.strong), ($0.help, theme.text)])
        } + [StyledText("")]
    }
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
