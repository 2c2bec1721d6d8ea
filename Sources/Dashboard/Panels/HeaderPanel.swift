// The first lines: the views, the model and data being looked at, and where it runs.

import TerminalUI

extension PanelKind {
  package static let header = PanelKind(HeaderPanel.self)
}

enum HeaderPanel: Panel {
  static let name = "header"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    for tab in tabs(state, canvas.size.width) {
      let isShown = tab.view == state.view
      let place = Rect(x: tab.start, y: 0, width: tab.width, height: 1)
      canvas.press(place, .show(tab.view))
      canvas.text(
        "\(state.number(of: tab.view))", x: tab.start, y: 0,
        style: isShown ? theme.accentStrong : theme.muted)
      if tab.hasName {
        canvas.text(
          tab.view.type.name, x: tab.start + 2, y: 0,
          style: isShown ? theme.accentStrong : theme.text)
      }
      if isShown {
        canvas.restyle(place) { $0.underline = true }
      }
    }
    let about = about(state)
    let isTall = canvas.size.height >= 2
    if isTall { drawAbout(about, state, y: 1, &canvas) }
    let last = tabs(state, canvas.size.width).last
    drawSubtitle(
      name: isTall ? "" : about.name, from: last.map { $0.start + $0.width } ?? 0, state, &canvas)
  }

  /// Behind the tabs what this is, before the model's name where that has no other place: the longest
  /// that fits, the name rather than the rest.
  private static func drawSubtitle(
    name: String, from start: Int, _ state: DashboardState, _ canvas: inout Canvas
  ) {
    let end = canvas.size.width - 1
    for subtitle in Meaning.subtitles + [""] {
      let gap = name.isEmpty || subtitle.isEmpty ? "" : "   "
      let width = (subtitle + gap + name).count
      guard width > 0, start + 3 + width <= end else { continue }
      canvas.pieces(
        [(subtitle + gap, state.theme.muted), (name, state.theme.strong)], x: end - width, y: 0)
      return
    }
  }

  private static func about(_ state: DashboardState) -> (name: String, data: String, counts: String)
  {
    let subject = state.subject
    let count = subject.models.count
    return (
      subject.models[state.model].name + (count > 1 ? " \(state.model + 1)/\(count)" : "")
        + state.presentPoint.remark,
      "\(subject.dataset)/\(subject.split)"
        + (subject.normalization == .none ? "" : " (\(subject.normalization.rawValue) text)")
        + (state.beam == nil ? "" : ", \(state.decoding.description)"),
      "\(grouped(subject.measurableCount)) utterances, \(grouped(subject.wordCount)) words"
    )
  }

  private static func drawAbout(
    _ about: (name: String, data: String, counts: String), _ state: DashboardState, y: Int,
    _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let width = canvas.size.width
    let end = canvas.pieces(
      [
        ("Dropscope", theme.accentStrong), ("  model ", theme.muted), (about.name, theme.strong),
        ("  data ", theme.muted), (about.data, theme.strong),
      ], x: 1, y: y, width: width - 1)
    let threads = "\(state.subject.threads) thread\(state.subject.threads == 1 ? "" : "s")"
    // The longest form that fits, so that nothing is cut in the middle.
    for right in ["\(state.subject.machine), \(threads)", threads, ""] {
      for left in ["  \(about.counts)", ""]
      where end + left.count + (right.isEmpty ? 0 : 3 + right.count) < width {
        canvas.text(left, x: end, y: y, style: theme.muted)
        canvas.textRight(right, end: width - 1, y: y, style: theme.muted)
        return
      }
    }
  }

  private struct Tab {
    var view: ViewKind
    var start: Int
    var width: Int
    var hasName: Bool
  }

  /// All names where there is room, else only that of the present view.
  private static func tabs(_ state: DashboardState, _ width: Int) -> [Tab] {
    for namesAll in [true, false] {
      var tabs: [Tab] = []
      var x = 1
      for view in state.views {
        let hasName = namesAll || view == state.view
        let columns = hasName ? 2 + view.type.name.count : 1
        tabs.append(Tab(view: view, start: x, width: columns, hasName: hasName))
        x += columns + 2
      }
      if x - 2 < width || !namesAll { return tabs }
    }
    return []
  }
}
