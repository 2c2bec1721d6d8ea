// Close looks: what is asked for, and what came of it.

import Tradeoff

extension Update {
  static func listen(to file: String, _ state: inout DashboardState) {
    guard !file.isEmpty else { return }
    state.listening.file = file
    state.listening.take += 1
    state.listening.failure = nil
  }

  /// What the present view needs and nobody has asked for: a close look, or more measurements.
  static func look(_ state: inout DashboardState) -> [Effect] {
    switch state.activity {
    case .preparing, .unavailable: return []
    case .idle, .measuring, .failed: break
    }
    var effects: [Effect] = []
    if let wanted = state.wantedProbe, state.probes.asked != wanted, !state.probes.knows(wanted) {
      state.probes.asked = wanted
      effects.append(.probe(wanted))
    }
    if state.activity == .idle, !state.isPaused { effects += measureNext(&state) }
    return effects
  }

  static func take(_ result: ProbeResult, _ state: inout DashboardState) {
    state.probes.take(result)
    switch result {
    case .depth(let request, let heard):
      // Only what was asked for last: an older take or another model may still come in.
      guard request == state.probes.asked,
        case .file(let file, let take, let model, let walks, let decoding) = request
      else { return }
      // What was heard before stays on the screen until now.
      if heard.walk == walks.first { state.listening.heard = [] }
      (state.listening.heardFile, state.listening.heardTake) = (file, take)
      (state.listening.model, state.listening.decoding) = (model, decoding)
      state.listening.heard.append(heard)
      if state.listening.heard.count == walks.count { state.probes.asked = nil }
    case .failed(.file(_, let take, _, _, _), let reason):
      guard take == state.listening.take else { return }
      state.listening.failure = "not heard: \(reason)"
      // Back to what was heard before.
      state.listening.file = state.listening.heardFile
      state.listening.heardTake = take
    case .failed(_, let reason): state.notice = reason
    case .lens, .cloud: break
    }
  }
}
