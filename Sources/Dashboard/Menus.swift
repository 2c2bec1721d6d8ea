// What each menu offers, and how a menu looks.

import TerminalUI
import Tradeoff

enum Menus {
  /// Settings worth a look, as drop ratios.
  static let presets: [(name: String, percent: Int)] = [
    ("nothing dropped", 0), ("light", 17), ("a third", 33), ("half, as the paper trains", 50),
    ("two thirds", 67), ("extreme, the furthest of the paper", 83),
  ]

  static func open(_ kind: MenuKind, _ state: DashboardState) -> Menu {
    let (title, rows) = rows(kind, state)
    return Menu(
      kind: kind, title: title, rows: rows,
      selection: rows.firstIndex { $0.isCurrent } ?? 0)
  }

  /// Where there is a choice.
  private static func decoding(_ state: DashboardState) -> [Menu.Row] {
    state.beam == nil
      ? []
      : [Menu.Row("decoding", detail: state.decoding.description, action: .switchDecoding)]
  }

  /// Since when they are known, and that they can be had anew.
  private static func times(_ state: DashboardState) -> String {
    guard let latency = state.costs.latency else { return "not measured yet" }
    let when = latency.day.map { "of \($0)" } ?? "of this start"
    return "\(when)\(latency.isBusy ? ", on a busy machine" : ""): measure them anew"
  }

  /// What a model is, as far as that is known.
  private static func detail(of model: Subject.Model) -> String {
    [Glossary.model(model.name), "\(model.layerCount) layers"].compactMap { $0 }
      .joined(separator: ", ")
  }

  private static func rows(
    _ kind: MenuKind, _ state: DashboardState
  ) -> (title: String, rows: [Menu.Row]) {
    switch kind {
    case .policy:
      return (
        "Which layers stay",
        PolicyCatalog.all.map {
          let refusal = state.policies.refusal($0.name)
          let source = $0.needsAtlas ? " \(state.policies.source)" : ""
          let lack = state.policies.shortfall($0.name).map { "; \($0.summary)" } ?? ""
          return Menu.Row(
            $0.name, detail: refusal?.summary ?? $0.summary + source + lack,
            action: .choosePolicy($0.name), isCurrent: $0.name == state.policyName,
            isAvailable: refusal == nil)
        }
      )
    case .model:
      return (
        "Model",
        state.subject.models.enumerated().map { index, model in
          Menu.Row(
            model.name, detail: detail(of: model), action: .chooseModel(index),
            isCurrent: index == state.model)
        }
      )
    case .rival:
      return (
        "Model to compare with",
        state.rivals.sorted().map {
          Menu.Row(
            state.subject.models[$0].name, detail: detail(of: state.subject.models[$0]),
            action: .chooseRival($0),
            isCurrent: $0 == state.rival?.point.model)
        }
      )
    case .preset:
      return (
        "Presets",
        presets.enumerated().map { index, preset in
          let kept = PolicyCatalog.keptCount(
            dropRatio: Double(preset.percent) / 100, layerCount: state.layerCount)
          return Menu.Row(
            preset.name, detail: "\(kept) of \(state.layerCount) layers",
            action: .choosePreset(index), isCurrent: kept == state.walk.keptCount)
        }
      )
    case .theme:
      return (
        "Colours",
        Theme.all.map {
          Menu.Row(
            $0.name, detail: $0.explanation, action: .chooseTheme($0.name),
            isCurrent: $0.name == state.theme.name)
        }
      )
    case .export:
      return (
        "Write to the working folder",
        Export.allCases.map {
          Menu.Row(
            $0.explanation, detail: $0.fileName, action: .export($0),
            isAvailable: $0 != .heard || state.listening.heardFile != nil)
        }
      )
    case .trace:
      return (
        "Available compute over time",
        state.budget.traces.enumerated().map { index, trace in
          Menu.Row(
            trace.name, detail: trace.explanation + trace.remark, action: .chooseTrace(index),
            isCurrent: index == state.budget.trace)
        }
      )
    case .device:
      return (
        "Speed, scaled from this machine's",
        Device.all.enumerated().map { index, device in
          Menu.Row(
            device.name + device.remark, action: .chooseDevice(index),
            isCurrent: index == state.budget.device)
        }
      )
    case .clip:
      return (
        "Clips to listen to",
        state.clips.enumerated().map { index, clip in
          Menu.Row(
            clip.id, detail: "\(clip.source): \(clip.said.joined(separator: " "))",
            action: .chooseClip(index), isCurrent: clip.path == state.listening.file)
        }
      )
    case .tour:
      return (
        "Chapters of the tour",
        Tour.chapters.enumerated().map { index, chapter in
          let isAvailable = chapter.isAvailable(state)
          return Menu.Row(
            chapter.title,
            detail: isAvailable
              ? "\(chapter.steps(in: state).count) steps"
              : "needs the models \(chapter.models.joined(separator: ", "))",
            action: .chooseChapter(index), isCurrent: index == state.tour.chapter,
            isAvailable: isAvailable)
        }
      )
    case .options:
      return (
        "Options",
        [
          Menu.Row("colours", detail: state.theme.name, action: .openMenu(.theme)),
          Menu.Row("drawing symbols", detail: state.symbols.name, action: .changeSymbols),
        ] + decoding(state) + [
          Menu.Row("axis of the plot", detail: state.plotAxis.rawValue, action: .changeAxis),
          Menu.Row(
            "mouse", detail: state.isMouseReleased ? "left to the terminal" : "used here",
            action: .releaseMouse),
          Menu.Row("save these settings", detail: "read at the next start", action: .saveSettings),
          Menu.Row("times", detail: times(state), action: .measureTimes),
        ]
      )
    }
  }
}

