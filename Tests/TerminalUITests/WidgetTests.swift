// Widgets as text, and at every size.

import TerminalUI
import Testing

@Suite struct WidgetTests {
  private func lines(_ width: Int, _ height: Int, _ draw: (Rect, inout Canvas) -> Void) -> [String]
  {
    var canvas = Canvas(Size(width: width, height: height))
    draw(canvas.area, &canvas)
    return canvas.lines()
  }

  private func plot(_ symbols: Symbols, hasLegend: Bool = false) -> ScatterPlot {
    ScatterPlot(
      series: [
        .init("sweep", points: [(10, 5), (8, 7), (5, 20), (2, 60)], isConnected: true),
        .init("dld", points: [(9, 4), (6, 9), (3, 30)]),
      ], current: (6, 9), xLabel: "GFLOP/s", yLabel: "WER %", hasLegend: hasLegend, symbols: symbols
    )
  }

  @Test func scatterPlotInBraille() {
    #expect(
      lines(44, 12) { plot(.braille).draw(in: $0, on: &$1) } == [
        "WER %",
        "60 ┤       o⢄",
        "   │         ⠑⢄⡀",
        "40 ┤           ⠈⠢⡀",
        "   │             ⠈⠒⢄",
        "   │           ×    ⠑⢄⡀",
        "20 ┤                  ⠈o⠤⢄⣀",
        "   │                      ◉⠉⠉⠒⠢⠤⢄⣀",
        " 0 ┤                              o⠉⠉⠉×⠉⠉o",
        "   └┬──────┬───────┬──────┬───────┬──────┬──",
        "    0      2       4      6       8     10",
        "                                     GFLOP/s",
      ])
    // Too small for axes: the points stay.
    #expect(
      lines(11, 4) { plot(.braille).draw(in: $0, on: &$1) } == [
        "  o", "   ⠓⡄", "   ×⠘o⡀", "      ◉⠑o×o",
      ])
  }

  @Test func scatterPlotInASCII() {
    let shown = lines(24, 8) { plot(.ascii).draw(in: $0, on: &$1) }
    #expect(
      shown == [
        "WER %",
        "   |    o.",
        "50 +     ...",
        "   |     x  .o....",
        " 0 +           @  o.x.o",
        "   ++--------+--------+-",
        "    0        5       10",
        "                 GFLOP/s",
      ])
    #expect(shown.allSatisfy { $0.allSatisfy(\.isASCII) })
  }

  /// The legend hides no point: the plot above it is as one without.
  @Test(arguments: Symbols.all.map(\.name)) func theLegendIsOutside(name: String) throws {
    let symbols = try #require(Symbols.all.find(name))
    let whole = lines(44, 13) { plot(symbols, hasLegend: true).draw(in: $0, on: &$1) }
    let alone = lines(44, 12) { plot(symbols).draw(in: $0, on: &$1) }
    #expect(Array(whole.dropLast()) == alone)
    #expect(whole.last == "\(symbols.markers[0]) sweep   \(symbols.markers[1]) dld")
  }

  /// Over 0 to 100 ticks are as far apart as each other, and what lies above is an arrow at the edge.
  @Test(arguments: Symbols.all.map(\.name)) func ticksAreEvenAndPointsAboveAreArrows(name: String)
    throws
  {
    let symbols = try #require(Symbols.all.find(name))
    let plot = ScatterPlot(
      series: [.init("a", points: [(3, 150), (6, 100), (12, 50)])], xLabel: "x", yLabel: "y",
      xRange: 0...12.5, yRange: 0...100, symbols: symbols)
    for (width, height) in zip(30...80, (8...40).map { $0 } + Array(8...25)) {
      let shown = lines(width, height) { plot.draw(in: $0, on: &$1) }
      let ticks = shown.enumerated().compactMap { row, line in
        line.firstMatch(of: /^ *(\d+) [┤+]/).map { (row: row, value: Int($0.1)) }
      }
      #expect(ticks.first?.value == 100 && ticks.last?.value == 0, "\(width)x\(height)")
      #expect(Set(zip(ticks, ticks.dropFirst()).map { $1.row - $0.row }).count == 1)
      #expect(shown.count { $0.contains(symbols.above) } == 1)
      #expect(shown[ticks[0].row].contains(symbols.above), "\(width)x\(height)")
      let base = Array(shown[ticks[ticks.count - 1].row + 1])
      // Behind the corner, which is a tick's look-alike in ASCII.
      let corner = try #require(base.firstIndex(of: symbols.border.bottomLeft))
      let places = base.indices.filter { $0 > corner && base[$0] == symbols.border.tickBottom }
      #expect(places.first == corner + 1 && places.count > 2)
      #expect(Set(zip(places, places.dropFirst()).map { $1 - $0 }).count == 1, "\(base)")
    }
  }

  /// What does not fit into the legend is counted.
  @Test func everyNameIsInTheLegendOrCounted() {
    var crowded = plot(.braille, hasLegend: true)
    crowded.series = (0..<9).map { number in
      .init(
        "series \(number)", points: (0...40).map { (Double($0), Double($0 * number % 7)) },
        isConnected: true)
    }
    let wide = lines(60, 20) { crowded.draw(in: $0, on: &$1) }.joined()
    for number in 0..<9 { #expect(wide.contains("series \(number)")) }
    let narrow = lines(24, 9) { crowded.draw(in: $0, on: &$1) }.joined(separator: "\n")
    #expect(narrow.contains("o series 0") && narrow.contains("+6 more"))
  }

  @Test func intervalsAreBarsAndSeriesStandSideBySide() {
    let points = [(x: 1.0, y: 10.0), (x: 3, y: 10)]
    let bars = ScatterPlot(
      series: ["a", "b"].map {
        .init($0, points: points, intervals: [5...15, nil], marker: $0.first)
      }, dodge: 2, symbols: .ascii)
    let shown = lines(24, 9) { bars.draw(in: $0, on: &$1) }
    #expect(shown.count { $0.contains("||") } >= 2)
    #expect(shown.contains { $0.contains(/ab +ab/) })
  }

  /// Points in one place stand side by side as far as they may; the rest make the place denser.
  @Test func aCloudShowsHowManyPointsThereAre() {
    let (few, many) = (Style(dim: true), Style(bold: true))
    var plot = ScatterPlot(series: [], xRange: 0...10, yRange: 0...4, symbols: .ascii)
    let one = (x: 5.0, y: 2.0)
    plot.cloud = PointCloud(
      points: [one, one, one, one, (0, 4), (10, 0), (11, 1), (.nan, 1)], spread: 1,
      styles: [few, many])
    var canvas = Canvas(Size(width: 11, height: 5))
    plot.draw(in: canvas.area, on: &canvas)
    #expect(canvas.lines() == [".", "", "    .=.", "", "          ."])
    #expect(canvas[5, 2].style == many && canvas[4, 2].style == few)
    plot.cloud?.spread = 0
    var alone = Canvas(canvas.size)
    plot.draw(in: alone.area, on: &alone)
    #expect(alone.lines() == [".", "", "     =", "", "          ."])
    // What is joined by lines lies over it.
    plot.series = [.init("", points: [(0, 2), (10, 2)], isConnected: true, hasMarkers: false)]
    plot.draw(in: alone.area, on: &alone)
    #expect(alone.lines()[2] == "...........")
  }

  @Test func axisTicksAreRound() {
    #expect(AxisScale(0...1, intervals: 5).ticks.count == 6)
    let scale = AxisScale(0...63, intervals: 3)
    #expect(scale.ticks == [0, 20, 40, 60])
    #expect(scale.label(20) == "20")
    #expect(
      AxisScale(-0.3...0.3, intervals: 3).ticks.map(AxisScale(-0.3...0.3, intervals: 3).label)
        == ["-0.2", "0.0", "0.2"])
    let awkward: [ClosedRange<Double>] = [
      0...0, 5...5, -1e308...1e308, .leastNonzeroMagnitude ... .leastNormalMagnitude,
      1e15...1e15 + 1, -Double.infinity...0,
    ]
    for range in awkward {
      let scale = AxisScale(range, intervals: 4)
      #expect(scale.ticks.count <= 5)
      #expect(scale.ticks.allSatisfy { $0.isFinite })
    }
  }

  @Test func gaugeInEighths() {
    func gauge(_ fraction: Double, _ symbols: Symbols = .braille) -> String {
      lines(4, 1) { Gauge(fraction, symbols: symbols).draw(in: $0, on: &$1) }[0]
    }
    #expect(gauge(0) == "░░░░")
    #expect(gauge(0.001) == "▏░░░")
    #expect(gauge(0.5) == "██░░")
    #expect(gauge(0.4) == "█▋░░")
    #expect(gauge(0.999) == "███▉")
    #expect(gauge(1) == "████")
    #expect(gauge(.nan) == "░░░░")
    #expect(gauge(.infinity) == "████")
    #expect(gauge(-1) == "░░░░")
    #expect(gauge(0.6, .ascii) == "##..")
  }

  @Test func sliderPlacesAndReadsBack() {
    #expect(
      lines(20, 1) { Slider(value: 5, positions: 13).draw(in: $0, on: &$1) }
        == ["━━━━━━━━●───────────"])
    #expect(
      lines(20, 1) { Slider(value: 2, positions: 5, symbols: .ascii).draw(in: $0, on: &$1) }
        == ["+====+====O---+----+"])
    for width in 1...60 {
      let area = Rect(x: 7, y: 0, width: width, height: 1)
      for positions in 1...40 {
        let slider = Slider(value: 0, positions: positions)
        for value in 0..<positions {
          let column = slider.column(of: value, in: area)
          #expect(area.contains(x: column, y: 0))
          // With a column each, what is drawn is what a press there means.
          if width >= positions, width > 1 { #expect(slider.value(at: column, in: area) == value) }
        }
        for x in 0..<80 {
          #expect((0..<positions).contains(slider.value(at: x, in: area)))
        }
        if width > 1 {
          #expect(slider.value(at: -99, in: area) == 0)
          #expect(slider.value(at: 999, in: area) == positions - 1)
        }
      }
    }
  }

  private func table(_ rows: Int, selection: Int?) -> Table {
    Table(
      columns: [.init("utterance"), .init("WER", alignment: .right, width: 6)],
      rows: (0..<rows).map { [StyledText("utterance \($0)"), StyledText("\($0 * 11) %")] },
      selection: selection)
  }

  @Test func tableAlignsAndScrolls() {
    #expect(
      lines(18, 4) { table(3, selection: nil).draw(in: $0, on: &$1) } == [
        "utterance      WER", "utterance 0    0 %", "utterance 1   11 %", "utterance 2   22 %",
      ])
    #expect(
      lines(18, 4) { table(9, selection: 5).draw(in: $0, on: &$1) } == [
        "utterance    WER", "utteranc…   33 % │", "utteranc…   44 % ┃",
        "utteranc…   55 % │",
      ])
    let area = Rect(x: 0, y: 10, width: 18, height: 4)
    let scrolled = table(9, selection: 5)
    /// The row that a press on a screen row means.
    func row(_ table: Table, at y: Int, scroll: Int = 0) -> Int? {
      var canvas = Canvas(Size(width: 20, height: 16))
      table.draw(in: area, scroll: scroll, on: &canvas) { $0 }
      return canvas.targets.target(x: 5, y: y, for: .press)?.action as? Int
    }
    #expect(row(scrolled, at: 10) == nil)
    #expect(row(scrolled, at: 13) == 5)
    #expect(row(scrolled, at: 13, scroll: 99) == 7)
    #expect(row(table(1, selection: nil), at: 12) == nil)
    var canvas = Canvas(Size(width: 18, height: 4))
    scrolled.draw(in: canvas.area, on: &canvas)
    #expect(canvas[0, 3].style.reverse)
    #expect(!canvas[0, 2].style.reverse)
  }

  @Test func hintsAreShownWhole() {
    let hints = KeyHints([("q", "quit"), ("←→", "drop"), ("?", "help")])
    #expect(
      lines(22, 1) { hints.draw(in: $0, on: &$1) }
        == ["q quit  ←→ drop  ? help"].map {
          String($0.prefix(15))
        })
    #expect(lines(23, 1) { hints.draw(in: $0, on: &$1) } == ["q quit  ←→ drop  ? help"])
    var canvas = Canvas(Size(width: 23, height: 1))
    hints.draw(in: canvas.area, on: &canvas) { $0 }
    func hint(at x: Int) -> Int? {
      canvas.targets.target(x: x, y: 0, for: .press)?.action as? Int
    }
    #expect(hint(at: 0) == 0)
    #expect(hint(at: 6) == nil)
    #expect(hint(at: 8) == 1)
    #expect(hint(at: 22) == 2)
  }

  /// Every column of a slider is a target, and a drag that leaves it goes to the nearest.
  @Test func slidersAreSlidOver() {
    let slider = Slider(value: 3, positions: 5)
    let track = Rect(x: 4, y: 2, width: 20, height: 1)
    var canvas = Canvas(Size(width: 40, height: 4))
    slider.draw(in: track, on: &canvas) { $0 }
    for x in -3..<44 {
      let pressed = canvas.targets.target(x: x, y: 2, for: .press)
      #expect((pressed != nil) == track.contains(x: x, y: 2))
      if let pressed {
        #expect(pressed.action as? Int == slider.value(at: x, in: track))
        #expect(pressed.gestures == [.press, .slide])
      }
      for y in [-1, 2, 9] {
        #expect(
          canvas.targets.nearest(x: x, y: y)?.action as? Int == slider.value(at: x, in: track))
      }
    }
  }

  @Test func textWrapsAtSpacesAndKeepsStyles() {
    let bold = Style(bold: true)
    let text = StyledText([("the quick ", Style()), ("brown", bold), (" fox", Style())])
    let wrapped = text.wrapped(width: 10)
    #expect(
      wrapped == [
        StyledText("the quick"), StyledText([("brown", bold), (" fox", Style())]),
      ])
    func plain(_ text: String, _ width: Int) -> [String] {
      StyledText(text).wrapped(width: width).map { $0.runs.map(\.text).joined() }
    }
    #expect(plain("overthelazydog", 5) == ["overt", "helaz", "ydog"])
    #expect(plain("漢字漢字", 5) == ["漢字", "漢字"])
    #expect(plain("a\n\nb", 5) == ["a", "", "b"])
    #expect(plain("", 5) == [""])
    #expect(plain("漢a", 1) == ["a"])
    #expect(plain("abc", 0) == [])
    for width in 1...30 {
      for line in StyledText("jumps over the 漢字 lazy  dog, extraordinarily").wrapped(width: width) {
        #expect(line.width <= width)
      }
    }
  }

  /// Each draws in an area with a margin of one cell around it, which must stay untouched.
  @Test(arguments: Symbols.all.map(\.name))
  func everyWidgetStaysInsideAtEverySize(_ name: String) throws {
    let symbols = try #require(Symbols.all.first { $0.name == name })
    let widgets: [(String, (Rect, inout Canvas) -> Void)] = [
      ("plot", { plot(symbols).draw(in: $0, on: &$1) }),
      (
        "odd plot",
        {
          ScatterPlot(
            series: [
              .init(
                "漢字", points: [(.nan, 1), (1e300, -1e300), (.infinity, 0), (-5, 5)],
                isConnected: true),
              .init("one", points: [(3, 3)], hasMarkers: false),
            ], xLabel: "a very long name of an axis", yLabel: "漢字漢字漢字漢字", xRange: -1...1,
            hasLegend: true, symbols: symbols
          ).draw(in: $0, on: &$1)
        }
      ),
      (
        "cloud",
        {
          var clouded = plot(symbols)
          clouded.cloud = PointCloud(
            points: (0..<500).map { (Double($0 % 12), Double($0 % 61)) }, spread: 0.4,
            styles: [Style()])
          clouded.draw(in: $0, on: &$1)
        }
      ),
      ("empty plot", { ScatterPlot(series: [], symbols: symbols).draw(in: $0, on: &$1) }),
      ("gauge", { Gauge(0.37, symbols: symbols).draw(in: $0, on: &$1) }),
      ("slider", { Slider(value: 7, positions: 13, symbols: symbols).draw(in: $0, on: &$1) }),
      ("table", { table(30, selection: 17).draw(in: $0, scroll: 3, on: &$1) }),
      ("hints", { KeyHints([("q", "quit"), ("漢", "字")]).draw(in: $0, on: &$1) }),
      ("wrapped", { $1.wrapped(StyledText("some 漢字 words to wrap"), in: $0, scroll: 1) }),
      ("box", { $1.box($0, title: "title 漢字", symbols: symbols) }),
    ]
    for (name, draw) in widgets {
      for width in 1...100 {
        for height in 1...40 {
          var canvas = Canvas(Size(width: width + 2, height: height + 2))
          let area = canvas.area.inset(by: 1)
          draw(area, &canvas)
          let isClean =
            (0..<width + 2).allSatisfy {
              canvas[$0, 0] == .blank && canvas[$0, height + 1] == .blank
            }
            && (0..<height + 2).allSatisfy {
              canvas[0, $0] == .blank && canvas[width + 1, $0] == .blank
            }
          #expect(isClean, "\(name) at \(width)x\(height)")
        }
      }
    }
  }
}
