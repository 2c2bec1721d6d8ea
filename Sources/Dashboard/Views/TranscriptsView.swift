// Every utterance of the split, and one of them word by word.

import TerminalUI

enum TranscriptsView: DashboardView {
  static let name = "Transcripts"
  static let summary = "which utterances go wrong, and where; sorted, filtered, played"
  static let panels: [PanelKind] = [.utterances, .detail]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    if body.width >= 130 {
      let (left, right) = body.split(left: body.width * 45 / 100)
      return [.utterances: left, .detail: right]
    }
    // The chosen utterance needs its heading and two or three rows for each line of it.
    let (top, bottom) = body.split(top: max(4, body.height - max(6, body.height * 45 / 100)))
    return [.utterances: top, .detail: bottom]
  }
}
