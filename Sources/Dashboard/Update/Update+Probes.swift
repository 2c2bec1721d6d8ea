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
    let hearer = ListenState.Hearer(state.presentPoint)
    if state.listening.hasHeard(hearer) { state.listening.hearer = hearer }
    var effects = caption(&state) + lookForTrainings(&state)
    switch state.activity {
    case .preparing, .unavailable: return effects
    case .idle, .measuring, .failed: break
    }
    if let wanted = state.wantedProbe, state.probes.asked != wanted, !state.probes.knows(wanted) {
      state.probes.asked = wanted
      effects.append(.probe(wanted))
    }
    if state.activity == .idle, !state.isPaused, state.timed == nil {
      effects += measureNext(&state)
    }
    return effects
  }

  static func take(_ result: ProbeResult, _ state: inout DashboardState) {
    state.probes.take(result)
    switch result {
    case .sound(.file(_, _, let take, _, _, _, _), let sound):
      state.listening.take(sound, ofTake: take)
    case .depth(let request, let heard):
      // Only what was asked for last: an older take or another model may still come in.
      guard request == state.probes.asked,
        case .file(let file, _, let take, let model, let walks, let compute, let decoding) = request
      else { return }
      let hearer = ListenState.Hearer(model: model, compute: compute, decoding: decoding)
      // What was heard before stays on the screen until now.
      state.listening.take(heard, by: hearer, in: file, take: take)
      let known = Set(state.listening.heard(by: hearer).map(\.walk))
      if known.isSuperset(of: walks) { state.probes.asked = nil }
    case .failed(.file(_, _, let take, _, _, _, _), let reason):
      if take == state.listening.take { state.listening.giveUp(reason) }
    case .failed(_, let reason): state.notice = reason
    case .lens, .cloud, .sound: break
    }
  }
}