/// A menu over everything else.
enum MenuPage {
  static func draw(_ menu: Menu, _ state: DashboardState, _ canvas: inout Canvas) {
    let area = area(menu, canvas.size)
    var page = Canvas(area.size)
    let theme = state.theme
    page.frame(
      title: KeyText(menu.title), trailing: "\(key: .enter) takes, \(key: .escape) leaves",
      theme: theme)
    let first = firstRow(menu, area)
    for (offset, row) in menu.rows.dropFirst(first).prefix(max(0, area.height - 2)).enumerated() {
      let index = first + offset
      let y = 1 + offset
      let mark = row.isCurrent ? "●" : " "
      page.press(Rect(x: 1, y: y, width: area.width - 2, height: 1), .menuRow(index))
      page.pieces(
        [
          ("\(index + 1) ", theme.muted), ("\(mark) ", theme.accent),
          (row.label, row.isAvailable ? theme.strong : theme.muted),
          (row.detail.isEmpty ? "" : "  \(row.detail)", theme.muted),
        ], x: 2, y: y, width: area.width - 4)
      if index == menu.selection {
        page.restyle(Rect(x: 1, y: y, width: area.width - 2, height: 1)) {
          ($0.foreground, $0.dim, $0.reverse) = (.default, false, true)
        }
      }
    }
    page.mapActions { action in
      if let key = action as? Key { return Action.key(key) }
      return action
    }
    // A press beside the menu leaves it.
    canvas.removeTargets()
    canvas.press(canvas.area, .back)
    canvas.paste(page, x: area.x, y: area.y)
  }

  private static func area(_ menu: Menu, _ size: Size) -> Rect {
    let widest =
      menu.rows.map { $0.label.count + ($0.detail.isEmpty ? 0 : $0.detail.count + 2) }.max() ?? 0
    let width = min(size.width, max(widest + 8, menu.title.count + 34))
    let height = min(size.height, menu.rows.count + 2)
    return Rect(
      x: (size.width - width) / 2, y: max(0, (size.height - height) / 2), width: width,
      height: height)
  }

  private static func firstRow(_ menu: Menu, _ area: Rect) -> Int {
    let visible = max(1, area.height - 2)
    return min(max(0, menu.selection - visible + 1), max(0, menu.rows.count - visible))
  }
}
