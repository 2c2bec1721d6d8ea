// Points and lines over two axes. Series differ by marker, so that colour is never needed.

package struct ScatterPlot: Sendable {
  package struct Series: Sendable {
    package var name: String
    package var points: [(x: Double, y: Double)]
    package var style: Style
    /// Joins neighbouring points with a line.
    package var isConnected: Bool
    /// Marks each point; false leaves only the line, or single dots.
    package var hasMarkers: Bool
    /// Short texts beside the markers, in the points' order; those without room are left out.
    package var labels: [String]
    /// Of `y`, in the points' order, as vertical bars.
    package var intervals: [ClosedRange<Double>?]
    /// Nil: by the place among the series.
    package var marker: Character?

    package init(
      _ name: String, points: [(x: Double, y: Double)], style: Style = Style(),
      isConnected: Bool = false, hasMarkers: Bool = true, labels: [String] = [],
      intervals: [ClosedRange<Double>?] = [], marker: Character? = nil
    ) {
      self.name = name
      self.points = points
      self.style = style
      self.isConnected = isConnected
      self.hasMarkers = hasMarkers
      self.labels = labels
      self.intervals = intervals
      self.marker = marker
    }
  }

  package var series: [Series]
  /// Behind all series.
  package var cloud: PointCloud?
  /// Drawn last with its own marker.
  package var current: (x: Double, y: Double)?
  /// Beside its marker.
  package var currentLabel: String
  package var currentStyle: Style
  /// Names of the axes with their units.
  package var xLabel: String
  package var yLabel: String
  /// Nil: what the points need, from 0 on if they are all on one side of it. One that is given and begins
  /// at 0 has its ticks a whole number of cells apart, which makes an axis a little longer or the plot a
  /// little lower; points above a given `yRange` are arrows at its upper edge.
  package var xRange: ClosedRange<Double>?
  package var yRange: ClosedRange<Double>?
  package var axisStyle: Style
  /// Lists the series' markers and names under the plot.
  package var hasLegend: Bool
  /// So many series are moved a whole cell from each other, so that points at one x stand side by
  /// side; those after them go where the first ones went.
  package var dodge: Int
  package var symbols: Symbols

  package init(
    series: [Series], current: (x: Double, y: Double)? = nil, currentLabel: String = "",
    currentStyle: Style = Style(bold: true), xLabel: String = "", yLabel: String = "",
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil,
    axisStyle: Style = Style(), hasLegend: Bool = false, dodge: Int = 1,
    symbols: Symbols = .braille
  ) {
    self.series = series
    self.current = current
    self.currentLabel = currentLabel
    self.currentStyle = currentStyle
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
    self.axisStyle = axisStyle
    self.hasLegend = hasLegend
    self.dodge = max(1, dodge)
    self.symbols = symbols
  }

  /// An area too small for axes shows only the points.
  /// - Parameter action: what a press on the marker of a series' point asks for, by their indices.
  package func draw(
    in area: Rect, on canvas: inout Canvas,
    action: (_ series: Int, _ point: Int) -> (any Sendable)? = { _, _ in nil }
  ) {
    guard !area.isEmpty else { return }
    guard hasLegend else {
      drawPlot(in: area, on: &canvas, action: action)
      return
    }
    let lines = legendLines(width: area.width, most: area.height / 4)
    let (plot, legend) = area.split(bottom: lines.count)
    drawPlot(in: plot, on: &canvas, action: action)
    for (row, line) in lines.enumerated() {
      canvas.text(line, x: legend.x, y: legend.y + row, width: legend.width)
    }
  }

  private func drawPlot(
    in area: Rect, on canvas: inout Canvas, action: (Int, Int) -> (any Sendable)?
  ) {
    let points =
      (series.flatMap(\.points) + (current.map { [$0] } ?? []) + (cloud?.points ?? []))
      .filter { $0.x.isFinite && $0.y.isFinite }
    let ends = series.flatMap(\.intervals).compactMap { $0 }.flatMap {
      [$0.lowerBound, $0.upperBound]
    }.filter(\.isFinite)
    let across = xRange ?? Self.range(points.map(\.x))
    let down = yRange ?? Self.range(points.map(\.y) + ends)
    let hasAxes = area.width >= 12 && area.height >= 5
    let hasTitle = hasAxes && !yLabel.isEmpty
    let hasName = hasAxes && area.height >= 7 && !xLabel.isEmpty

    var field = area
    if hasTitle { field = field.split(top: 1).rest }
    if hasName { field = field.split(bottom: 1).rest }
    if hasAxes { field = field.split(bottom: 2).rest }
    var intervals = (field.height - 1) / 2
    if hasAxes, let yRange, yRange.lowerBound == 0,
      let even = AxisScale.evenSteps(upTo: yRange.upperBound, cells: field.height)
    {
      intervals = even.intervals
      field = field.split(bottom: even.cells).bottom
    }
    let yScale = AxisScale(down, intervals: intervals)
    var labels = yScale.ticks.map { yScale.label($0) }
    let margin = min((labels.map(\.count).max() ?? 0) + 1, area.width / 3)
    if hasAxes { field = field.split(left: margin + 1).rest } else { labels = [] }
    let isEven = hasAxes && xRange?.lowerBound == 0
    let xScale =
      isEven
      ? AxisScale.even(upTo: across.upperBound, intervals: field.width / 8, cells: field.width)
      : AxisScale(across, intervals: field.width / 8)
    guard !field.isEmpty else { return }

    if hasAxes {
      drawAxes(field, area, margin: margin, xScale: xScale, yScale: yScale, on: &canvas)
      if hasTitle {
        canvas.text(yLabel, x: area.x, y: area.y, style: axisStyle, width: area.width)
      }
      if hasName {
        let x = max(area.x, area.maxX - CharacterWidth.of(xLabel))
        canvas.text(xLabel, x: x, y: area.maxY - 1, style: axisStyle, width: area.maxX - x)
      }
    }
    drawSeries(in: field, xScale: xScale, yScale: yScale, on: &canvas, action: action)
  }

  /// A series' marker; series beyond the last marker start over.
  package func marker(of index: Int) -> Character {
    series[index].marker ?? symbols.markers[index % symbols.markers.count]
  }

  /// Cells to the right that a series is moved by.
  private func shift(_ index: Int) -> Int { index % dodge - (dodge - 1) / 2 }

  private func drawAxes(
    _ field: Rect, _ area: Rect, margin: Int, xScale: AxisScale, yScale: AxisScale,
    on canvas: inout Canvas
  ) {
    let axis = field.x - 1
    let base = field.maxY
    for y in field.y..<base {
      canvas[axis, y] = Cell(symbols.border.vertical, style: axisStyle)
    }
    for x in field.x..<field.maxX {
      canvas[x, base] = Cell(symbols.border.horizontal, style: axisStyle)
    }
    canvas[axis, base] = Cell(symbols.border.bottomLeft, style: axisStyle)
    for tick in yScale.ticks {
      let y = row(yScale.position(tick), field)
      canvas[axis, y] = Cell(symbols.border.tickLeft, style: axisStyle)
      let label = yScale.label(tick)
      let room = margin - 1
      canvas.text(
        label, x: area.x + max(0, room - label.count), y: y, style: axisStyle, width: room)
    }
    var free = area.x
    for tick in xScale.ticks {
      let x = column(xScale.position(tick), field)
      canvas[x, base] = Cell(symbols.border.tickBottom, style: axisStyle)
      let label = xScale.label(tick)
      let start = min(x - label.count / 2, area.maxX - label.count)
      // A label that would touch the one before is left out; its tick stays.
      guard start >= free else { continue }
      canvas.text(label, x: start, y: base + 1, style: axisStyle)
      free = start + label.count + 1
    }
  }

  private func drawSeries(
    in field: Rect, xScale: AxisScale, yScale: AxisScale, on canvas: inout Canvas,
    action: (Int, Int) -> (any Sendable)?
  ) {
    var raster = BrailleCanvas(field.size, symbols: symbols)
    let (right, bottom) = (Double(raster.dots.width - 1), Double(raster.dots.height - 1))
    let across = Double(BrailleCanvas.density(symbols.dots).across)
    func dot(_ point: (x: Double, y: Double), _ index: Int) -> (x: Double, y: Double) {
      (
        xScale.position(point.x) * right + Double(shift(index)) * across,
        (1 - yScale.position(point.y)) * bottom
      )
    }
    if let cloud {
      var dots = BrailleCanvas(field.size, symbols: symbols)
      let length = xScale.range.upperBound - xScale.range.lowerBound
      cloud.draw(
        on: &dots, symbols: symbols, reach: Int(min(1, max(0, cloud.spread / length)) * right)
      ) { (xScale.position($0.x) * right, (1 - yScale.position($0.y)) * bottom) }
      dots.draw(x: field.x, y: field.y, on: &canvas)
    }
    for (index, series) in series.enumerated() {
      let finite = series.points.filter { $0.x.isFinite && $0.y.isFinite }
      if series.isConnected {
        for (a, b) in zip(finite, finite.dropFirst()) {
          raster.line(from: dot(a, index), to: dot(b, index), style: series.style, mark: ".")
        }
      } else if !series.hasMarkers {
        for point in finite {
          raster.line(
            from: dot(point, index), to: dot(point, index), style: series.style, mark: ".")
        }
      }
    }
    // Over all lines, which would cut them to pieces.
    for (index, series) in series.enumerated() {
      for (point, interval) in zip(series.points, series.intervals) {
        guard let interval else { continue }
        raster.line(
          from: dot((point.x, interval.lowerBound), index),
          to: dot((point.x, interval.upperBound), index), style: series.style, mark: "|")
      }
    }
    raster.draw(x: field.x, y: field.y, on: &canvas)

    func isAbove(_ position: Double) -> Bool {
      yRange != nil && position.isFinite && position > 1 + 1e-9
    }
    // Markers after all lines: a line must not hide a point.
    func mark(
      _ point: (x: Double, y: Double), _ character: Character, _ style: Style, shift: Int = 0,
      _ action: (any Sendable)? = nil
    ) {
      let (x, y) = (xScale.position(point.x), yScale.position(point.y))
      guard (-1e-9...1 + 1e-9).contains(x), (-1e-9...1 + 1e-9).contains(y) || isAbove(y) else {
        return
      }
      let character = isAbove(y) ? symbols.above : character
      let place = min(field.maxX - 1, max(field.x, column(x, field) + shift))
      canvas[place, row(y, field)] = Cell(character, style: style)
      if let action {
        canvas.target(Rect(x: place, y: row(y, field), width: 1, height: 1), action)
      }
    }
    for (index, series) in series.enumerated() where series.hasMarkers {
      for (number, point) in series.points.enumerated() {
        mark(
          point, marker(of: index), series.style, shift: shift(index), action(index, number))
      }
    }
    if let current { mark(current, symbols.currentMarker, currentStyle) }

    var labelled: Set<String> = []
    // Labels last and only on free cells: neither a point nor another label gets lost.
    func label(_ point: (x: Double, y: Double), _ text: String, _ style: Style) {
      let (x, y) = (xScale.position(point.x), yScale.position(point.y))
      guard !text.isEmpty, (0...1).contains(x), (0...1).contains(y) || isAbove(y) else { return }
      let (place, line, width) = (column(x, field), row(y, field), CharacterWidth.of(text))
      // Points of several series may be in one place.
      guard labelled.insert("\(place) \(line) \(text)").inserted else { return }
      // Behind the marker, or else before it.
      let free = [place + 1, place - width].first { start in
        start >= field.x && start + width <= field.maxX
          && (start..<start + width).allSatisfy { canvas[$0, line] == .blank }
      }
      if let free { canvas.text(text, x: free, y: line, style: style) }
    }
    if let current { label(current, currentLabel, currentStyle) }
    for series in series {
      for (point, text) in zip(series.points, series.labels) { label(point, text, axisStyle) }
    }
  }

  /// What the legend says of each series with a name.
  private var legend: [StyledText] {
    series.enumerated().filter { !$1.name.isEmpty }.map { index, series in
      let mark = series.hasMarkers ? String(marker(of: index)) : String(symbols.lineEmpty)
      return StyledText([(mark, series.style), (" \(series.name)", axisStyle)])
    }
  }

  /// The legend side by side in at most so many lines; what does not fit is counted at the end.
  private func legendLines(width: Int, most: Int) -> [StyledText] {
    guard most > 0 else { return [] }
    let entries = legend
    for shown in stride(from: entries.count, through: 0, by: -1) {
      let left = entries.count - shown
      let rest = left == 0 ? [] : [StyledText("+\(left) more", style: axisStyle)]
      let lines = Self.flow(Array(entries.prefix(shown)) + rest, width: width)
      if lines.count <= most, lines.allSatisfy({ $0.width <= width }) { return lines }
    }
    return []
  }

  private static func flow(_ entries: [StyledText], width: Int) -> [StyledText] {
    var lines: [StyledText] = []
    for entry in entries {
      if let last = lines.last, last.width + 3 + entry.width <= width {
        lines[lines.count - 1] = last + StyledText("   ") + entry
      } else {
        lines.append(entry)
      }
    }
    return lines
  }

  /// The cell that holds the dot, so that markers, ticks and lines agree.
  private func column(_ position: Double, _ field: Rect) -> Int {
    let across = BrailleCanvas.density(symbols.dots).across
    let dot = min(1, max(0, position)) * Double(field.width * across - 1)
    return field.x + Int(dot.rounded()) / across
  }

  private func row(_ position: Double, _ field: Rect) -> Int {
    let down = BrailleCanvas.density(symbols.dots).down
    let dot = (1 - min(1, max(0, position))) * Double(field.height * down - 1)
    return field.y + Int(dot.rounded()) / down
  }

  /// From 0 when the values are on one side of it, with a twentieth of air at the far end.
  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let (from, to) = (min(0, low), max(0, high))
    let air = (to - from) / 20
    guard air.isFinite else { return from...to }
    return (from < 0 ? from - air : 0)...(to > 0 ? to + air : 0)
  }
}
