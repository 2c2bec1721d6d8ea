// What the tour asks for, or what the demo is showing.

import TerminalUI

enum TourPanel: Panel {
  static let name = "tour"

  /// Rows it takes from the view, frame included.
  static func height(_ state: DashboardState, body: Int) -> Int {
    guard state.demo == nil else { return min(3, body) }
    guard state.tour.isShown else { return 0 }
    return body >= 20 ? 7 : body >= 12 ? 6 : min(5, body - 4)
  }

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let width = canvas.size.width - 4
    if let demo = state.demo {
      canvas.frame(
        title: "Demo \(demo.step + 1)/\(Demo.steps.count)", trailing: "any key takes over",
        theme: theme)
      canvas.text(Demo.steps[demo.step].caption, x: 2, y: 1, style: theme.strong, width: width)
      return
    }
    let tour = state.tour
    let chapter = Tour.chapters[tour.chapter]
    let step = Tour.step(state)
    canvas.frame(
      title: "Tour \(tour.chapter + 1).\(tour.step + 1) \(step.title)",
      trailing: canvas.size.width >= 90
        ? ". next  , back  i hint  0 reset  T chapters  t hide" : ". next  , back  t hide",
      theme: theme)
    let progress =
      "step \(tour.step + 1) of \(chapter.steps.count): \(chapter.title)"
    let reveal = tour.isReached ? step.reveal(state) : ""
    let help: String =
      switch tour.help {
      case .none: ""
      case .hint: "Hint: \(step.hint)."
      case .answer: "Keys: \(step.answer(state).prefix(12).map(Self.label).joined(separator: " "))"
      }
    let text =
      tour.isReached
      ? StyledText([
        ("● done. ", theme.accentStrong), (reveal, theme.text), ("  . goes on", theme.muted),
      ])
      : StyledText([
        ("○ ", theme.muted), (step.text, theme.text),
        (help.isEmpty ? "" : "  " + help, theme.accent),
      ])
    let area = canvas.area.inset(x: 2, y: 1)
    let lines = text.wrapped(width: area.width)
    for (row, line) in lines.prefix(area.height).enumerated() {
      canvas.text(line, x: area.x, y: area.y + row, width: area.width)
    }
    if canvas.size.width >= progress.count + 8 {
      canvas.text(" \(progress) ", x: 2, y: canvas.size.height - 1, style: theme.muted)
    }
  }

  /// A key as people read it.
  static func label(_ key: Key) -> String {
    switch key {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .up: "↑"
    case .down: "↓"
    case .left: "←"
    case .right: "→"
    case .enter: "Enter"
    case .escape: "Esc"
    case .home: "Home"
    case .end: "End"
    case .tab: "Tab"
    case .control(let character): "Ctrl-\(character.uppercased())"
    case .function(let number): "F\(number)"
    case .pageUp, .pageDown, .backTab, .backspace, .delete: "\(key)"
    }
  }

  static func action(_ mouse: MouseEvent, _ state: DashboardState, _ area: Rect) -> Action? {
    mouse.kind == .press && state.tour.isReached ? .tourNext : nil
  }
}
