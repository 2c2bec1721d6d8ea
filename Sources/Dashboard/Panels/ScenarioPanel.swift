// A stream of utterances under changing compute: who answers in time, and how well.

import Foundation
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let scenario = PanelKind(ScenarioPanel.self)
}

enum ScenarioPanel: Panel {
  static let name = "scenario"

  /// With a frame, two rows of the trace, the moment and a row for each model.
  static let leastHeight = 9

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let trace = state.budget.traces[state.budget.trace]
    canvas.frame(
      title: "Scenario: \(trace.name)\(trace.remark)",
      trailing: "\(key: " ") \(state.budget.isPlaying ? "holds" : "plays")", theme: theme)
    canvas.edge(
      [
        "errors and times measured here, one utterance a second; \(key: "B") starts over",
        "measured here, one utterance a second; \(key: "B") starts over",
        "measured here; \(key: "B") starts over",
      ], width: size.width, y: size.height - 1, style: theme.muted)
    var area = canvas.area.inset(x: 2, y: 1)
    if size.height > leastHeight {
      canvas.wording(
        keys: ["\(trace.explanation) (\(key: "v") for others)", KeyText(trace.explanation)],
        x: area.x, y: area.y,
        style: theme.muted, width: area.width, symbols: state.symbols)
      area = area.split(top: 1).rest
    }
    let time = Double(state.budget.played ?? 0) * Budget.interval
    guard let scenario = Budget.scenario(state) else {
      let (plot, line) = area.split(top: min(12, max(2, area.height - 1)))
      drawTrace(trace, time, state, plot, &canvas)
      canvas.text(
        "waiting until every depth is measured ...", x: line.x, y: line.y, style: theme.muted,
        width: line.width)
      return
    }
    let (plot, below) = area.split(top: min(12, max(2, area.height - 6)))
    drawTrace(trace, time, state, plot, &canvas)
    drawMoment(trace, time, scenario, state, below, &canvas)
    // A blank line between the two where there is room.
    let table = below.split(top: below.height > 5 ? 2 : 1).rest
    drawScores(scenario, state, table, &canvas)
  }

  private static func drawMoment(
    _ trace: ComputeTrace, _ time: Double, _ scenario: Scenario, _ state: DashboardState,
    _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    canvas.pieces(
      [
        ("now ", theme.muted), ("\(fixed(trace.speed(at: time) * 100, 0)) %", theme.strong),
        (" of the speed, deadline ", theme.muted),
        ("\(significant(scenario.deadline * 1000)) ms", theme.strong),
        (", utterance ", theme.muted), ("\(state.budget.played ?? 0)", theme.strong),
      ], x: area.x, y: area.y, width: area.width)
  }

  private static func drawScores(
    _ scenario: Scenario, _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    Table(
      columns: [
        .init("the model"), .init("late", alignment: .right, width: 13),
        .init("WER %", alignment: .right, width: 7), .init("compute", alignment: .right, width: 9),
        .init("now", alignment: .right, width: 4),
      ],
      rows: Budget.contestants(scenario, state).map { contestant in
        let score = contestant.score
        return [
          StyledText(contestant.name, style: theme.strong),
          StyledText(
            "\(score.missedDeadlines) (\(percent(contestant.lateShare, decimals: 0)))",
            style: score.missedDeadlines > 0 ? theme.error : theme.accent),
          StyledText(
            score.answered > 0 ? fixed(score.counts.rate * 100, 1) : "–", style: theme.text),
          StyledText("\(significant(score.computeSeconds)) s", style: theme.text),
          StyledText("\(score.lastKept)", style: theme.muted),
        ]
      }, headerStyle: theme.muted, trackStyle: theme.border, symbols: state.symbols
    ).draw(in: area, on: &canvas)
  }

  /// The trace around now, newest at the right.
  private static func drawTrace(
    _ trace: ComputeTrace, _ time: Double, _ state: DashboardState, _ area: Rect,
    _ canvas: inout Canvas
  ) {
    guard area.width > 0 else { return }
    var raster = BrailleCanvas(area.size, symbols: state.symbols)
    let dots = raster.dots
    let span = trace.seconds
    for x in 0..<dots.width {
      let at = time + span * (Double(x) / Double(dots.width) - 0.25)
      guard at >= 0 else { continue }
      let height = Int(trace.speed(at: at) * Double(dots.height - 1))
      let style = at <= time ? state.theme.accent : state.theme.muted
      for y in 0...height { raster.set(x: x, y: dots.height - 1 - y, style: style, mark: ":") }
    }
    raster.draw(x: area.x, y: area.y, on: &canvas)
    let now = area.x + area.width / 4
    canvas.text("▼", x: now, y: area.y, style: state.theme.accentStrong)
  }
}
