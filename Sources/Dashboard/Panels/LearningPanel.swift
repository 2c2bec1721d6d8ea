// Error rates at several depths while networks are trained, and the player of it.

import TerminalUI
import Training

extension PanelKind {
  package static let learning = PanelKind(LearningPanel.self)
}

enum LearningPanel: Panel {
  static let name = "learning"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let runs = state.training.shown
    canvas.frame(
      title: "Error rate while training",
      trailing: runs.isEmpty
        ? "" : "others (\(key: .up) \(key: .down)), beside (\(key: "[") \(key: "]"))",
      theme: theme)
    canvas.wheel(up: .training(.other(-1)), down: .training(.other(1)))
    guard !runs.isEmpty else {
      drawAbsence(state, &canvas)
      return
    }
    if runs.contains(where: { $0.origin == .recorded }) {
      canvas.edge(
        [
          "recorded when the models that came with the program were trained, not computed now",
          "recorded, not computed now",
        ], width: canvas.size.width, y: canvas.size.height - 1, style: theme.muted)
    }
    let (inside, status) = canvas.area.inset(x: 2, y: 1).split(bottom: 1)
    canvas.wording(
      keys: Self.status(state), x: status.x, y: status.y, style: theme.text, width: status.width,
      symbols: state.symbols)
    let (head, below) = inside.split(top: 1)
    drawNames(state, head, &canvas)
    var remarks = remarks(runs).map { (forms: [KeyText($0)], style: theme.error) }
    if let lab = state.training.lab {
      let isFailed = if case .failed = lab.phase { true } else { false }
      remarks.insert((Self.forms(lab), isFailed ? theme.error : theme.accent), at: 0)
    }
    let told = remarks.prefix(max(0, below.height - 4))
    for (row, remark) in told.enumerated() {
      canvas.wording(
        keys: remark.forms, x: below.x, y: below.y + row, style: remark.style, width: below.width,
        symbols: state.symbols)
    }
    drawCurves(state, below.split(top: told.count).rest, &canvas)
  }

  // MARK: - The curves

  private static func drawCurves(
    _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let depths = state.training.shown.lazy.map(\.depths).first { !$0.isEmpty } ?? []
    guard !depths.isEmpty else {
      canvas.wrapped(
        StyledText(
          "nothing was validated yet: error rates come with the log's first lines with "
            + "\"event\":\"validation\"", style: state.theme.muted), in: area)
      return
    }
    let across = min(depths.count, max(1, area.width / 24))
    let down = (depths.count + across - 1) / across
    guard area.height / down >= 8 else {
      drawTable(depths, state, area, &canvas)
      return
    }
    let places = area.rows(down).flatMap { $0.columns(across, gap: 2) }
    for (depth, place) in zip(depths, places) {
      plot(depth, state, width: place.width).draw(in: place, on: &canvas)
    }
  }

  /// What stands for the training in the first or the second place.
  static func look(_ index: Int, _ state: DashboardState) -> Look {
    Look(
      style: state.theme.series[index % state.theme.series.count],
      marker: state.symbols.markers[index % state.symbols.markers.count])
  }

  private static func plot(_ depth: Int, _ state: DashboardState, width: Int) -> ScatterPlot {
    let training = state.training
    let unit = TrainingTime(longest: training.end)
    let curves = training.shown.map { $0.errorRates(keeping: depth, until: training.now) }
    let values = curves.enumerated().map { index, curve in
      "\(look(index, state).marker) \(curve.last.map { fixed($0.y, 1) } ?? "–")"
    }.joined(separator: " ")
    let forms = [
      "\(layers(depth)): \(values), WER %", "\(layers(depth)): \(values)", "\(depth): \(values)",
    ]
    return ScatterPlot(
      series: curves.enumerated().map { index, curve in
        let look = look(index, state)
        return ScatterPlot.Series(
          "", points: curve.map { (unit.of($0.x), $0.y) }, style: look.style, isConnected: true,
          marker: look.marker)
      }, xLabel: unit.name, yLabel: forms.first { CharacterWidth.of($0) <= width } ?? forms[2],
      xRange: 0...unit.of(max(training.end, 1)), yRange: 0...100, axisStyle: state.theme.muted,
      symbols: state.symbols)
  }

  private static func layers(_ count: Int) -> String { "\(count) layer\(count == 1 ? "" : "s")" }

  /// Where there is no room for curves: the newest rates.
  private static func drawTable(
    _ depths: [Int], _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let training = state.training
    let width = max(8, min(24, (area.width - 12) / max(1, training.shown.count)))
    Table(
      columns: [.init("layers")]
        + training.shown.map { .init("\($0.name) %", alignment: .right, width: width) },
      rows: depths.map { depth in
        [StyledText("\(depth)", style: state.theme.text)]
          + training.shown.enumerated().map { index, run in
            let rate = run.errorRates(keeping: depth, until: training.now).last
            return StyledText(rate.map { fixed($0.y, 1) } ?? "–", style: look(index, state).style)
          }
      }, headerStyle: state.theme.muted, trackStyle: state.theme.border, symbols: state.symbols
    ).draw(in: area, on: &canvas)
  }

  // MARK: - What is said

  private static func drawNames(
    _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let runs = state.training.shown
    let origins: [TrainingHistory.Origin: String] = [
      .recorded: "recorded", .watched: "watched as it grows", .lab: "training here",
    ]
    var pieces: [(String, Style)] = []
    for (index, run) in runs.enumerated() {
      let look = look(index, state)
      pieces += [
        ("\(index == 0 ? "" : "   ")\(look.marker) ", look.style), (run.name, theme.strong),
        (", \(origins[run.origin] ?? "")", theme.muted),
      ]
    }
    let end = canvas.pieces(pieces, x: area.x, y: area.y, width: area.width)
    guard let heldOut = runs.lazy.compactMap(\.heldOut).first else { return }
    let words = "\(grouped(heldOut.words)) words"
    let forms = ["on \(heldOut.dataset), \(words)", words]
    if let form = forms.first(where: { end + 3 + CharacterWidth.of($0) <= area.maxX }) {
      canvas.textRight(form, end: area.maxX, y: area.y, style: theme.muted)
    }
  }

  /// What is wrong, and what makes the two not comparable.
  private static func remarks(_ runs: [TrainingHistory]) -> [String] {
    var remarks = runs.compactMap(\.complaint)
    let heldOut = runs.compactMap(\.heldOut)
    if heldOut.count == 2, heldOut[0] != heldOut[1] {
      remarks.append(
        "not on the same words: \(grouped(heldOut[0].words)) of \(heldOut[0].dataset), "
          + "\(grouped(heldOut[1].words)) of \(heldOut[1].dataset)")
    }
    return remarks
  }

  /// How the lab stands, and what can be turned, in several lengths.
  private static func forms(_ lab: LabState) -> [KeyText] {
    let settings = lab.settings
    let phase =
      switch lab.phase {
      case .preparing: "reading what to learn from"
      case .training: "trains"
      case .done: "rests"
      case .failed(let reason): reason
      }
    if case .failed = lab.phase { return [KeyText("lab: \(phase)")] }
    let does = lab.isBusy ? "stops it" : "trains anew"
    return [
      """
      lab \(phase): gates \(settings.gates.rawValue) (\(key: "g")), learning rate \
      \(settings.learningRate) (\(key: "f") \(key: "F")), lambda \
      \(settings.klWeight) (\(key: "v") \(key: "V")); \(key: "L") \(does)
      """,
      """
      \(settings.gates.rawValue) (\(key: "g")), rate \(settings.learningRate) \
      (\(key: "f") \(key: "F")), lambda \(settings.klWeight) (\(key: "v") \(key: "V"))
      """,
      "lab \(phase); \(key: "L") \(does)",
    ]
  }

  /// Where the player is, in several lengths.
  private static func status(_ state: DashboardState) -> [KeyText] {
    let training = state.training
    let unit = TrainingTime(longest: training.end)
    let end = unit.text(training.end)
    let pace: KeyText =
      "\(fixed(training.pace, 0)) times as fast (\(key: "+") \(key: "-"))"
    let space: Key = " "
    guard let moment = training.moment else {
      let start: KeyText =
        training.shown.contains { $0.origin != .recorded } ? "\(end) so far" : "all of \(end)"
      return [
        "\(start); \(key: space) plays it from its beginning, \(pace)",
        "\(start); \(key: space) plays it, \(pace)", "\(start); \(key: space) plays it", start,
      ]
    }
    let now: KeyText =
      "\(training.isPlaying ? "▸" : "‖") \(unit.text(moment)) of \(end)"
    let does = training.isPlaying ? "holds" : "plays on"
    return [
      "\(now), \(pace); \(key: space) \(does), \(key: .home) and \(key: .end) go to its ends",
      "\(now), \(pace); \(key: space) \(does)", "\(now); \(key: space) \(does)", now,
    ]
  }

  private static func drawAbsence(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    guard state.training.isRead else {
      canvas.text(
        "reading the recorded trainings ...", x: 2, y: 1, style: theme.muted,
        width: canvas.size.width - 4)
      return
    }
    canvas.wrapped(
      StyledText([
        (state.training.failure.map { "× \($0)\n" } ?? "", theme.error),
        ("There is no training to watch; L trains a small network here.", theme.text),
      ]), in: canvas.area.inset(x: 2, y: 1))
  }
}

/// Seconds of a training in a unit that suits the longest.
struct TrainingTime {
  private let isLong: Bool

  init(longest seconds: Double) { isLong = seconds >= 180 }

  var name: String { isLong ? "minutes" : "seconds" }
  func of(_ seconds: Double) -> Double { isLong ? seconds / 60 : seconds }
  func text(_ seconds: Double) -> String {
    isLong ? "\(fixed(seconds / 60, 1)) min" : "\(fixed(seconds, 0)) s"
  }
}
