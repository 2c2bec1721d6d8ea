// Your own voice, at every depth.

import TerminalUI

enum ListenView: DashboardView {
  static let name = "Listen"
  static let summary = "speak, and read what every depth hears"
  static let panels: [PanelKind] = [.recording]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    [.recording: body]
  }
}
