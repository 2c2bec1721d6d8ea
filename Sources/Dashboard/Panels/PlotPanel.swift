// Error rate against compute: one point for every mask measured.

import Backbones
import TerminalUI
import Tradeoff

enum PlotPanel: Panel {
  static let name = "plot"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    canvas.frame(title: "Trade-off", trailing: "lower left is better", theme: theme)
    let points = points(of: state.model, state)
    let complete = points.filter(\.isComplete)
    let present = points.first { $0.mask == state.mask }
    let models = state.subject.models
    let name = models.count > 1 ? models[state.model].name : "measured"
    func series(_ name: String, _ points: [Point], _ style: Style) -> ScatterPlot.Series {
      ScatterPlot.Series(
        name, points: points.map { ($0.cost, $0.errorRate) }, style: style,
        labels: points.map { "\($0.mask.keptCount)" })
    }
    let front = ParetoFront.of(complete) { ($0.cost, $0.errorRate) }
    let others = models.indices.filter { $0 != state.model }.map {
      series(models[$0].name, Self.points(of: $0, state).filter(\.isComplete), theme.muted)
    }
    let dearest =
      models.indices.map {
        state.modelCosts[$0].gflopPerAudioSecond(.full(models[$0].layerCount))
      }.max() ?? 1
    ScatterPlot(
      series: [
        series(name, complete, theme.text),
        series("partly", points.filter { !$0.isComplete }, theme.muted),
        // Nothing measured is better in both: the trade-off itself.
        ScatterPlot.Series(
          "", points: front.map { ($0.cost, $0.errorRate) }, style: theme.muted,
          isConnected: true, hasMarkers: false),
      ] + others,
      current: present.map { ($0.cost, $0.errorRate) },
      currentLabel: present.map { "\($0.mask.keptCount)" } ?? "", currentStyle: theme.accentStrong,
      xLabel: "GFLOP per second of audio", yLabel: "WER %, with the number of layers run",
      // From nothing, so that half the compute is half the way.
      xRange: 0...max(dearest * 1.04, 1e-9), axisStyle: theme.muted, hasLegend: true,
      symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas)
  }

  private static func points(of model: Int, _ state: DashboardState) -> [Point] {
    state.measurements.compactMap { setting, measurement in
      setting.model == model ? Point(measurement, state.modelCosts[model]) : nil
    }
    // A dictionary's order differs from run to run, and where labels meet the first one stays.
    .sorted { ($0.cost, $0.mask.description) < ($1.cost, $1.mask.description) }
  }

  private struct Point {
    var mask: LayerMask
    /// GFLOP per second of audio, and percent.
    var cost, errorRate: Double
    var isComplete: Bool

    init?(_ measurement: Measurement, _ costs: CostModel) {
      guard let rate = measurement.errorRate else { return nil }
      mask = measurement.mask
      errorRate = rate * 100
      cost = costs.gflopPerAudioSecond(measurement.mask)
      isComplete = measurement.isComplete
    }
  }
}
