// Views, the cursor, and which utterance is looked at.

import Speech

extension Update {
  static func show(_ view: ViewKind, _ state: inout DashboardState) {
    guard view != state.view else { return }
    state.view = view
    state.zoomed = nil
  }

  static func moveCursor(by step: Int, _ state: inout DashboardState) -> [Effect] {
    if state.view == .transcripts {
      moveUtterance(by: step, &state)
    } else if state.view == .listen {
      state.listening.scroll = RecordingPanel.scroll(state, by: step)
    } else if isCursorShown(state) {
      state.layerCursor = min(state.layerCount - 1, max(0, state.layerCursor + step))
    } else {
      return sayCursorIsHidden(&state)
    }
    return []
  }

  /// Nobody should switch a layer that is not on the screen.
  static func isCursorShown(_ state: DashboardState) -> Bool {
    guard let layout = Layout(state, state.size) else { return false }
    return [PanelKind.layers, .lens, .posteriors].contains { layout[$0] != nil }
  }

  static func sayCursorIsHidden(_ state: inout DashboardState) -> [Effect] {
    state.notice = "the layers are not on the screen: e enlarges them"
    return []
  }

  /// The next utterance; in its own view in the order and under the filter of the list.
  static func moveUtterance(by step: Int, _ state: inout DashboardState) {
    let rows = state.browsedUtterances
    guard !rows.isEmpty else { return }
    guard let place = rows.firstIndex(of: state.utterance) else {
      state.utterance = rows[0]
      return
    }
    state.utterance = rows[(place + step + rows.count) % rows.count]
  }

  static func moveIntoList(_ state: inout DashboardState) {
    let rows = state.listedUtterances
    if let first = rows.first, !rows.contains(state.utterance) { state.utterance = first }
  }

  /// The next utterance with more errors now than at full depth; at full depth, with any error.
  static func findWorseUtterance(_ state: inout DashboardState) {
    guard let present = state.present else { return }
    let rows = state.browsedUtterances
    let allowed = state.mask == state.fullMask ? nil : state.fullDepth
    let place = rows.firstIndex(of: state.utterance).map { $0 + 1 } ?? 0
    let worse = (rows[place...] + rows[..<place]).first { index in
      present.results[index].map {
        $0.counts.errors > allowed?.results[index]?.counts.errors ?? 0
      } ?? false
    }
    guard let worse else {
      state.notice =
        allowed == nil
        ? "no measured utterance has an error" : "no measured utterance is worse than at full depth"
      return
    }
    state.utterance = worse
  }
}
