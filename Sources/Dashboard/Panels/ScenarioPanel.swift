// A stream of utterances under changing compute: who answers in time, and how well.

import Foundation
import TerminalUI
import Tradeoff

enum ScenarioPanel: Panel {
  static let name = "scenario"

  /// An utterance a second.
  private static let interval = 1.0

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let trace = state.budget.traces[state.budget.trace]
    canvas.frame(
      title: "Scenario: \(trace.name)",
      trailing: state.budget.isPlaying ? "Space holds" : "Space plays", theme: theme)
    let width = size.width - 4
    canvas.wording(
      "\(trace.explanation) (v for others; made up)", "\(trace.explanation) (made up)", "made up",
      x: 2,
      y: 1, style: theme.muted, width: width, symbols: state.symbols)
    let played = state.budget.played ?? 0
    let time = Double(played) * interval
    let height = min(12, max(2, size.height - 12))
    drawTrace(trace, time, state, Rect(x: 2, y: 2, width: width, height: height), &canvas)
    var y = 2 + height
    guard let scenario = scenario(state) else {
      canvas.text(
        "waiting for the measurements of every depth ...", x: 2, y: y, style: theme.muted,
        width: width)
      return
    }
    canvas.pieces(
      [
        ("now ", theme.muted), ("\(fixed(trace.speed(at: time) * 100, 0)) %", theme.strong),
        (" of the speed, deadline ", theme.muted),
        ("\(significant(scenario.deadline * 1000)) ms", theme.strong),
        (", utterance ", theme.muted), ("\(played)", theme.strong),
      ], x: 2, y: y, width: width)
    y += height >= 4 ? 2 : 1
    let count = state.layerCount
    let contestants: [(String, (Double) -> Int?)] = [
      ("chooses its depth", { scenario.dynamicChoice(speed: $0) }),
      ("always \(count) layers", { _ in scenario.staticChoice(keeping: count) }),
      ("always \(count / 2) layers", { _ in scenario.staticChoice(keeping: count / 2) }),
    ]
    Table(
      columns: [
        .init("the model"), .init("late", alignment: .right, width: 10),
        .init("WER %", alignment: .right, width: 7), .init("compute", alignment: .right, width: 9),
        .init("now", alignment: .right, width: 4),
      ],
      rows: contestants.map { name, choose in
        let score = scenario.play(utterances: played, choose: choose)
        let late = score.answered > 0 ? Double(score.missedDeadlines) / Double(score.answered) : 0
        return [
          StyledText(name, style: theme.strong),
          StyledText(
            "\(score.missedDeadlines) (\(fixed(late * 100, 0)) %)",
            style: score.missedDeadlines > 0 ? theme.error : theme.accent),
          StyledText(
            score.answered > 0 ? fixed(score.counts.rate * 100, 1) : "–", style: theme.text),
          StyledText("\(significant(score.computeSeconds)) s", style: theme.text),
          StyledText("\(score.lastKept)", style: theme.muted),
        ]
      }, headerStyle: theme.muted, symbols: state.symbols
    ).draw(in: Rect(x: 2, y: y, width: width, height: size.height - y - 2), on: &canvas)
    canvas.wording(
      "errors and times measured here, one utterance a second; 0 starts over",
      "measured here, one utterance a second; 0 starts over", "measured here; 0 starts over", x: 2,
      y: size.height - 2, style: theme.muted, width: width, symbols: state.symbols)
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

  /// Nil until every depth has been measured to the end.
  private static func scenario(_ state: DashboardState) -> Scenario? {
    let device = Device.all[state.budget.device]
    var choices: [Scenario.Choice] = []
    for mask in BudgetView.masks(state) {
      guard let measurement = state.measurement(mask), measurement.isComplete,
        let mean = measurement.meanSeconds
      else { return nil }
      let results = measurement.results.compactMap { $0 }
      choices.append(
        Scenario.Choice(
          mask: mask, expectedSeconds: mean / device.speed, counts: results.map(\.counts),
          seconds: results.map { $0.seconds / device.speed }))
    }
    return choices.isEmpty
      ? nil
      : Scenario(
        trace: state.budget.traces[state.budget.trace], interval: interval,
        deadline: deadline(state), choices: choices)
  }

  /// The budget; one in FLOPs is as long as the present mask takes.
  private static func deadline(_ state: DashboardState) -> Double {
    switch state.budget.unit {
    case .milliseconds: state.budget.amount / 1000
    case .gflop: (BudgetPanel.milliseconds(state.mask, state) ?? 10) / 1000
    }
  }
}
