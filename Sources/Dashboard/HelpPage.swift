// The help over everything else: what the screen is about, the keys, made from their table, and words.

import TerminalUI

enum HelpPage {
  private struct Line {
    var text: StyledText
    /// What a click on it does.
    var binding: KeyBinding?

    init(_ text: StyledText, _ binding: KeyBinding? = nil) {
      self.text = text
      self.binding = binding
    }
  }

  /// Blank columns between a key and what it does, and between columns.
  private static let gap = 2
  private static let labelWidth = gap + (KeyBindings.all.map(\.label.count).max() ?? 0)
  private static let columnWidth =
    labelWidth + gap + (KeyBindings.all.map(\.help.count).max() ?? 0)

  static func draw(page: Int, _ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let area = area(canvas.size)
    let pages = pages(state, area)
    let number = min(page, pages.count - 1)
    var sheet = Canvas(area.size)
    sheet.frame(
      title: "Help \(number + 1)/\(pages.count)",
      trailing: "page (\(key: .pageUp) \(key: .pageDown))  back (\(key: .escape))", theme: theme)
    sheet.mapActions { action in
      switch action as? Key {
      case .pageUp: Action.turnHelp(-1)
      case .pageDown: Action.turnHelp(1)
      case .escape: Action.back
      default: nil
      }
    }
    for (column, lines) in pages[number].enumerated() {
      for (row, line) in lines.enumerated() {
        let place = Rect(
          x: 2 + column * columnWidth, y: 1 + row, width: area.width - 4 - column * columnWidth,
          height: 1)
        sheet.text(line.text, x: place.x, y: place.y, width: place.width)
        if let binding = line.binding { target(binding, in: place, on: &sheet) }
      }
    }
    canvas.press(area, .back)
    canvas.wheel(up: .turnHelp(-1), down: .turnHelp(1))
    canvas.paste(sheet, x: area.x, y: area.y)
  }

  /// Whether the help stays when this was done with the mouse: everything else leaves it.
  static func holds(_ action: Action) -> Bool {
    switch action {
    case .help, .back, .turnHelp: true
    default: false
    }
  }

  static func pageCount(_ state: DashboardState) -> Int { pages(state, area(state.size)).count }

  /// Each key in the label is itself; elsewhere the row is the first of them.
  private static func target(_ binding: KeyBinding, in place: Rect, on page: inout Canvas) {
    guard let first = binding.actions.first?.action else { return }
    page.press(place.split(left: columnWidth).left, first)
    page.targets(of: binding.keyText, x: place.x, y: place.y, width: place.width) { key in
      binding.actions.first { $0.key == key }?.action
    }
  }

  private static func area(_ size: Size) -> Rect {
    let columns = min(3, max(1, (size.width - 4 + gap) / columnWidth))
    let width = min(size.width, max(56, columns * columnWidth - gap) + 4)
    let height = min(size.height, 30)
    return Rect(
      x: (size.width - width) / 2, y: max(0, (size.height - height) / 2), width: width,
      height: height)
  }

  /// Columns of lines for each page.
  private static func pages(_ state: DashboardState, _ area: Rect) -> [[[Line]]] {
    let rows = max(1, area.height - 2)
    let columns = max(1, (area.width - 4 + gap) / columnWidth)
    let width = area.width - 4
    func whole(_ lines: [Line]) -> [[[Line]]] { even(rows) { flow([lines], $0) }.map { [$0] } }
    let sections = keys(state)
    let table = even(rows) { split(flow(sections, $0), columns) }
    return whole(about(state, width: width)) + table + whole(words(state, width: width))
  }

  /// The layout with the fewest pages, and of those the one with the shortest columns: no page holds
  /// just the line that was too much for the one before.
  private static func even<T>(_ rows: Int, _ layout: (Int) -> [T]) -> [T] {
    let fewest = layout(rows)
    let lengths = rows > 4 ? Array(4..<rows) : []
    return lengths.lazy.map(layout).first { $0.count == fewest.count } ?? fewest
  }

  /// Columns of so many rows. The first two lines of a section stay together, and no column starts
  /// with a blank.
  private static func flow(_ sections: [[Line]], _ rows: Int) -> [[Line]] {
    var columns: [[Line]] = [[]]
    for section in sections {
      let used = columns[columns.count - 1].count
      if used > 0 {
        if used + 3 <= rows {
          columns[columns.count - 1].append(Line(StyledText("")))
        } else {
          columns.append([])
        }
      }
      for line in section {
        if columns[columns.count - 1].count == rows { columns.append([]) }
        columns[columns.count - 1].append(line)
      }
    }
    return columns
  }

  private static func split(_ columns: [[Line]], _ count: Int) -> [[[Line]]] {
    stride(from: 0, to: columns.count, by: count).map {
      Array(columns[$0..<min(columns.count, $0 + count)])
    }
  }

  /// What the screen takes for granted, and what each view is for.
  private static func about(_ state: DashboardState, width: Int) -> [Line] {
    let words = """
      A recogniser is a stack of layers. Skipping some saves time and costs accuracy: the word error \
      rate is the share of words heard wrong, missed or added. Policies say which layers run: spread \
      out evenly, the first, the last, or random ones; manual is your choice. Rank, width and \
      precision spend less on each layer that runs. All numbers are measured on this machine while \
      you watch. Mouse: drag the slider, click a layer, a tab or a key wherever it stands, turn the \
      wheel.
      """
    let views = state.views.flatMap { view in
      StyledText([
        ("\(state.number(of: view)) \(view.type.name)  ", state.theme.strong),
        (view.type.summary, state.theme.muted),
      ]).wrapped(width: width)
    }
    return
      (StyledText(words, style: state.theme.text).wrapped(width: width) + [StyledText("")]
      + views).map { Line($0) }
  }

  /// Every binding of the present view, by groups.
  private static func keys(_ state: DashboardState) -> [[Line]] {
    let theme = state.theme
    let bindings = KeyBindings.active(in: state.view, of: state.views)
    return KeyBinding.Group.allCases.compactMap { group in
      let members = bindings.filter { $0.group == group }
      guard !members.isEmpty else { return nil }
      let title = group == .here ? "In \(state.view.type.name)" : group.rawValue
      return [Line(StyledText(title, style: theme.accentStrong))]
        + members.map {
          Line(
            StyledText([($0.label.padded(to: labelWidth), theme.strong), ($0.help, theme.text)]),
            $0)
        }
    }
  }

  private static func words(_ state: DashboardState, width: Int) -> [Line] {
    let indent = 2 + (Glossary.entries.map(\.word.count).max() ?? 0)
    let lines = Glossary.entries.flatMap { word, meaning -> [StyledText] in
      let rows = StyledText(meaning, style: state.theme.text).wrapped(width: width - indent)
      return rows.enumerated().map { row, text in
        StyledText((row == 0 ? word : "").padded(to: indent), style: state.theme.strong) + text
      }
    }
    return ([StyledText("Words", style: state.theme.accentStrong)] + lines).map { Line($0) }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
