// What trainings make smaller: CTC, and the divergence from the teacher.

import TerminalUI
import Training

extension PanelKind {
  package static let losses = PanelKind(LossesPanel.self)
}

enum LossesPanel: Panel {
  static let name = "losses"

  private struct Loss {
    var name: String
    var unit: String
    var value: @Sendable (TrainingRecord) -> Double
    /// Where it is 0 all along.
    var absence: String
  }

  private static let losses = [
    Loss(name: "CTC", unit: "nats a token", value: \.ctc, absence: "no losses yet"),
    Loss(
      name: "KL", unit: "from the teacher", value: \.kl,
      absence: "KL is 0: nothing is distilled here"),
  ]

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    canvas.frame(title: "Losses", theme: state.theme)
    let area = canvas.area.inset(x: 2, y: 1)
    guard !state.training.shown.isEmpty else { return }
    canvas.edge(
      ["a step's passes added up, on the average of the steps between two lines of the log"],
      width: canvas.size.width, y: canvas.size.height - 1, style: state.theme.muted)
    let places =
      area.width >= 48
      ? area.columns(losses.count, gap: 2)
      : area.height >= 14 ? area.rows(losses.count) : [area]
    for (loss, place) in zip(losses, places) { draw(loss, state, place, &canvas) }
    if places.count < losses.count { canvas.more("+KL", state) }
  }

  private static func draw(
    _ loss: Loss, _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let training = state.training
    let unit = TrainingTime(longest: training.end)
    let has = training.shown.map { run in run.steps.contains { loss.value($0) != 0 } }
    guard has.contains(true) else {
      canvas.wrapped(StyledText(loss.absence, style: theme.muted), in: area)
      return
    }
    let values = training.shown.enumerated().map { index, run in
      let value =
        has[index] ? run.record(at: training.now).map { fixed(loss.value($0), 2) } : "none"
      return "\(LearningPanel.look(index, state).marker) \(value ?? "–")"
    }.joined(separator: " ")
    let forms = ["\(loss.name), \(loss.unit): \(values)", "\(loss.name): \(values)"]
    // Two dots a column.
    let most = max(2, area.width * 2)
    let whole = training.shown.flatMap { $0.values(loss.value, until: .infinity, most: most) }
    let highest = whole.map(\.y).filter(\.isFinite).max() ?? 0
    ScatterPlot(
      series: training.shown.enumerated().filter { has[$0.offset] }.map { index, run in
        ScatterPlot.Series(
          "",
          points: run.values(loss.value, until: training.now, most: most)
            .map { (unit.of($0.x), $0.y) },
          style: LearningPanel.look(index, state).style, isConnected: true, hasMarkers: false)
      }, xLabel: unit.name,
      yLabel: forms.first { CharacterWidth.of($0) <= area.width } ?? forms[1],
      // Of all of it, so that it does not move while it is played.
      xRange: 0...unit.of(max(training.end, 1)), yRange: 0...max(highest * 1.04, 1e-9),
      axisStyle: theme.muted, symbols: state.symbols
    ).draw(in: area, on: &canvas)
  }
}
