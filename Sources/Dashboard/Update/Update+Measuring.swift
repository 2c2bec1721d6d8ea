// What the evaluator is asked for, and what is made of its answers.

import Speech
import Tradeoff

extension Update {
  /// Asks for a setting under a new id, which makes every event of older ids stale. Before the evaluator
  /// is ready nothing is asked: `.ready` asks for whatever mask is chosen by then.
  static func request(
    _ setting: DashboardState.Setting, _ state: inout DashboardState, limit: Int? = nil,
    isAnew: Bool = false
  ) -> [Effect] {
    switch state.activity {
    case .preparing, .unavailable: return []
    case .idle, .measuring, .failed: break
    }
    if state.isPaused, limit == nil { return [] }
    let request = EvaluationRequest(
      id: (state.newest?.id ?? 0) + 1, mask: setting.mask, model: setting.model, limit: limit,
      isAnew: isAnew)
    state.newest = request
    state.activity = .measuring
    return [.evaluate(request)]
  }

  static func take(_ event: EvaluationEvent, _ state: inout DashboardState) -> [Effect] {
    guard let newest = state.newest else { return [] }
    switch event {
    case .started:
      return []
    case .utterance(let id, let result):
      guard id == newest.id else { return [] }
      let setting = DashboardState.Setting(model: newest.model, mask: newest.mask)
      // Who goes step by step wants to see each.
      if newest.limit != nil, state.measurements[setting]?.results[result.index] == nil {
        state.utterance = result.index
      }
      state.measurements[
        setting,
        default: Measurement(mask: newest.mask, utteranceCount: state.subject.utterances.count)
      ].add(result, speakers: state.subject.speakers)
      return []
    case .finished(let id):
      guard id == newest.id else { return [] }
      state.doneID = id
      state.activity = .idle
      let asked = DashboardState.Setting(model: newest.model, mask: newest.mask)
      compare(asked, &state)
      if state.budget.isInCharge, state.view == .budget {
        let effects = chooseByBudget(&state)
        if !effects.isEmpty { return effects }
      }
      return measureNext(&state, besides: asked)
    case .failed(let id, let reason):
      guard id == newest.id else { return [] }
      state.doneID = id
      state.activity = .failed(reason)
      return []
    }
  }

  /// Works out how what the view Compare shows does against what has just been completed.
  private static func compare(_ setting: DashboardState.Setting, _ state: inout DashboardState) {
    func counts(_ setting: DashboardState.Setting) -> [ErrorCounts]? {
      guard let known = state.measurements[setting], known.isComplete else { return nil }
      return known.results.compactMap { $0?.counts }
    }
    guard let mine = counts(setting) else { return }
    // Settings of one cost: the same number of layers, by another model or another policy.
    for (other, _) in state.measurements
    where other != setting && other.mask.keptCount == setting.mask.keptCount {
      guard let theirs = counts(other) else { continue }
      for (a, b, x, y) in [(setting, other, mine, theirs), (other, setting, theirs, mine)] {
        state.comparisons[DashboardState.Pair(mine: a, other: b)] = ErrorRate.compare(
          y, x, groups: state.subject.speakers)
      }
    }
  }

  /// What numbers are compared with is measured as soon as nothing else waits: full depth, the pinned
  /// setting, the other model at this mask, then what the view wishes for. An empty data set is complete
  /// without a measurement, so what was just asked for is not asked for again.
  static func measureNext(
    _ state: inout DashboardState, besides asked: DashboardState.Setting? = nil
  ) -> [Effect] {
    guard let next = unmeasured(state, besides: asked) else { return [] }
    return request(next, &state)
  }

  private static func unmeasured(
    _ state: DashboardState, besides asked: DashboardState.Setting? = nil
  ) -> DashboardState.Setting? {
    guard !state.subject.utterances.isEmpty else { return nil }
    let full = DashboardState.Setting(model: state.model, mask: state.fullMask)
    let wanted =
      [state.presentSetting, full, state.pinned, state.rival?.setting].compactMap { $0 }
      + state.view.type.wishes(state)
    return wanted.first { $0 != asked && !(state.measurements[$0]?.isComplete ?? false) }
  }

  /// Pauses, and measures one utterance of what would come next. While that is going on, it is enough.
  static func step(_ state: inout DashboardState) -> [Effect] {
    let isStepping = state.isPaused && state.newest?.limit != nil && state.activity == .measuring
    if isStepping { return [] }
    state.isPaused = true
    guard let next = unmeasured(state) else {
      state.notice = "all of this is measured: R measures it anew"
      return []
    }
    return request(next, &state, limit: 1)
  }
}
