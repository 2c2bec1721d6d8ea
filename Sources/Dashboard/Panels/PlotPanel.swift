// Error rate against cost: one point for every mask measured, saved sweeps behind them.

import Backbones
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let plot = PanelKind(PlotPanel.self)
}

enum PlotPanel: Panel {
  static let name = "plot"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    canvas.frame(
      title: "Trade-off",
      trailing: "\(canvas.size.width >= 50 ? "lower left is better   " : "")axis (\(key: "a"))",
      theme: theme)
    let points = points(of: state.model, state)
    let complete = points.filter(\.isComplete)
    let partial = points.filter { !$0.isComplete }
    let present = points.first { $0.mask == state.mask }
    let models = state.subject.models
    let name = models.count > 1 ? models[state.model].name : "measured"
    // A mark for each role, the same whatever else is shown.
    let marks = state.symbols.markers
    func series(_ name: String, _ points: [Point], _ style: Style, _ mark: Character)
      -> ScatterPlot.Series
    {
      ScatterPlot.Series(
        name, points: points.map { ($0.cost, $0.errorRate) }, style: style,
        labels: points.map { "\($0.mask.keptCount)" }, marker: mark)
    }
    let front = ParetoFront.of(complete) { ($0.cost, $0.errorRate) }
    let others = models.indices.filter { $0 != state.model }.map { model in
      let points = Self.points(of: model, state).filter(\.isComplete)
      return (
        series: series(
          models[model].name, points, theme.muted, marks[2 + model % (marks.count - 2)]),
        choices: points.map { state.point(model: model, mask: $0.mask) }
      )
    }
    let pin = state.pinned.flatMap { pinned in
      state.measurements[pinned].flatMap {
        Point($0, state.modelCosts[pinned.model], state.plotAxis)
      }
    }
    // What a press on each mark chooses, series by series.
    let choices =
      [complete, partial, []].map { $0.map { state.point(model: state.model, mask: $0.mask) } }
      + others.map(\.choices)
    ScatterPlot(
      series: [
        series(name, complete, theme.text, marks[0]),
        series(
          partial.isEmpty ? "" : "partly measured", partial, theme.muted, "?"),
        // Nothing measured is better in both: the trade-off itself.
        ScatterPlot.Series(
          "", points: front.map { ($0.cost, $0.errorRate) }, style: theme.muted,
          isConnected: true, hasMarkers: false),
      ] + others.map(\.series) + saved(state) + (pin.map { [pinned($0, marks[1], theme)] } ?? []),
      current: present.map { ($0.cost, $0.errorRate) },
      currentLabel: present.map { "\($0.mask.keptCount)" } ?? "", currentStyle: theme.accentStrong,
      xLabel: state.plotAxis.rawValue, yLabel: "WER %, with the number of layers run",
      // From nothing, so that half the cost is half the way.
      xRange: range(state), axisStyle: theme.muted, hasLegend: true, symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas) { series, point in
      choices.indices.contains(series) ? Action.choosePoint(choices[series][point]) : nil
    }
  }

  /// Over a point that has its label already.
  private static func pinned(_ pin: Point, _ mark: Character, _ theme: Theme)
    -> ScatterPlot.Series
  {
    ScatterPlot.Series(
      "pinned", points: [(pin.cost, pin.errorRate)], style: theme.other, marker: mark)
  }

  /// The curve measured at another time, of the present model by the present policy.
  private static func saved(_ state: DashboardState) -> [ScatterPlot.Series] {
    let model = state.subject.models[state.model].name
    // Other decoding, other errors: no curve to compare with.
    let decoding = state.decoding == .greedy ? "greedy" : nil
    return state.savedSweeps.filter {
      $0.model == model && $0.policy == state.policy && $0.decoding == decoding
    }.map { sweep in
      ScatterPlot.Series(
        "saved \(sweep.policy)",
        points: sweep.points.map { point in
          let cost =
            switch state.plotAxis {
            case .compute: point.gflop
            case .latency: point.milliseconds
            case .layers: Double(point.keptLayers)
            }
          return (cost, point.errorRate * 100)
        }.sorted { $0.x < $1.x }, style: state.theme.muted, isConnected: true, hasMarkers: false)
    }
  }

  private static func range(_ state: DashboardState) -> ClosedRange<Double>? {
    switch state.plotAxis {
    case .compute:
      let models = state.subject.models
      let dearest = models.indices.map {
        state.modelCosts[$0].gflopPerAudioSecond(.full(models[$0].layerCount))
      }.max()
      return 0...max((dearest ?? 1) * 1.04, 1e-9)
    case .layers: return 0...Double(state.layerCount) * 1.04
    case .latency: return nil
    }
  }

  private static func points(of model: Int, _ state: DashboardState) -> [Point] {
    state.measurements.compactMap { point, measurement in
      point.model == model && point.decoding == state.decoding
        ? Point(measurement, state.modelCosts[model], state.plotAxis) : nil
    }
    // A dictionary's order differs from run to run, and where labels meet the first one stays.
    .sorted { ($0.cost, $0.mask.description) < ($1.cost, $1.mask.description) }
  }

  private struct Point {
    var mask: LayerMask
    /// In the axis's unit, and percent.
    var cost, errorRate: Double
    var isComplete: Bool

    init?(_ measurement: Measurement, _ costs: CostModel, _ axis: PlotAxis) {
      guard let rate = measurement.errorRate else { return nil }
      mask = measurement.mask
      errorRate = rate * 100
      switch axis {
      case .compute: cost = costs.gflopPerAudioSecond(measurement.mask)
      case .latency: cost = (measurement.meanSeconds ?? 0) * 1000
      case .layers: cost = Double(measurement.mask.keptCount)
      }
      isComplete = measurement.isComplete
    }
  }
}
