// The last two lines: what the evaluator is doing, and the keys that matter now.

import TerminalUI
import Tradeoff

extension PanelKind {
  package static let footer = PanelKind(FooterPanel.self)
}

enum FooterPanel: Panel {
  static let name = "footer"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let width = canvas.size.width
    // Tests wait for the two numbers to be equal: nothing is asked for that is not answered.
    let counters =
      state.showsCounters ? "gen \(state.newest?.id ?? 0) done \(state.doneID)" : ""
    let room = width - (counters.isEmpty ? 2 : counters.count + 4)
    // What is wrong with a guess stands there until the next key.
    let prompt = state.prompt.flatMap { $0.kind == .guess && !state.notice.isEmpty ? nil : $0 }
    let (mark, text, style) =
      prompt.map { ("▸", line(of: $0, width: room - 2), theme.accentStrong) } ?? activity(state)
    canvas.text("\(mark) ", x: 1, y: 0, style: style, width: room)
    // The keys of a prompt are those of what is being typed.
    canvas.wording(
      keys: [text], x: 3, y: 0, style: theme.text, width: room - 2, symbols: state.symbols
    ) { key in
      if state.prompt == nil { return key }
      return Action.key(key)
    }
    canvas.textRight(counters, end: width - 1, y: 0, style: theme.muted)

