// Your own voice, at every depth.

import TerminalUI
import Tradeoff

extension ViewKind {
  package static let listen = ViewKind(ListenView.self)
}

enum ListenView: DashboardView {
  static let name = "Listen"
  static let summary = "speak, and read what every depth hears"
  static let panels: [PanelKind] = [.recording, .race]
  static var table: PanelKind? { .recording }
  static let keys = [
    KeyBinding([" ", .enter], "Space Enter", .record, .here, "record, and stop", hint: "record"),
    KeyBinding(["f"], "f", .openFile, .here, "open a file", hint: "file"),
    KeyBinding(["g"], "g", .openMenu(.clip), .here, "pick a bundled clip", hint: "clips"),
    KeyBinding(
      KeyBinding.upAndDown, "↑ ↓ k j", .here,
      "move in the table", hint: "scroll"),
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    // While somebody speaks there is nothing new in the table.
    guard body.height >= 14 else {
      return [state.listening.isRecording ? .race : .recording: body]
    }
    let height = state.listening.isRecording ? body.height - 5 : body.height * 2 / 5
    let (top, bottom) = body.split(top: min(16, height))
    return [.race: top, .recording: bottom]
  }

  static func hint(for action: Action, _ state: DashboardState) -> String? {
    action == .record && state.listening.isRecording ? "stop" : nil
  }

  static func probe(_ state: DashboardState) -> ProbeRequest? { state.wantedHearing }

  static func moveCursor(by step: Int, _ state: inout DashboardState) {
    state.listening.scroll = RecordingPanel.scroll(state, by: step)
  }
}
