// Every utterance of the split, and one of them word by word.

import TerminalUI

extension ViewKind {
  package static let transcripts = ViewKind(TranscriptsView.self)
}

enum TranscriptsView: DashboardView {
  static let name = "Transcripts"
  static let summary = "which utterances go wrong, and where; sorted, filtered, played"
  static let panels: [PanelKind] = [.utterances, .detail]
  static let features: Set<ViewFeature> = [.utterance]
  static let keys = [
    KeyBinding(["/"], "/", .filter, .here, "filter by text or id", hint: "filter"),
    KeyBinding(["S"], "S", .changeOrder, .here, "another order", hint: "order"),
    KeyBinding(
      KeyBinding.upAndDown, "↑ ↓ k j", .utterances, "move in the list", hint: "utterance"),
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    if body.width >= 130 {
      let (left, right) = body.split(left: body.width * 45 / 100)
      return [.utterances: left, .detail: right]
    }
    // The chosen utterance needs its heading and two or three rows for each line of it.
    let (top, bottom) = body.split(top: max(4, body.height - max(6, body.height * 45 / 100)))
    return [.utterances: top, .detail: bottom]
  }

  /// In the order and under the filter of the list.
  static func utterances(_ state: DashboardState) -> [Int] { state.listedUtterances }

  static func moveCursor(by step: Int, _ state: inout DashboardState) {
    Update.moveUtterance(by: step, &state)
  }

  /// From the filter to all utterances.
  static func goBack(_ state: inout DashboardState) { state.list.filter = "" }
}
