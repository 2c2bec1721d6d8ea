// The last two lines: what the evaluator is doing, and the keys that matter now.

import TerminalUI

enum FooterPanel: Panel {
  static let name = "footer"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let width = canvas.size.width
    // Tests wait for the two numbers to be equal: nothing is asked for that is not answered.
    let generation = "gen \(state.newest?.id ?? 0) done \(state.doneID)"
    let (mark, text, style) = activity(state)
    canvas.pieces(
      [("\(mark) ", style), (text, theme.text)], x: 1, y: 0, width: width - generation.count - 4)
    canvas.textRight(generation, end: width - 1, y: 0, style: theme.muted)

    let hidden = hiddenNote(state)
    let end = width - 1 - (hidden.isEmpty ? 0 : hidden.count + 2)
    KeyHints(hints(state), keyStyle: theme.strong, actionStyle: theme.muted)
      .draw(in: Rect(x: 1, y: 1, width: end - 1, height: 1), on: &canvas)
    canvas.textRight(hidden, end: width - 1, y: 1, style: theme.muted)
  }

  private static func activity(_ state: DashboardState) -> (mark: String, String, Style) {
    let theme = state.theme
    let total = state.subject.utterances.count
    switch state.activity {
    case .preparing(let step):
      return ("◆", "\(step) …", theme.accent)
    case .measuring:
      guard let setting = state.measured else { return ("●", "measuring", theme.accent) }
      let done = state.measurements[setting]?.measuredCount ?? 0
      let what =
        setting == state.presentSetting
        ? "measuring \(setting.mask.keptCount) of \(state.layerCount) layers"
        : setting.model == state.model
          ? "measuring full depth to compare"
          : "measuring \(state.subject.models[setting.model].name) to compare"
      return ("●", "\(what): \(done)/\(total)", theme.accent)
    case .idle:
      return ("○", "measured; the evaluator rests", theme.muted)
    case .failed(let reason), .unavailable(let reason):
      return ("×", reason, theme.error)
    }
  }

  /// Labels are shortened to their first key or pair of keys.
  private static func hints(_ state: DashboardState) -> [(key: String, action: String)] {
    if state.isHelpShown { return [("Esc", "back"), ("q", "quit")] }
    var hints = KeyBindings.all.compactMap { binding in
      binding.hint.map { (binding.shortLabel, $0) }
    }
    // The way out and the way to everything else come first, so they are never left out.
    let always = hints.filter { $0.1 == "help" || $0.1 == "quit" }
    hints.removeAll { $0.1 == "help" || $0.1 == "quit" }
    if state.enlarged != nil { hints.insert(("Esc", "back"), at: 0) }
    return always + hints
  }

  private static func hiddenNote(_ state: DashboardState) -> String {
    guard state.enlarged == nil, let hidden = Layout(state, state.size)?.hidden, !hidden.isEmpty
    else { return "" }
    return "hidden: " + hidden.map { $0.type.name }.joined(separator: ", ") + " (e)"
  }
}
