// What each layer is worth, from the audio down to the text: its Shapley value, and full depth without it.

import Backbones
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let worth = PanelKind(WorthPanel.self)
}

enum WorthPanel: Panel {
  static let name = "worth"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(
      title: "What layers are worth", trailing: "a click switches one", theme: theme)
    guard let survey = state.survey else {
      canvas.text("needs an atlas", x: 2, y: 1, style: theme.muted, width: size.width - 4)
      return
    }
    let columns = Columns(width: size.width)
    canvas.wording(
      "Shapley, nats", "Shapley", x: columns.shapley, y: 1, style: theme.muted,
      width: columns.width, symbols: state.symbols)
    canvas.wording(
      "without it, points", "without it", x: columns.knockOut, y: 1, style: theme.muted,
      width: columns.width, symbols: state.symbols)
    let values = survey.shapleyValues
    let mostWorth = values?.map(abs).max() ?? 0
    let mostMissed = survey.knockOuts.compactMap { $0.map(abs) }.max() ?? 0
    let changed = changed(state, survey)
    let pitch = size.height - 3 >= 2 * state.layerCount ? 2 : 1
    let shown = min(state.layerCount, max(0, size.height - 3))
    let rows = window(of: shown, around: changed.first ?? 0, in: state.layerCount)
    for (row, layer) in rows.enumerated() {
      let y = 2 + row * pitch
      let runs = state.mask[layer]
      canvas.press(Rect(x: 1, y: y, width: size.width - 2, height: 1), .toggle(layer))
      if changed.contains(layer) { canvas.text("▸", x: 1, y: y, style: theme.accentStrong) }
      canvas.textRight("\(layer + 1)", end: 5, y: y, style: runs ? theme.text : theme.skipped)
      canvas.text(runs ? "■" : "□", x: 6, y: y, style: runs ? theme.accent : theme.skipped)
      let value = values?[layer]
      drawBar(
        value, of: mostWorth, value.map { signed($0) } ?? "–", columns.shapley, y, columns, state,
        &canvas)
      let missed = survey.knockOuts[layer]
      drawBar(
        missed, of: mostMissed, missed.map(points) ?? "–", columns.knockOut, y, columns, state,
        &canvas)
    }
    let hidden = state.layerCount - rows.count
    if hidden > 0 {
      canvas.more("+\(hidden) more", state)
    } else {
      canvas.edge(remarks(values), width: size.width, y: size.height - 1, style: theme.muted)
    }
  }

  /// Less than nothing has its sign beside another colour.
  private static func drawBar(
    _ value: Double?, of most: Double, _ text: String, _ x: Int, _ y: Int, _ columns: Columns,
    _ state: DashboardState, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    canvas.textRight(text, end: x + columns.width, y: y, style: theme.text)
    guard let value, most > 0 else { return }
    Gauge(
      abs(value) / most, style: value < 0 ? theme.other : theme.accent, trackStyle: nil,
      symbols: state.symbols
    ).draw(in: Rect(x: x, y: y, width: columns.width - Columns.number, height: 1), on: &canvas)
  }

  private static func signed(_ value: Double) -> String {
    let text = fixed(abs(value), 2)
    return value < 0 && text != "0.00" ? "−\(text)" : text
  }

  /// Layers that the neighbour under the cursor would switch.
  private static func changed(_ state: DashboardState, _ survey: AtlasSurvey) -> [Int] {
    let neighbours = survey.neighbours(of: state.mask)
    guard neighbours.indices.contains(state.neighbour) else { return [] }
    let mask = neighbours[state.neighbour].mask
    return (0..<state.layerCount).filter { mask[$0] != state.mask[$0] }
  }

  private static func remarks(_ values: [Double]?) -> [KeyText] {
    guard let values else {
      return ["masks are missing: no exact Shapley values", "masks are missing: none exact"]
    }
    let sum = signed(values.reduce(0, +))
    return [
      "Shapley values: CTC loss of an utterance, \(sum) nats between none and all",
      "CTC loss, \(sum) nats between none and all", "\(sum) nats in all",
    ]
  }

  private struct Columns {
    /// Where each of the two starts, and how wide it is with its number.
    var shapley, knockOut, width: Int

    static let number = 7

    init(width panel: Int) {
      shapley = 8
      width = max(0, (panel - 2 - shapley - 1) / 2)
      knockOut = shapley + width + 1
    }
  }
}