    let note = note(state)
    let bindings = bindings(state)
    let end = width - 1 - (note.width == 0 ? 0 : note.width + 2)
    KeyHints(
      bindings.map { ($0.shortLabel, hint($0, state)) }, keyStyle: theme.strong,
      actionStyle: theme.muted
    ).draw(in: Rect(x: 1, y: 1, width: end - 1, height: 1), on: &canvas) {
      bindings[$0].actions.first?.action
    }
    // What is hidden is enlarged, the most important of it.
    let hidden = hidden(state).first
    canvas.textRight(keys: note, end: width - 1, y: 1, style: theme.muted) { key in
      // Under the help there is nothing to enlarge.
      if key == "e", let hidden { return state.helpPage == nil ? Action.enlarge(hidden) : nil }
      return key
    }
  }

  /// What is being typed, its end in sight however long it is.
  private static func line(of prompt: Prompt, width: Int) -> KeyText {
    let (name, short) =
      switch prompt.kind {
      case .dropRatio: ("drop ratio in %", "%")
      case .filter: ("text or id contains", "find")
      case .file: ("WAV or FLAC file", "file")
      case .guess: ("your guess of the word error rate in %", "guess in %")
      }
    if !prompt.choices.isEmpty {
      // As many names as there is room for.
      let start = "\(short): \(prompt.text)_  "
      let shown = prompt.choices.indices.reversed().lazy.map { last in
        start + prompt.choices[...last].joined(separator: "  ")
          + (last + 1 < prompt.choices.count ? "  …" : "")
      }.first { CharacterWidth.of($0) <= width }
      if let shown { return KeyText(shown) }
    }
    let completes: KeyText = prompt.kind == .file ? "\(key: .tab) completes it, " : ""
    for form in [
      "\(name): \(prompt.text)_   \(completes)\(key: .enter) takes it, \(key: .escape) leaves",
      "\(name): \(prompt.text)_   \(key: .enter) takes it, \(key: .escape) leaves",
      "\(name): \(prompt.text)_", "\(short): \(prompt.text)_",
    ] as [KeyText] where form.width <= width {
      return form
    }
    var end = prompt.text
    while !end.isEmpty, CharacterWidth.of("\(short): …\(end)_") > width { end.removeFirst() }
    return "\(short): …\(end)_"
  }

  private static func activity(_ state: DashboardState) -> (mark: String, KeyText, Style) {
    let theme = state.theme
    let total = state.subject.measurableCount
    if !state.notice.isEmpty { return ("◆", KeyText(state.notice), theme.accent) }
    if state.listening.isRecording {
      return ("●", "recording; measuring waits meanwhile", theme.accentStrong)
    }
    if state.isPaused {
      let count = state.present?.measuredCount ?? 0
      return (
        "‖", "paused at \(count)/\(total): \(key: "z") goes on, \(key: "Z") one more",
        theme.accentStrong
      )
    }
    switch state.activity {
    case .preparing(let step):
      return ("◆", "\(step) …", theme.accent)
    case .measuring where state.isFrontMeasured:
      let layers = state.newest.map { "\($0.point.walk.keptCount) layers\($0.point.remark)" } ?? ""
      let split = state.front.ground.map { " on \($0.split)" } ?? ""
      return ("●", "measuring for the front\(split): \(layers)", theme.accent)
    case .measuring:
      guard let point = state.measured else { return ("●", "measuring", theme.accent) }
      let done = state.measurements[point]?.measuredCount ?? 0
      return ("●", "measuring \(purpose(of: point, state)): \(done)/\(total)", theme.accent)
    case .idle where state.timed != nil:
      let compute = state.timed.map { " with \($0.compute)" } ?? ""
      return ("◆", "measuring this machine's speed\(compute) …", theme.accent)
    case .idle:
      return ("○", "measured; the evaluator rests", theme.muted)
    case .failed(let reason), .unavailable(let reason):
      return ("×", KeyText(reason), theme.error)
    }
  }

  /// What is measured, and what for.
  private static func purpose(
    of point: OperatingPoint, _ state: DashboardState
  ) -> String {
    let count = point.walk.keptCount
    let layers = "\(count) of \(point.walk.layerCount) layers\(point.remark)"
    if point == state.presentPoint { return layers }
    if point == state.pinned { return "the pinned setting" }
    guard point.model == state.model else {
      let name = state.subject.models[point.model].name
      return point == state.rival?.point
        ? "\(name) to compare" : "\(name), \(layers), to compare"
    }
    if point == point.full { return "\(state.fullName) to compare" }
    func isWalk(of policy: String) -> Bool {
      point.walk == state.policies.walk(policy, seed: state.seed, keeping: count)
    }
    if isWalk(of: state.policy) { return "\(layers), for this view" }
    let policy = state.policies.available.first(where: isWalk)
    return [policy, layers].compactMap { $0 }.joined(separator: ", ") + ", to compare"
  }

  /// What a key would do now.
  private static func hint(_ binding: KeyBinding, _ state: DashboardState) -> String {
    let action = binding.actions.first?.action
    return action.flatMap { state.view.type.hint(for: $0, state) } ?? binding.hint ?? binding.help
  }

  private static func bindings(_ state: DashboardState) -> [KeyBinding] {
    func does(_ action: Action) -> (KeyBinding) -> Bool {
      { $0.actions.contains { $0.action == action } }
    }
    let all = KeyBindings.active(in: state.view, of: state.views)
    if state.helpPage != nil { return all.filter(does(.back)) + all.filter(does(.quit)) }
    // The way out and the way to everything else come first, so they are never left out.
    let always = all.filter(does(.help)) + all.filter(does(.quit))
    let back = state.zoomed == nil ? [] : all.filter(does(.back))
    return always + back
      + all.filter { $0.hint != nil && !does(.help)($0) && !does(.quit)($0) }
  }

  /// What the reader should know of the screen itself.
  private static func note(_ state: DashboardState) -> KeyText {
    if state.isMouseReleased { return "mouse off: \(key: "m")" }
    if state.isReadOnly { return "read-only" }
    let names = hidden(state).map { $0.type.name }
    return names.isEmpty ? "" : "hidden: \(names.joined(separator: ", ")) (\(key: "e"))"
  }

  /// Panels without room; none of them counts while one is enlarged.
  private static func hidden(_ state: DashboardState) -> [PanelKind] {
    state.zoomed == nil ? Layout(state, state.size)?.hidden ?? [] : []
  }
}
