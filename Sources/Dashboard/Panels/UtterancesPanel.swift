// The split's utterances with their errors, sorted and filtered.

import TerminalUI
import Tradeoff

extension PanelKind {
  package static let utterances = PanelKind(UtterancesPanel.self)
}

enum UtterancesPanel: Panel {
  static let name = "utterances"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let rows = state.listedUtterances
    let place = rows.firstIndex(of: state.utterance)
    canvas.frame(
      title: "Utterances" + (place.map { " \($0 + 1)/\(rows.count)" } ?? ""),
      trailing: trailing(state, canvas.size.width), theme: theme)
    canvas.wheel(up: .previousUtterance, down: .nextUtterance)
    let area = canvas.area.inset(x: 2, y: 1)
    guard !rows.isEmpty else {
      let why: KeyText =
        state.list.filter.isEmpty
        ? "the split is empty"
        : "nothing contains \"\(state.list.filter)\"; \(key: .escape) shows all again"
      canvas.text(keys: why, x: area.x, y: area.y, style: theme.muted, width: area.width)
      return
    }
    table(state, rows).draw(in: area, scroll: scroll(place, area), on: &canvas) {
      Action.utterance(rows[$0])
    }
  }

  private static func trailing(_ state: DashboardState, _ width: Int) -> KeyText {
    let order: KeyText = "\(state.list.order.rawValue) (\(key: "S"))"
    let filter: KeyText =
      state.list.filter.isEmpty ? "" : "\"\(state.list.filter)\" (\(key: "/"))  "
    return filter.width + order.width + 30 <= width ? filter + order : filter
  }

  private static func table(_ state: DashboardState, _ rows: [Int]) -> Table {
    let theme = state.theme
    let isFull = state.isFull
    return Table(
      columns: [
        .init("errors", alignment: .right, width: 6), .init("full", alignment: .right, width: 4),
        .init("", width: 3), .init("what was said"),
      ],
      rows: rows.map { index in
        let now = state.present?.results[index]?.counts
        let full = state.fullDepth?.results[index]?.counts
        let change = (now?.errors ?? 0) - (full?.errors ?? 0)
        let isKnown = now != nil && full != nil && !isFull
        let mark =
          !isKnown || change == 0 ? "" : change > 0 ? "▲\(change)" : "▼\(-change)"
        return [
          StyledText(
            now.map { "\($0.errors)/\($0.words)" } ?? "–",
            style: (now?.errors ?? 0) > 0 ? theme.error : theme.text),
          StyledText(full.map { "\($0.errors)" } ?? "–", style: theme.muted),
          StyledText(mark, style: change > 0 ? theme.error : theme.accent),
          StyledText(
            state.subject.utterances[index].words.joined(separator: " "), style: theme.text),
        ]
      }, selection: rows.firstIndex(of: state.utterance), headerStyle: theme.muted,
      trackStyle: theme.border,
      symbols: state.symbols)
  }

  /// The chosen row in the middle where possible.
  private static func scroll(_ place: Int?, _ area: Rect) -> Int {
    max(0, (place ?? 0) - (area.height - 1) / 2)
  }
}
