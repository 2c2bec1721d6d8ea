// The word error rate of the present mask, filling in as utterances are measured.

import Speech
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let errors = PanelKind(ErrorPanel.self)
}

enum ErrorPanel: Panel {
  static let name = "word error rate"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(
      title: size.width >= 34 ? "Word error rate" : "Word errors",
      trailing: KeyText(progressName(state)),
      theme: theme)
    let room = size.height - 2
    let width = size.width - 4
    let present = state.present
    let rate = marked(
      percent(present?.errorRate), isComplete: present.map(\.isComplete) ?? true)
    let interval = present?.interval.map {
      "\(fixed($0.lowerBound * 100, 1)) – \(percent($0.upperBound))"
    }
    var y = 1
    if room >= 7, state.symbols != .ascii {
      let end = canvas.big(rate, x: 2, y: y, style: theme.accentStrong)
      let isBeside = interval.map { end + 2 + $0.count <= size.width - 2 } ?? true
      if let interval, isBeside {
        canvas.text("95 % interval", x: end + 2, y: y + 1, style: theme.muted)
        canvas.text(interval, x: end + 2, y: y + 2, style: theme.text)
      } else if let interval {
        canvas.text("95 %: \(interval)", x: 2, y: y + 3, style: theme.text, width: width)
      }
      y += isBeside && room < 8 ? 3 : 4
    } else {
      canvas.pieces(
        [
          (rate, theme.accentStrong),
          (interval.map { "   \($0)" } ?? "", theme.text),
          (
            interval == nil ? "" : width >= 40 ? "  95 % interval" : width >= 30 ? "  (95 %)" : "",
            theme.muted
          ),
        ], x: 2, y: y, width: width)
      y += 1
    }
    let lines = lines(state)
    let left = max(0, size.height - 1 - y)
    // Spread out when there is room for a blank line after each.
    let pitch = left >= 2 * lines.count ? 2 : 1
    for draw in lines.prefix(left) {
      draw(state, &canvas, y, width)
      y += pitch
    }
    if lines.count > left { canvas.more("+\(lines.count - left) more", state) }
  }

  private typealias Line = (DashboardState, inout Canvas, Int, Int) -> Void

  /// Most telling first.
  private static func lines(_ state: DashboardState) -> [Line] {
    guard state.present != nil else {
      if state.isFull { return [progress, comparison] }
      return [progress, nothingYet]
    }
    return [progress, comparison] + (state.pinned == nil ? [] : [pinned]) + [kinds]
      + (state.rival == nil ? [] : [rival])
  }

  private static func nothingYet(
    _ state: DashboardState, _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    canvas.wording(
      "nothing measured at this mask yet", "nothing measured here yet", "nothing yet", x: 2, y: y,
      style: state.theme.muted, width: width, symbols: state.symbols)
  }

  private static func progressName(_ state: DashboardState) -> String {
    if let present = state.present, present.isComplete { return "complete" }
    if state.isPaused { return "paused" }
    return state.measured == state.presentPoint
      ? "measuring" : state.present == nil ? "" : "partial"
  }

  private static func progress(
    _ state: DashboardState, _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    let done = state.present?.measuredCount ?? 0
    let total = state.subject.measurableCount
    let label = "\(done)/\(total)" + (width >= 34 ? " utterances" : "")
    Gauge(
      total > 0 ? Double(done) / Double(total) : 0, style: state.theme.accent,
      trackStyle: state.theme.muted, symbols: state.symbols
    ).draw(in: Rect(x: 2, y: y, width: width - label.count - 1, height: 1), on: &canvas)
    canvas.textRight(label, end: 2 + width, y: y, style: state.theme.text)
  }

  /// Substituted, deleted and inserted words, and out of how many.
  private static func kinds(
    _ state: DashboardState, _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    let theme = state.theme
    let counts = state.present?.counts ?? ErrorCounts()
    let values = [counts.substitutions, counts.deletions, counts.insertions]
    let words = grouped(counts.words)
    let forms: [(names: [String], tail: String)] = [
      ([" wrong  ", " missed  ", " added"], "  of \(words) words"),
      ([" wrong ", " missed ", " added"], " of \(words)"),
      ([" wrong ", " missed ", " added"], ""), (["S ", "D ", "I"], " of \(words)"),
    ]
    for (names, tail) in forms {
      let length = zip(values, names).reduce(0) { $0 + String($1.0).count + $1.1.count }
      guard length + tail.count <= width || names[0] == "S " else { continue }
      let end = canvas.pieces(
        zip(values, names).flatMap { [("\($0)", theme.text), ($1, theme.muted)] }, x: 2, y: y,
        width: width)
      canvas.text(tail, x: end, y: y, style: theme.muted, width: max(0, width + 2 - end))
      return
    }
  }

  /// Full depth on the same utterances, so that a partial rate is compared fairly.
  private static func comparison(
    _ state: DashboardState, _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    let theme = state.theme
    if state.isFull {
      canvas.text(
        width >= 34 ? "this is full depth: nothing dropped" : "this is full depth", x: 2, y: y,
        style: theme.muted, width: width)
      return
    }
    drawComparison(state.fullName, state.fullDepth, state, &canvas, y, width)
  }

  /// What was pinned, on the same utterances.
  private static func pinned(
    _ state: DashboardState, _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    guard let pinned = state.pinned else { return }
    let model = pinned.model == state.model ? "" : "\(state.subject.models[pinned.model].name) "
    let decoding = pinned.decoding.beam.map { "beam \($0.beam) " } ?? "greedy "
    let name =
      model + (pinned.decoding == state.decoding ? "" : decoding)
      + pinned.distinction(from: state.compute)
    if pinned == state.presentPoint {
      canvas.text("this is what is pinned", x: 2, y: y, style: state.theme.muted, width: width)
      return
    }
    drawComparison(
      "pinned \(name)\(pinned.walk.keptCount)", state.measurements[pinned],
      state, &canvas, y, width)
  }

  /// The other model at the same mask, on the same utterances.
  private static func rival(
    _ state: DashboardState, _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    guard let (name, point) = state.rival else { return }
    drawComparison(
      name, state.measurements[point], state, &canvas, y, width)
  }

  private static func drawComparison(
    _ name: String, _ measurement: Measurement?, _ state: DashboardState,
    _ canvas: inout Canvas, _ y: Int, _ width: Int
  ) {
    let theme = state.theme
    guard let (now, other) = state.compare(with: measurement) else {
      let isKnown = measurement.map { $0.measuredCount > 0 } ?? false
      canvas.wording(
        isKnown ? "\(name): no utterance in common yet" : "\(name) not measured yet",
        isKnown ? "\(name): none in common" : "\(name): not yet", x: 2, y: y, style: theme.muted,
        width: width, symbols: state.symbols)
      return
    }
    let difference = now.rate - other.rate
    // Both over the same utterances, so both are partial as long as one of them is.
    let isComplete = state.present?.isComplete == true && measurement?.isComplete == true
    let (rate, change) = (
      marked(percent(other.rate), isComplete: isComplete),
      marked(points(difference), isComplete: isComplete)
    )
    // The longest form that fits, so that no word is cut.
    let forms = [("   now ", " points"), ("  ", " points"), ("  ", "")]
    let known = name.count + 1 + rate.count + change.count
    let (between, unit) = forms.first { known + $0.0.count + $0.1.count <= width } ?? ("  ", "")
    canvas.pieces(
      [
        ("\(name) ", theme.muted), (rate, theme.text), (between, theme.muted),
        (change, difference > 0 ? theme.error : theme.accent), (unit, theme.muted),
      ], x: 2, y: y, width: width)
  }
}
