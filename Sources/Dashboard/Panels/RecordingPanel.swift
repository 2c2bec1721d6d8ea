// A recording at every depth, with each one's time.

import TerminalUI
import Tradeoff

extension PanelKind {
  package static let recording = PanelKind(RecordingPanel.self)
}

enum RecordingPanel: Panel {
  static let name = "recording"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(
      title: "Listen",
      trailing: "\(key: " ") \(state.listening.isRecording ? "stops" : "records")", theme: theme)
    canvas.wheel(up: .up, down: .down)
    let width = size.width - 4
    let failure = failure(state, width)
    for (row, line) in failure.prefix(max(0, size.height - 2)).enumerated() {
      canvas.text(line, x: 2, y: 1 + row, width: width)
    }
    if failure.isEmpty {
      let (long, short, style) = status(state)
      canvas.wording(
        keys: [long, short], x: 2, y: 1, style: style, width: width, symbols: state.symbols)
    }
    let area = area(state, size)
    guard !state.listed.isEmpty else {
      canvas.wrapped(
        StyledText(
          "The bundled models know about 1,100 words, from synthetic speech and digits said by a few "
            + "people: other voices are hard for them.", style: theme.muted),
        in: area)
      return
    }
    if let file = state.listening.heardFile, isOlder(state) {
      canvas.wording(
        "below: what was heard before, \(file)", "below: what was heard before", x: 2,
        y: area.y - 1, style: theme.muted, width: width, symbols: state.symbols)
    }
    table(state, area).draw(in: area, scroll: firstRow(state, area), on: &canvas)
  }

  /// What is going on, in a longer and a shorter form.
  private static func status(_ state: DashboardState) -> (long: KeyText, short: KeyText, Style) {
    let (theme, listening) = (state.theme, state.listening)
    if listening.isRecording {
      return (
        "● recording: speak now, \(key: " ") when you are done", "● recording", theme.accentStrong
      )
    }
    if let file = listening.file {
      let what = isOlder(state) ? "reading" : "heard"
      return ("\(what): \(file)", KeyText(what), theme.muted)
    }
    return (
      """
      Press \(key: " ") and say something in English, such as "turn on the light in the kitchen"; \
      \(key: "f") opens a file.
      """, "Press \(key: " ") and speak English; \(key: "f") opens a file.", theme.text
    )
  }

  /// Whether the table is of something else than what was recorded or opened last.
  private static func isOlder(_ state: DashboardState) -> Bool {
    state.listening.failure != nil || state.listening.heardTake != state.listening.take
      || state.listening.hearer.compute != state.compute
  }

  /// Why there is nothing new to hear, in as many lines as it takes: the reason is at the end of the
  /// sentence. None while that is being mended, or where nothing failed.
  private static func failure(_ state: DashboardState, _ width: Int) -> [StyledText] {
    guard let failure = state.listening.failure, !state.listening.isRecording else { return [] }
    return StyledText("× \(failure)", style: state.theme.error).wrapped(width: width)
  }

  /// What is below the status and the line about older takes.
  private static func area(_ state: DashboardState, _ size: Size) -> Rect {
    let y = 2 + max(1, failure(state, size.width - 4).count)
    return Rect(x: 2, y: y, width: size.width - 4, height: max(0, size.height - 1 - y))
  }

  /// The present mask is marked where it is in sight: scrolling goes before it.
  private static func table(_ state: DashboardState, _ area: Rect) -> Table {
    let theme = state.theme
    let heard = state.listed
    let first = firstRow(state, area)
    let visible = first..<first + max(1, area.height - 1)
    return Table(
      columns: [
        .init("layers", alignment: .right, width: 6), .init("ms", alignment: .right, width: 7),
        .init("heard"),
      ],
      rows: heard.map {
        [
          StyledText("\($0.mask.keptCount)", style: theme.text),
          StyledText(
            significant(state.seconds($0, by: state.listening.hearer) * 1000), style: theme.muted),
          StyledText($0.transcript.text, style: theme.text),
        ]
      },
      selection: heard.firstIndex { $0.walk == state.walk }.flatMap {
        visible.contains($0) ? $0 : nil
      }, headerStyle: theme.muted, trackStyle: theme.border, symbols: state.symbols)
  }

  /// Where the reader scrolled to; before that, the depth nearest to the present one is in the middle.
  private static func firstRow(_ state: DashboardState, _ area: Rect) -> Int {
    let heard = state.listed
    let visible = max(1, area.height - 1)
    let nearest = heard.indices.min {
      abs(heard[$0].walk.keptCount - state.walk.keptCount)
        < abs(heard[$1].walk.keptCount - state.walk.keptCount)
    }
    let wanted = state.listening.scroll ?? ((nearest ?? 0) - visible / 2)
    return min(max(0, wanted), max(0, heard.count - visible))
  }

  /// The first row after the arrows or the wheel.
  static func scroll(_ state: DashboardState, by step: Int) -> Int {
    guard let panel = Layout(state, state.size)?[.recording] else { return 0 }
    let area = area(state, Size(width: panel.width, height: panel.height))
    var moved = state
    moved.listening.scroll = firstRow(state, area) + step
    return firstRow(moved, area)
  }
}
