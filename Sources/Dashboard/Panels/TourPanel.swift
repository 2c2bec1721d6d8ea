// What the tour asks for, or what the demo is showing.

import TerminalUI

extension PanelKind {
  package static let tour = PanelKind(TourPanel.self)
}

enum TourPanel: Panel {
  static let name = "tour"

  /// Rows it takes from the view, frame included.
  static func height(_ state: DashboardState, body: Int) -> Int {
    guard state.demo == nil else { return min(body >= 24 ? 5 : body >= 12 ? 4 : 3, body) }
    guard state.tour.isShown else { return 0 }
    return body >= 20 ? 7 : body >= 12 ? 6 : min(5, body - 4)
  }

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    if let demo = state.demo {
      drawDemo(demo, state, &canvas)
    } else {
      drawStep(state, &canvas)
    }
  }

  private static func drawDemo(
    _ demo: DemoState, _ state: DashboardState, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    canvas.frame(
      title: "Demo \(demo.step + 1)/\(Demo.steps(in: state).count)",
      trailing: "any key takes over", theme: theme)
    let caption = Demo.caption(demo, state)
    var area = canvas.area.inset(x: 2, y: 1)
    if area.height >= 3, state.symbols != .ascii, !caption.figure.isEmpty {
      let end = canvas.big(caption.figure, x: area.x, y: area.y, style: theme.accentStrong)
      area = area.split(left: end + 2 - area.x).rest
    }
    let lines = StyledText(caption.text, style: theme.strong).wrapped(width: area.width)
    guard lines.count <= area.height else {
      canvas.wording(
        caption.short, x: area.x, y: area.y, style: theme.strong, width: area.width,
        symbols: state.symbols)
      return
    }
    // In the middle, as the large figure is.
    let top = area.y + (area.height - lines.count) / 2
    for (row, line) in lines.enumerated() {
      canvas.text(line, x: area.x, y: top + row, width: area.width)
    }
  }

  private static func drawStep(_ state: DashboardState, _ canvas: inout Canvas) {
    let tour = state.tour
    let size = canvas.size
    if tour.isReached { canvas.press(canvas.area, .tourNext) }
    canvas.frame(
      title: "Tour \(tour.chapter + 1).\(tour.step + 1) \(Tour.step(state).title)",
      trailing: "\(key: ".") next  \(key: ",") back  \(key: "t") hide", theme: state.theme)
    let area = canvas.area.inset(x: 2, y: 1)
    let lines = lines(state, area.size)
    let pages = pageCount(lines, area.size)
    let page = min(tour.page, pages - 1)
    for (row, line) in lines.dropFirst(page * area.height).prefix(area.height).enumerated() {
      canvas.text(line, x: area.x, y: area.y + row, width: area.width)
      clickKeys(area.row(row), &canvas)
    }
    let keys = keys(tour, isMore: page + 1 < pages)
    canvas.textRight(
      keys: " \(keys) ", end: size.width - 2, y: size.height - 1, style: state.theme.muted)
    let chapter = Tour.chapters[tour.chapter]
    let progress = "step \(tour.step + 1) of \(chapter.steps(in: state).count)"
    canvas.edge(
      ["\(progress): \(chapter.title)", KeyText(progress)], width: size.width - keys.width - 2,
      y: size.height - 1, style: state.theme.muted)
  }

  private static let namedKeys = Dictionary(
    KeyBindings.all.flatMap(\.actions).map { ($0.key.name, $0.key) },
    uniquingKeysWith: { first, _ in first })

  /// Where a row of the text names keys in brackets, `(M)` or `(d, Enter)`, they can be clicked.
  private static func clickKeys(_ row: Rect, _ canvas: inout Canvas) {
    let text = (row.x..<row.maxX).map { canvas[$0, row.y].character }
    for open in text.indices where text[open] == "(" {
      guard let close = text[open...].firstIndex(of: ")") else { return }
      let words = (open + 1..<close).split { text[$0] == " " || text[$0] == "," }
      let keys = words.compactMap { namedKeys[String(text[$0])] }
      guard keys.count == words.count else { continue }
      for (key, word) in zip(keys, words) {
        canvas.target(Rect(x: row.x + word.lowerBound, y: row.y, width: word.count, height: 1), key)
      }
    }
  }

  private static func keys(_ tour: TourState, isMore: Bool) -> KeyText {
    let help =
      isMore
      ? "▼ more"
      : tour.isReached
        ? tour.page > 0 ? "▲ back" : "" : ["hint", "answer", "text"][tour.help.rawValue]
    let first: KeyText = help.isEmpty ? "" : "\(key: "i") \(help)  "
    return "\(first)\(key: "0") reset  \(key: "T") chapters"
  }

  // MARK: - What is said

  /// The text with the hint or the answer behind it where both fit, else the one that was asked for.
  private static func lines(_ state: DashboardState, _ size: Size) -> [StyledText] {
    let (theme, tour) = (state.theme, state.tour)
    if tour.isReached {
      return StyledText([
        ("● done. ", theme.accentStrong), (tour.reveal, theme.text),
        (tour.conclusion.isEmpty ? "" : " ■ \(tour.conclusion)", theme.strong),
        ("  . goes on", theme.muted),
      ]).wrapped(width: size.width)
    }
    let step = Tour.step(state)
    let text = StyledText([("○ ", theme.muted), (step.text(state), theme.text)])
    let help: String
    switch tour.help {
    case .none: return text.wrapped(width: size.width)
    case .hint: help = "Hint: \(step.hint)."
    case .answer:
      let keys = TourKeys.words(step.answer(state))
      help = keys.isEmpty ? "Nothing left to press: wait for the measurements." : "Keys: \(keys)"
    }
    let both = (text + StyledText("  " + help, style: theme.accent)).wrapped(width: size.width)
    return both.count <= size.height
      ? both : StyledText(help, style: theme.accent).wrapped(width: size.width)
  }

  private static func pageCount(_ lines: [StyledText], _ size: Size) -> Int {
    max(1, (lines.count + size.height - 1) / max(1, size.height))
  }

  /// Whether something of what is said does not fit on the present page.
  static func hasMore(_ state: DashboardState) -> Bool {
    guard let area = Layout(state, state.size)?[.tour]?.inset(x: 2, y: 1) else { return false }
    return state.tour.page + 1 < pageCount(lines(state, area.size), area.size)
  }
}
