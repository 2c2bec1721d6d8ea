// Your own voice, at every depth.

import TerminalUI
import Tradeoff

extension ViewKind {
  package static let listen = ViewKind(ListenView.self)
}

enum ListenView: DashboardView {
  static let name = "Listen"
  static let summary = "speak, and read what every depth hears"
  static let panels: [PanelKind] = [.recording]
  static var table: PanelKind? { .recording }
  static let keys = [
    KeyBinding(["f"], "f", .openFile, .here, "open a file", hint: "file"),
    KeyBinding(
      KeyBinding.upAndDown, "↑ ↓ k j", .here,
      "move in the table", hint: "scroll"),
    KeyBinding([" ", .enter], "Space Enter", .record, .here, "record, and stop", hint: "record"),
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    [.recording: body]
  }

  static func hint(for action: Action, _ state: DashboardState) -> String? {
    action == .record && state.listening.isRecording ? "stop" : nil
  }

  static func probe(_ state: DashboardState) -> ProbeRequest? {
    let listening = state.listening
    guard let file = listening.file else { return nil }
    let walks = state.policyWalks
    let isHeard =
      listening.heard.map(\.walk) == walks && listening.model == state.model
      && listening.decoding == state.decoding && listening.heardTake == listening.take
    return isHeard
      ? nil
      : .file(
        file, take: listening.take, model: state.model, walks: walks, decoding: state.decoding)
  }

  static func moveCursor(by step: Int, _ state: inout DashboardState) {
    state.listening.scroll = RecordingPanel.scroll(state, by: step)
  }
}
