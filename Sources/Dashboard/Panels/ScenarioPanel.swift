// A stream of utterances under changing compute: who answers in time, and how well.

import Foundation
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let scenario = PanelKind(ScenarioPanel.self)
}

enum ScenarioPanel: Panel {
  static let name = "scenario"

  /// With a frame, two rows of the trace, the moment and a row for each contestant.
  static let leastHeight = 9

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let trace = state.budget.traces[state.budget.trace]
    canvas.frame(
      title: "Scenario: \(trace.name)\(trace.remark)",
      trailing: "\(key: " ") \(state.budget.isPlaying ? "holds" : "plays")", theme: theme)
    var area = canvas.area.inset(x: 2, y: 1)
    if size.height > leastHeight {
      canvas.wording(
        keys: ["\(trace.explanation) (\(key: "v") for others)", KeyText(trace.explanation)],
        x: area.x, y: area.y,
        style: theme.muted, width: area.width, symbols: state.symbols)
      area = area.split(top: 1).rest
    }
    let time = Double(state.budget.played ?? 0) * Budget.interval
    guard let scenario = Budget.scenario(state) else {
      canvas.edge(source, width: size.width, y: size.height - 1, style: theme.muted)
      let (plot, line) = area.split(top: min(12, max(2, area.height - 1)))
      drawTrace(trace, time, state, plot, &canvas)
      canvas.text(
        "waiting until every depth is measured ...", x: line.x, y: line.y, style: theme.muted,
        width: line.width)
      return
    }
    let contestants = Budget.contestants(scenario, state)
    let verdict = Budget.verdict(contestants, scenario, state)
    canvas.edge(
      verdict.isEmpty ? source : verdict.map { KeyText($0) }, width: size.width,
      y: size.height - 1, style: verdict.isEmpty ? theme.muted : theme.strong)
    let lines = lines(area.height, contestants.count)
    let (plot, below) = area.split(
      top: min(12, max(2, area.height - 1 - lines * contestants.count)))
    drawTrace(trace, time, state, plot, &canvas)
    drawMoment(trace, time, scenario, state, below, &canvas)
    // A blank line between the two where there is room.
    let isRoomy = below.height > 1 + lines * contestants.count
    var rest = below.split(top: isRoomy ? 2 : 1).rest
    let winner = Budget.winner(contestants)
    let names = contestants.map(\.name.count).max() ?? 0
    for (index, contestant) in contestants.enumerated() where rest.height > 0 {
      let (rows, next) = rest.split(top: min(lines, rest.height))
      drawScore(contestant, isWinner: index == winner, names, state, rows, &canvas)
      if rows.height > 1 { drawCourse(contestant, scenario, state, rows, &canvas) }
      rest = next
    }
  }

  private static let source: [KeyText] = [
    "errors and times measured here, one utterance a second; \(key: "B") starts over",
    "measured here, one utterance a second; \(key: "B") starts over",
    "measured here; \(key: "B") starts over",
  ]

  /// For each contestant: its score, the depths that it ran, and when its answers were there.
  private static func lines(_ height: Int, _ contestants: Int) -> Int {
    let choices = [(lines: 4, trace: 4), (lines: 2, trace: 2)]
    return choices.first { $0.trace + 1 + $0.lines * contestants <= height }?.lines ?? 1
  }

  private static func drawMoment(
    _ trace: ComputeTrace, _ time: Double, _ scenario: Scenario, _ state: DashboardState,
    _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let speed = "\(fixed(trace.speed(at: time) * 100, 0)) %"
    let deadline = "\(significant(scenario.deadline * 1000)) ms"
    let played = "\(state.budget.played ?? 0)"
    let forms = [
      ["words right in time", "; now ", " of the speed, deadline ", ", utterance "],
      ["words right in time", "; at ", ", deadline ", ", no. "],
    ]
    let known = speed.count + deadline.count + played.count
    let form =
      forms.first { $0.reduce(known) { $0 + $1.count } <= area.width } ?? forms[forms.count - 1]
    canvas.pieces(
      [
        (form[0], theme.accentStrong), (form[1], theme.muted), (speed, theme.strong),
        (form[2], theme.muted), (deadline, theme.strong), (form[3], theme.muted),
        (played, theme.strong),
      ], x: area.x, y: area.y, width: area.width)
  }

  /// A bar of the words right in time, the answers that came late, and the layers of the last one.
  private static func drawScore(
    _ contestant: Budget.Contestant, isWinner: Bool, _ names: Int, _ state: DashboardState,
    _ area: Rect, _ canvas: inout Canvas
  ) {
    let (theme, score, y) = (state.theme, contestant.score, area.y)
    // The winner is marked by a sign and by its colour.
    if isWinner { canvas.text("◆", x: area.x, y: y, style: theme.accentStrong) }
    canvas.text(
      contestant.name, x: area.x + 2, y: y, style: isWinner ? theme.accentStrong : theme.strong,
      width: area.width - 2)
    let late = "late \(percent(contestant.lateShare, decimals: 0))"
    let kept = score.answered > 0 ? "now \(score.lastKept)" : ""
    var end = area.maxX
    for (text, width, style) in [
      (kept, 7, theme.muted), (late, 11, score.missedDeadlines > 0 ? theme.error : theme.muted),
      (score.answered > 0 ? percent(score.rightInTimeShare) : "–", 8, theme.text),
    ] where end - width > area.x + 2 + names {
      canvas.textRight(text, end: end, y: y, style: style)
      end -= width
    }
    let start = area.x + names + 3
    Gauge(
      score.rightInTimeShare, style: isWinner ? theme.accent : theme.other,
      trackStyle: theme.muted, symbols: state.symbols
    ).draw(in: Rect(x: start, y: y, width: max(0, end - start), height: 1), on: &canvas)
  }

  /// The last utterances, the newest at the right: layers that ran, and under them where there is room
  /// when each answer was there, against the deadline.
  private static func drawCourse(
    _ contestant: Budget.Contestant, _ scenario: Scenario, _ state: DashboardState, _ area: Rect,
    _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let x = area.x + 10
    var depths = BrailleCanvas(
      Size(width: area.maxX - x, height: 1), symbols: state.symbols)
    var times = BrailleCanvas(
      Size(width: area.maxX - x, height: max(0, area.height - 2)), symbols: state.symbols)
    let played = state.budget.played ?? 0
    let first = max(0, played - depths.dots.width)
    // The deadline in the middle, twice as long at the upper edge.
    let middle = times.dots.height / 2
    for number in first..<played {
      guard let answer = scenario.answer(number, choose: contestant.choose) else { continue }
      let style = answer.isLate ? theme.error : theme.accent
      let share = Double(answer.keptCount) / Double(state.layerCount)
      let height = Int((share * Double(depths.dots.height - 1)).rounded())
      let level = Character("\(Int((share * 9).rounded()))")
      for y in 0...height {
        depths.set(x: number - first, y: depths.dots.height - 1 - y, style: style, mark: level)
      }
      let below = min(1, answer.shareOfDeadline / 2) * Double(times.dots.height)
      let y = times.dots.height - 1 - min(times.dots.height - 1, Int(below))
      // What is late lies above the line, whatever the rounding.
      times.set(
        x: number - first, y: answer.isLate ? min(y, middle - 1) : max(y, middle), style: style)
    }
    canvas.text("layers", x: area.x + 2, y: area.y + 1, style: theme.muted)
    depths.draw(x: x, y: area.y + 1, on: &canvas)
    guard area.height >= 4 else { return }
    // The deadline lies between the two rows.
    canvas.text(
      String(repeating: "▁", count: max(0, area.maxX - x)), x: x, y: area.y + 2,
      style: theme.muted)
    canvas.text("late", x: area.x + 2, y: area.y + 2, style: theme.muted)
    canvas.text("in time", x: area.x + 2, y: area.y + 3, style: theme.muted)
    times.draw(x: x, y: area.y + 2, on: &canvas)
  }

  /// The trace around now, newest at the right.
  private static func drawTrace(
    _ trace: ComputeTrace, _ time: Double, _ state: DashboardState, _ area: Rect,
    _ canvas: inout Canvas
  ) {
    guard area.width > 0 else { return }
    var raster = BrailleCanvas(area.size, symbols: state.symbols)
    let dots = raster.dots
    let span = trace.seconds
    for x in 0..<dots.width {
      let at = time + span * (Double(x) / Double(dots.width) - 0.25)
      guard at >= 0 else { continue }
      let height = Int(trace.speed(at: at) * Double(dots.height - 1))
      let style = at <= time ? state.theme.accent : state.theme.muted
      for y in 0...height { raster.set(x: x, y: dots.height - 1 - y, style: style, mark: ":") }
    }
    raster.draw(x: area.x, y: area.y, on: &canvas)
    let now = area.x + area.width / 4
    canvas.text("▼", x: now, y: area.y, style: state.theme.accentStrong)
  }
}
