// Error rate against compute: one point for every mask measured.

import Backbones
import TerminalUI
import Tradeoff

enum PlotPanel: Panel {
  static let name = "plot"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    canvas.frame(title: "Trade-off", trailing: "lower left is better", theme: theme)
    let points = state.measurements.values.compactMap { Point($0, state) }
    let complete = points.filter(\.isComplete)
    let present = points.first { $0.mask == state.mask }
    func series(_ name: String, _ points: [Point], _ style: Style) -> ScatterPlot.Series {
      ScatterPlot.Series(
        name, points: points.map { ($0.cost, $0.errorRate) }, style: style,
        labels: points.map { "\($0.mask.keptCount)" })
    }
    let front = ParetoFront.of(complete) { ($0.cost, $0.errorRate) }
    let scale = (full: state.costs.gflopPerAudioSecond(state.fullMask), air: 1.04)
    ScatterPlot(
      series: [
        series("measured", complete, theme.text),
        series("partly", points.filter { !$0.isComplete }, theme.muted),
        // Nothing measured is better in both: the trade-off itself.
        ScatterPlot.Series(
          "", points: front.map { ($0.cost, $0.errorRate) }, style: theme.muted,
          isConnected: true, hasMarkers: false),
      ],
      current: present.map { ($0.cost, $0.errorRate) },
      currentLabel: present.map { "\($0.mask.keptCount)" } ?? "", currentStyle: theme.accentStrong,
      xLabel: "GFLOP per second of audio", yLabel: "WER %, with the number of layers run",
      // From nothing, so that half the compute is half the way.
      xRange: 0...max(scale.full * scale.air, 1e-9), axisStyle: theme.muted, hasLegend: true,
      symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas)
  }

  private struct Point {
    var mask: LayerMask
    /// GFLOP per second of audio, and percent.
    var cost, errorRate: Double
    var isComplete: Bool

    init?(_ measurement: Measurement, _ state: DashboardState) {
      guard let rate = measurement.errorRate else { return nil }
      mask = measurement.mask
      errorRate = rate * 100
      cost = state.costs.gflopPerAudioSecond(measurement.mask)
      isComplete = measurement.isComplete
    }
  }
}
