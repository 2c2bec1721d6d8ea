// A recording that is being made, and the captions of it.

import Tradeoff

extension Update {
  /// Measuring waits meanwhile: who speaks is not kept waiting, and times are of nothing else.
  static func beginRecording(_ state: inout DashboardState) -> [Effect] {
    state.listening.isRecording = true
    state.listening.failure = nil
    state.listening.recordings += 1
    state.listening.captions = Captions(recording: state.listening.recordings)
    return state.activity == .measuring || state.timed != nil ? [.rest] : []
  }

  /// Measuring goes on where it was, unless something else has been chosen since.
  static func endRecording(_ state: inout DashboardState, failure: String? = nil) -> [Effect] {
    let wasRecording = state.listening.isRecording
    state.listening.isRecording = false
    if let failure {
      state.listening.failure = failure
      // Nothing was said.
      if state.listening.captions?.lanes.isEmpty == true { state.listening.captions = nil }
    }
    guard wasRecording, state.activity == .measuring, !state.isPaused else { return [] }
    let isMeasured = state.present?.isComplete == true
    return request(isMeasured ? state.measured ?? state.presentPoint : state.presentPoint, &state)
  }

  static func take(_ event: CaptionEvent, _ state: inout DashboardState) {
    if case .failed(state.listening.captions?.recording ?? 0, let reason) = event {
      state.notice = reason
    }
    state.listening.captions?.take(event)
  }

  /// Captions of what is chosen now: asked for again when the slider moves.
  static func caption(_ state: inout DashboardState) -> [Effect] {
    guard let wanted = state.wantedCaptions, state.listening.captions?.asked != wanted else {
      return []
    }
    state.listening.captions?.asked = wanted
    return [.caption(wanted)]
  }
}
