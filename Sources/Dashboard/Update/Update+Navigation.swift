// Views, the cursor, and which utterance is looked at.

import Speech

extension Update {
  static func show(_ view: ViewKind, _ state: inout DashboardState) {
    guard view != state.view else { return }
    state.view = view
    state.zoomed = nil
  }

  /// The view so many tabs on, round and round.
  static func showView(_ step: Int, _ state: inout DashboardState) {
    let count = state.views.count
    show(state.views[(state.number(of: state.view) - 1 + step + count) % count], &state)
  }

  /// The cursor of the views that show layers.
  static func moveLayerCursor(by step: Int, _ state: inout DashboardState) {
    guard isCursorShown(&state) else { return }
    state.layerCursor = min(state.layerCount - 1, max(0, state.layerCursor + step))
  }

  /// Nobody should switch a layer that is not on the screen; says so where it is not.
  static func isCursorShown(_ state: inout DashboardState) -> Bool {
    let panels = Layout(state, state.size)?.areas.keys
    let isShown = panels?.contains { $0.type.showsLayerCursor } ?? false
    if !isShown { state.notice = "the layers are not on the screen: e enlarges them" }
    return isShown
  }

  /// The next utterance of those that the view goes through.
  static func moveUtterance(by step: Int, _ state: inout DashboardState) {
    state.seeksChange = false
    let rows = state.view.type.utterances(state)
    guard !rows.isEmpty else { return }
    guard let place = rows.firstIndex(of: state.utterance) else {
      state.utterance = rows[0]
      return
    }
    state.utterance = rows[(place + step + rows.count) % rows.count]
  }

  static func moveIntoList(_ state: inout DashboardState) {
    state.seeksChange = false
    let rows = state.listedUtterances
    if let first = rows.first, !rows.contains(state.utterance) { state.utterance = first }
  }

  /// The next utterance with more errors now than at full depth; at full depth, with any error.
  static func findWorseUtterance(_ state: inout DashboardState) {
    guard let present = state.present else { return }
    let rows = state.view.type.utterances(state)
    let allowed = state.isFull ? nil : state.fullDepth
    let place = rows.firstIndex(of: state.utterance).map { $0 + 1 } ?? 0
    let worse = (rows[place...] + rows[..<place]).first { index in
      present.results[index].map {
        $0.counts.errors > allowed?.results[index]?.counts.errors ?? 0
      } ?? false
    }
    guard let worse else {
      state.notice =
        allowed == nil
        ? "no measured utterance has an error"
        : "no measured utterance is worse than at \(state.fullName)"
      return
    }
    (state.utterance, state.seeksChange) = (worse, false)
  }

  /// Until somebody chooses an utterance: from one that is heard as at full depth, or without an error
  /// there, to the next that is not.
  static func seekChange(_ state: inout DashboardState) {
    guard state.seeksChange, changes(in: state.utterance, state) == false else { return }
    let count = state.subject.utterances.count
    for step in 1..<max(1, count) {
      let index = (state.utterance + step) % count
      guard changes(in: index, state) == true else { continue }
      state.utterance = index
      return
    }
  }

  /// Nil where that is not known.
  private static func changes(in index: Int, _ state: DashboardState) -> Bool? {
    guard state.subject.utterances.indices.contains(index),
      let now = state.present?.results[index]
    else { return nil }
    if state.isFull { return now.counts.errors > 0 }
    return state.fullDepth?.results[index].map { $0.counts.errors != now.counts.errors }
  }
}
