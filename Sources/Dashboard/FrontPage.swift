// The front over all axes: error rate over cost of every way that was tried, and the cheapest one.

import Backbones
import TerminalUI
import Tradeoff

enum FrontPage {
  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    guard let area = area(state, canvas.size) else { return }
    let theme = state.theme
    var page = Canvas(area.size)
    let ways = state.frontWays
    let front = DashboardState.front(ways)
    let keys: KeyText =
      "target (\(key: "+") \(key: "-"))  FLOPs/time (\(key: "f"))  take (\(key: .enter))  "
      + "leave (\(key: .escape))"
    page.frame(title: "What is the cheapest way?", trailing: keys, theme: theme)
    let inside = page.area.inset(x: 2, y: 1)
    let lines = sentences(state, ways).flatMap {
      StyledText($0.text, style: $0.style).wrapped(width: inside.width)
    }
    let (upper, below) = inside.split(bottom: min(lines.count, inside.height / 2))
    for (row, line) in lines.prefix(below.height).enumerated() {
      page.text(line, x: below.x, y: below.y + row)
    }
    let hasTable = upper.width >= 100
    let (field, table) = upper.split(right: hasTable ? 48 : 0)
    plot(ways, front, state).draw(in: field, on: &page) { series, point in
      series == 3 ? Action.choosePoint(front[point].point) : nil
    }
    if hasTable {
      Self.table(front, state).draw(in: table, on: &page) {
        Action.choosePoint(front[$0].point)
      }
    }
    let run: KeyText = "\(key: " ") \(state.front.isRunning ? "stops" : "goes on")"
    page.edge(
      progress(state, ways).map { "\($0), \(run)" } + [run], width: area.width,
      y: area.height - 1, style: theme.muted)
    page.mapActions { action in
      if let key = action as? Key { return Action.key(key) }
      return action
    }
    // What lies beneath is not pressed through it.
    canvas.press(area, .front(.open))
    canvas.target(area, Action.front(.target(1)), on: [.wheelUp])
    canvas.target(area, Action.front(.target(-1)), on: [.wheelDown])
    canvas.paste(page, x: area.x, y: area.y)
  }

  /// Between the slider and the footer, over the panels.
  private static func area(_ state: DashboardState, _ size: Size) -> Rect? {
    guard let layout = Layout(state, size), let slider = layout[.slider],
      let end = layout[.tour]?.y ?? layout[.footer]?.y, end - slider.maxY >= 4
    else { return nil }
    return Rect(x: 0, y: slider.maxY, width: size.width, height: end - slider.maxY)
  }

  // MARK: - The plot

  private static func plot(
    _ ways: [FrontWay], _ front: [FrontWay], _ state: DashboardState
  ) -> ScatterPlot {
    let theme = state.theme
    func places(_ ways: [FrontWay]) -> [(x: Double, y: Double)] {
      ways.map { ($0.share * 100, $0.errorRate * 100) }
    }
    let isASCII = state.symbols.dots == .ascii
    let bytes = ways.filter { $0.point.compute.precision == .int8 }
    let floats = ways.filter { $0.point.compute.precision != .int8 }
    let target = Double(state.front.target)
    let dearest = max(1, ways.map(\.share).max() ?? 1) * 104
    let split = state.front.ground.map { " on \($0.split)" } ?? ""
    return ScatterPlot(
      series: [
        ScatterPlot.Series(
          "float32", points: places(floats), style: theme.muted, marker: isASCII ? "o" : "○"),
        ScatterPlot.Series(
          "int8", points: places(bytes), style: theme.text, marker: isASCII ? "8" : "▫"),
        ScatterPlot.Series(
          "target", points: [(0, target), (dearest, target)], style: theme.other,
          isConnected: true, hasMarkers: false),
        // Over what it is made of.
        ScatterPlot.Series(
          "front", points: places(front), style: theme.accentStrong, isConnected: true,
          labels: front.map { "\($0.point.walk.keptCount)" }, marker: isASCII ? "*" : "◆"),
      ],
      xLabel: "% of the full float32 model's \(state.front.unit.rawValue)",
      yLabel: "WER %\(split), with the number of layers run", xRange: 0...dearest,
      yRange: 0...min(100, max(target, ways.map { $0.errorRate * 100 }.max() ?? 100) * 1.04),
      axisStyle: theme.muted, hasLegend: true, symbols: state.symbols)
  }

  private static func table(_ front: [FrontWay], _ state: DashboardState) -> Table {
    let theme = state.theme
    let cheapest = state.cheapest(front)
    return Table(
      columns: [
        .init(state.front.unit.rawValue, alignment: .right, width: 6),
        .init("WER %", alignment: .right, width: 6), .init("run", alignment: .right, width: 3),
        .init("rank, width, precision"),
      ],
      rows: front.map { way in
        [
          StyledText(percent(way.share, decimals: 0), style: theme.text),
          StyledText(
            marked(fixed(way.errorRate * 100, 1), isComplete: way.isComplete), style: theme.text),
          StyledText("\(way.point.walk.keptCount)", style: theme.muted),
          StyledText(way.point.compute.word, style: theme.muted),
        ]
      },
      selection: front.firstIndex { $0.point == cheapest?.point },
      headerStyle: theme.muted, trackStyle: theme.border, symbols: state.symbols)
  }

  // MARK: - What is said

  /// The answer, and how cost is counted.
  private static func sentences(
    _ state: DashboardState, _ ways: [FrontWay]
  ) -> [(text: String, style: Style)] {
    let theme = state.theme
    let counted =
      switch state.front.unit {
      case .flops:
        "FLOPs are counted from shapes: an operation of int8 is one, like one of float32; f counts time."
      case .time:
        "Time is measured here, one thread: int8 takes what it takes; f counts FLOPs."
      }
    return [(answer(state, ways), theme.strong), (counted, theme.muted)]
  }

  /// The cheapest way to the target in a sentence.
  static func answer(_ state: DashboardState, _ ways: [FrontWay]) -> String {
    let target = "\(state.front.target) %"
    guard let ground = state.front.ground, let best = ways.min(by: { $0.errorRate < $1.errorRate })
    else { return "The cheapest way to \(target): nothing is measured yet." }
    let unit = state.front.unit == .flops ? "of the FLOPs" : "of the time"
    func say(_ way: FrontWay) -> String {
      let rate = marked(percent(way.errorRate), isComplete: way.isComplete)
      let layers = "\(way.point.walk.keptCount) of \(way.point.walk.layerCount) layers"
      return "\(layers)\(way.point.remark), \(percent(way.share, decimals: 0)) \(unit), "
        + "\(rate) of the words wrong"
    }
    let tried =
      "of \(ways.count) \(ways.count == 1 ? "way" : "ways") tried on \(ground.split)"
      + (state.beam == nil ? "" : ", greedily,")
    guard let way = state.cheapest(ways) else {
      return "None \(tried) reaches \(target); the best: \(say(best))."
    }
    return "The cheapest \(tried) to \(target): \(say(way))."
  }

  /// How far it is, from long to short.
  private static func progress(_ state: DashboardState, _ ways: [FrontWay]) -> [String] {
    let all = state.frontPoints.count
    guard let ground = state.front.ground else { return ["\(all) ways to try"] }
    let complete = ways.count { $0.isComplete }
    return [
      "masks by \(state.frontPolicy); \(ways.count) of \(all) ways, \(complete) of them on all "
        + "\(grouped(ground.utterances)) utterances of \(ground.split), ? on fewer",
      "\(ways.count) of \(all) ways, \(complete) on all of \(ground.split)",
      "\(ways.count) of \(all) ways",
    ]
  }
}
