// A recording at every depth, with each one's time.

import TerminalUI
import Tradeoff

enum RecordingPanel: Panel {
  static let name = "recording"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let listening = state.listening
    canvas.frame(
      title: "Listen", trailing: listening.isRecording ? "Space stops" : "Space records",
      theme: theme)
    let width = size.width - 4
    let forms: (long: String, short: String, style: Style) =
      listening.isRecording
      ? ("● recording: speak now, Space when you are done", "● recording", theme.accentStrong)
      : listening.file.map { ("heard: \($0)", "heard", theme.muted) }
        ?? (
          "Press Space and say something in English, such as \"turn on the light in the kitchen\".",
          "Press Space and say something in English.", theme.text
        )
    canvas.wording(
      forms.long, forms.short, x: 2, y: 1, style: forms.style, width: width, symbols: state.symbols)
    guard !listening.heard.isEmpty else {
      canvas.wrapped(
        StyledText(
          "The bundled models know about 1,100 words, from synthetic speech and digits said by a few "
            + "people: other voices are hard for them.", style: theme.muted),
        in: Rect(x: 2, y: 3, width: width, height: size.height - 4))
      return
    }
    Table(
      columns: [
        .init("layers", alignment: .right, width: 6), .init("ms", alignment: .right, width: 7),
        .init("heard"),
      ],
      rows: listening.heard.map {
        [
          StyledText("\($0.mask.keptCount)", style: theme.text),
          StyledText(significant($0.seconds * 1000), style: theme.muted),
          StyledText($0.transcript.text, style: theme.text),
        ]
      }, selection: listening.heard.firstIndex { $0.mask == state.mask }, headerStyle: theme.muted,
      symbols: state.symbols
    ).draw(in: Rect(x: 2, y: 3, width: width, height: size.height - 4), on: &canvas)
  }
}
