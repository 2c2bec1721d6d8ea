// Error rate against cost: all models' saved curves, and a point for every walk measured.

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
    let present = points.first { $0.walk == state.walk }
    let marks = marks(points, state)
    let look = state.look(ofModel: state.model)
    let unmarked = legend(points, state) + lines(points, state)
    ScatterPlot(
      series: unmarked + marks.map(\.series),
      current: present.map { ($0.cost, $0.errorRate) },
      currentLabel: present.map {
        marked("\($0.walk.keptCount)", isComplete: $0.isComplete)
      } ?? "",
      currentStyle: look.style.with { $0.bold = true },
      xLabel: state.plotAxis.rawValue, yLabel: "WER %, with the number of layers run",
      // From nothing, so that half the cost is half the way.
      xRange: range(state), yRange: 0...100, axisStyle: theme.muted, hasLegend: true,
      symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas) { series, point in
      let place = series - unmarked.count
      return marks.indices.contains(place) && marks[place].choices.indices.contains(point)
        ? Action.choosePoint(marks[place].choices[point]) : nil
    }
  }

  /// The models in their own order, then what else is drawn.
  private static func legend(_ points: [Point], _ state: DashboardState) -> [ScatterPlot.Series] {
    let models = state.subject.models.enumerated().map { index, model in
      let look = state.look(ofModel: index)
      return ScatterPlot.Series(model.name, points: [], style: look.style, marker: look.marker)
    }
    let muted = state.theme.muted
    let hasSaved = state.subject.models.indices.contains { !saved($0, state).isEmpty }
    let isPartial = points.contains { !$0.isComplete }
    return models
      + (hasSaved
        ? [ScatterPlot.Series("saved sweep", points: [], style: muted, hasMarkers: false)] : [])
      + (isPartial
        ? [ScatterPlot.Series("partly measured", points: [], style: muted, marker: "?")] : [])
  }

  /// The present model's over the others'.
  private static func order(_ state: DashboardState) -> [Int] {
    state.subject.models.indices.filter { $0 != state.model } + [state.model]
  }

  /// All models' saved curves; without one of the present model's, what of it is not beaten in both.
  private static func lines(_ points: [Point], _ state: DashboardState) -> [ScatterPlot.Series] {
    let curves = order(state).map { model in
      (style: state.look(ofModel: model).style, points: saved(model, state))
    }
    let isPresentSaved = !saved(state.model, state).isEmpty
    let front =
      isPresentSaved
      ? [] : ParetoFront.of(points.filter(\.isComplete)) { ($0.cost, $0.errorRate) }
    let best = (style: state.theme.muted, points: front.map { (x: $0.cost, y: $0.errorRate) })
    return (curves + [best])
      .filter { !$0.points.isEmpty }
      .flatMap { curve in
        [
          ScatterPlot.Series(
            "", points: curve.points, style: curve.style, isConnected: true, hasMarkers: false),
          // Their arrows.
          ScatterPlot.Series("", points: curve.points.filter { $0.y > 100 }, style: curve.style),
        ]
      }
  }

  /// What was measured here, and what a press on each mark chooses. Labels would hide each other: the
  /// present model has them.
  private static func marks(
    _ points: [Point], _ state: DashboardState
  ) -> [(series: ScatterPlot.Series, choices: [OperatingPoint])] {
    func marks(
      _ model: Int, _ points: [Point], _ marker: Character, hasLabels: Bool
    ) -> (series: ScatterPlot.Series, choices: [OperatingPoint]) {
      (
        ScatterPlot.Series(
          "", points: points.map { ($0.cost, $0.errorRate) },
          style: state.look(ofModel: model).style,
          labels: hasLabels ? points.map { "\($0.walk.keptCount)" } : [], marker: marker),
        points.map { state.point(model: model, walk: $0.walk) }
      )
    }
    var all = order(state).map { model in
      marks(
        model, Self.points(of: model, state).filter(\.isComplete),
        state.look(ofModel: model).marker, hasLabels: model == state.model)
    }
    all.append(marks(state.model, points.filter { !$0.isComplete }, "?", hasLabels: true))
    if let pinned = state.pinned, let known = state.measurements[pinned],
      let point = Point(known, of: pinned, state)
    {
      all.append(
        (
          ScatterPlot.Series(
            "pinned", points: [(point.cost, point.errorRate)], style: state.theme.other,
            marker: "p"), []
        ))
    }
    return all
  }

  /// A model's curve measured at another time, by the present policy. Times are this machine's or none.
  private static func saved(_ model: Int, _ state: DashboardState) -> [(x: Double, y: Double)] {
    if state.hidesAnswers { return [] }
    return state.saved(model, by: state.policy).compactMap { point -> (x: Double, y: Double)? in
      switch state.plotAxis {
      case .compute: (point.gflop, point.errorRate * 100)
      case .layers: (Double(point.keptLayers), point.errorRate * 100)
      case .latency: nil
      }
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
    let isHiding = state.hidesAnswers
    return state.measurements.compactMap { point, measurement in
      let isShown = !isHiding || point == state.presentPoint
      let isLike = point.decoding == state.decoding && point.compute == state.compute
      return point.model == model && isLike && isShown
        ? Point(measurement, of: point, state) : nil
    }
    // A dictionary's order differs from run to run, and where labels meet the first one stays.
    .sorted { ($0.cost, $0.walk.description) < ($1.cost, $1.walk.description) }
  }

  private struct Point {
    var walk: Walk
    /// In the axis's unit, and percent.
    var cost, errorRate: Double
    var isComplete: Bool

    init?(_ measurement: Measurement, of point: OperatingPoint, _ state: DashboardState) {
      guard let rate = measurement.errorRate else { return nil }
      walk = measurement.walk
      errorRate = rate * 100
      switch state.plotAxis {
      case .compute: cost = measurement.gflopPerAudioSecond(state.costs(point))
      case .latency:
        guard let seconds = state.seconds(point) else { return nil }
        cost = seconds * 1000
      case .layers: cost = measurement.meanKeptCount ?? Double(walk.keptCount)
      }
      isComplete = measurement.isComplete
    }
  }
}
