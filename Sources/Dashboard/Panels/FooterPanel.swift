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
    let generation = "gen \(state.newest?.id ?? 0) done \(state.doneID)"
    let room = width - generation.count - 4
    let (mark, text, style) =
      state.prompt.map { ("▸", line(of: $0, width: room - 2), theme.accentStrong) }
      ?? activity(state)
    canvas.text("\(mark) ", x: 1, y: 0, style: style, width: room)
    canvas.wording(text, x: 3, y: 0, style: theme.text, width: room - 2, symbols: state.symbols)
    canvas.textRight(generation, end: width - 1, y: 0, style: theme.muted)

    let (hints, place) = keys(state, width: width)
    hints.draw(in: place, on: &canvas)
    canvas.textRight(note(state), end: width - 1, y: 1, style: theme.muted)
  }

  /// What is being typed, its end in sight however long it is.
  private static func line(of prompt: Prompt, width: Int) -> String {
    let (name, short) =
      switch prompt.kind {
      case .dropRatio: ("drop ratio in %", "%")
      case .filter: ("text or id contains", "find")
      case .file: ("WAV or FLAC file", "file")
      case .guess: ("your guess of the word error rate in %", "guess in %")
      }
    for form in [
      "\(name): \(prompt.text)_   Enter takes it, Esc leaves", "\(name): \(prompt.text)_",
      "\(short): \(prompt.text)_",
    ] where CharacterWidth.of(form) <= width {
      return form
    }
    var end = prompt.text
    while !end.isEmpty, CharacterWidth.of("\(short): …\(end)_") > width { end.removeFirst() }
    return "\(short): …\(end)_"
  }

  private static func activity(_ state: DashboardState) -> (mark: String, String, Style) {
    let theme = state.theme
    let total = state.subject.utterances.count
    if !state.notice.isEmpty { return ("◆", state.notice, theme.accent) }
    if state.isPaused {
      let count = state.present?.measuredCount ?? 0
      return ("‖", "paused at \(count)/\(total): z goes on, Z one more", theme.accentStrong)
    }
    switch state.activity {
    case .preparing(let step):
      return ("◆", "\(step) …", theme.accent)
    case .measuring:
      guard let point = state.measured else { return ("●", "measuring", theme.accent) }
      let done = state.measurements[point]?.measuredCount ?? 0
      return ("●", "measuring \(purpose(of: point, state)): \(done)/\(total)", theme.accent)
    case .idle:
      return ("○", "measured; the evaluator rests", theme.muted)
    case .failed(let reason), .unavailable(let reason):
      return ("×", reason, theme.error)
    }
  }

  /// What is measured, and what for.
  private static func purpose(
    of point: OperatingPoint, _ state: DashboardState
  ) -> String {
    let count = point.mask.keptCount
    let layers = "\(count) of \(point.mask.layerCount) layers"
    if point == state.presentPoint { return layers }
    if point == state.pinned { return "the pinned setting" }
    let isFull = count == point.mask.layerCount
    guard point.model == state.model else {
      let name = state.subject.models[point.model].name
      return point == state.rival?.point
        ? "\(name) to compare" : "\(name), \(layers), to compare"
    }
    if isFull { return "full depth to compare" }
    func isMask(of policy: String) -> Bool {
      point.mask
        == PolicyCatalog.mask(
          policy, seed: state.seed, keeping: count, of: point.mask.layerCount)
    }
    if isMask(of: state.policy) { return "\(layers), for this view" }
    let policy = PolicyCatalog.names.first(where: isMask)
    return [policy, layers].compactMap { $0 }.joined(separator: ", ") + ", to compare"
  }

  /// A click on a key does what the key does.
  static func action(_ mouse: MouseEvent, _ state: DashboardState, _ area: Rect) -> Action? {
    let (hints, place) = keys(state, width: area.width)
    guard mouse.kind == .press, mouse.y == area.y + place.y,
      let index = hints.hint(at: mouse.x - area.x, in: place)
    else { return nil }
    return bindings(state)[index].actions.first?.action
  }

  /// The keys and where they stand, next to whatever is said at the right end.
  private static func keys(_ state: DashboardState, width: Int) -> (KeyHints, Rect) {
    let note = note(state)
    let end = width - 1 - (note.isEmpty ? 0 : note.count + 2)
    let hints = KeyHints(
      bindings(state).map { ($0.shortLabel, hint($0, state)) }, keyStyle: state.theme.strong,
      actionStyle: state.theme.muted)
    return (hints, Rect(x: 1, y: 1, width: end - 1, height: 1))
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
  private static func note(_ state: DashboardState) -> String {
    if state.isMouseReleased { return "mouse off: m" }
    if state.isReadOnly { return "read-only" }
    guard state.zoomed == nil, let hidden = Layout(state, state.size)?.hidden, !hidden.isEmpty
    else { return "" }
    return "hidden: " + hidden.map { $0.type.name }.joined(separator: ", ") + " (e)"
  }
}
