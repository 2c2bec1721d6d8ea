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
    var lines: [ScatterPlot.Series] = []
    var series: [ScatterPlot.Series] = []
    var partial: [ScatterPlot.Series] = []
    // What a press on each mark chooses, curve by curve.
    var choices: [[OperatingPoint]] = []
    var hasSaved = false
    for contestant in ComparisonPanel.contestants(state) {
      let depths = ComparisonPanel.depths(state)
      let known = depths.compactMap { count in
        state.measurements[contestant.point(keeping: count, state)].flatMap { Known(count, $0) }
      }
      let saved = contestant.saved(state)
      // Each saved point until it is measured here.
      let waiting = saved.filter { point in !known.contains { $0.count == point.keptLayers } }
      if !waiting.isEmpty { hasSaved = true }
      let curve =
        known.map { (x: Double($0.count), y: $0.rate) }
        + waiting.map { (x: Double($0.keptLayers), y: $0.errorRate * 100) }
      let look =
        state.comparesPolicies
        ? state.look(ofPolicy: contestant.policy) : state.look(ofModel: contestant.model)
      choices.append(known.map { contestant.point(keeping: $0.count, state) })
      lines.append(
        ScatterPlot.Series(
          "", points: curve.sorted { $0.x > $1.x }, style: look.style, isConnected: true,
          hasMarkers: false))
      series.append(
        ScatterPlot.Series(
          contestant.name + (PolicyCatalog.isDrawn(contestant.policy) ? ", one draw" : ""),
          points: known.map { (Double($0.count), $0.rate) }, style: look.style,
          intervals: known.map(\.interval), marker: look.marker))
      // Over the curve's own mark, so with as many series before it.
      partial.append(
        ScatterPlot.Series(
          "", points: known.filter { !$0.isComplete }.map { (Double($0.count), $0.rate) },
          style: look.style, marker: "?"))
    }
    if let index = partial.firstIndex(where: { !$0.points.isEmpty }) {
      partial[index].name = "partly measured"
    }
    let note = ScatterPlot.Series("saved sweep", points: [], style: theme.muted, hasMarkers: false)
    let hasBars = series.contains { $0.intervals.contains { $0 != nil } }
    ScatterPlot(
      series: lines + series + partial + (hasSaved ? [note] : []), xLabel: "layers run",
      yLabel: hasBars ? "WER %, bars: 95 % intervals" : "WER %",
      // Room for the marks that stand beside those of full depth.
      xRange: 0...Double(state.layerCount) * 1.08, yRange: 0...100, axisStyle: theme.muted,
      hasLegend: true, dodge: series.count, symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas) { index, point in
      let place = index - lines.count
      return choices.indices.contains(place) ? Action.choosePoint(choices[place][point]) : nil
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
