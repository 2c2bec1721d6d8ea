// Error rate against depth, a curve a model or a policy.

import TerminalUI
import Tradeoff

extension PanelKind {
  package static let curves = PanelKind(CurvesPanel.self)
}

enum CurvesPanel: Panel {
  static let name = "curves"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    canvas.frame(
      title: "Error rate over depth",
      trailing: "compare \(state.comparesPolicies ? "models" : "policies") (\(key: "v"))",
      theme: theme)
    var series: [ScatterPlot.Series] = []
    var partial: [ScatterPlot.Series] = []
    // What a press on each mark chooses, curve by curve.
    var choices: [[OperatingPoint]] = []
    for (index, contestant) in ComparisonPanel.contestants(state).enumerated() {
      let known = ComparisonPanel.depths(state).compactMap { count in
        state.measurements[contestant.point(keeping: count, state)].flatMap { Known(count, $0) }
      }
      choices.append(known.map { contestant.point(keeping: $0.count, state) })
      let style = theme.series[index % theme.series.count]
      series.append(
        ScatterPlot.Series(
          contestant.name, points: known.map { (Double($0.count), $0.rate) }, style: style,
          isConnected: true, intervals: known.map(\.interval)))
      // Over the curve's own mark, so with as many series before it.
      partial.append(
        ScatterPlot.Series(
          "", points: known.filter { !$0.isComplete }.map { (Double($0.count), $0.rate) },
          style: style, marker: "?"))
    }
    if let index = partial.firstIndex(where: { !$0.points.isEmpty }) {
      partial[index].name = "partly measured"
    }
    let hasBars = series.contains { $0.intervals.contains { $0 != nil } }
    ScatterPlot(
      series: series + partial, xLabel: "layers run",
      yLabel: hasBars ? "WER %, bars: 95 % intervals" : "WER %",
      // Room for the marks that stand beside those of full depth.
      xRange: 0...Double(state.layerCount) * 1.08, axisStyle: theme.muted, hasLegend: true,
      dodge: series.count, symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas) { series, point in
      choices.indices.contains(series) ? Action.choosePoint(choices[series][point]) : nil
    }
  }

  /// In percent.
  private struct Known {
    var count: Int
    var rate: Double
    var interval: ClosedRange<Double>?
    var isComplete: Bool

    init?(_ count: Int, _ measurement: Measurement) {
      guard let rate = measurement.errorRate else { return nil }
      self.count = count
      self.rate = rate * 100
      interval = measurement.interval.map { $0.lowerBound * 100...$0.upperBound * 100 }
      isComplete = measurement.isComplete
    }
  }
}
