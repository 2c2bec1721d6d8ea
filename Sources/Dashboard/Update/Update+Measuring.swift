// What the evaluator is asked for, and what is made of its answers.

import Speech
import Tradeoff

extension Update {
  /// Asks for an operating point under a new id, which makes every event of older ids stale. Before the
  /// evaluator is ready nothing is asked: `.ready` asks for whatever walk is chosen by then.
  static func request(
    _ point: OperatingPoint, _ state: inout DashboardState, limit: Int? = nil,
    isAnew: Bool = false
  ) -> [Effect] {
    switch state.activity {
    case .preparing, .unavailable: return []
    case .idle, .measuring, .failed: break
    }
    if state.isPaused, limit == nil { return [] }
    if state.listening.isRecording { return [] }
    let request = EvaluationRequest(
      id: (state.newest?.id ?? 0) + 1, point, known: state.measurements[point]?.known ?? [],
      limit: limit, isAnew: isAnew)
    state.newest = request
    state.front.asked = nil
    state.activity = .measuring
    state.asked.removeAll { $0 == point }
    state.asked.append(point)
    forgetOldest(&state)
    return [.evaluate(request)]
  }

  /// Results that are kept of all measurements together: about 2 kB each, 30 MB.
  private static let rememberedResults = 1 << 14
  /// Kept however many utterances there are.
  private static let fewestMeasurements = 32

  /// Who tries masks for hours has no use for all of them, and comparing takes longer with each.
  private static func forgetOldest(_ state: inout DashboardState) {
    let limit = max(
      fewestMeasurements, rememberedResults / max(1, state.subject.utterances.count))
    guard state.asked.count > limit else { return }
    // What is on the screen would be asked for again at once.
    let present = Set(wanted(state))
    guard let place = state.asked.firstIndex(where: { !present.contains($0) }) else { return }
    let oldest = state.asked.remove(at: place)
    state.measurements[oldest] = nil
    state.comparisons = state.comparisons.filter {
      $0.key.mine != oldest && $0.key.other != oldest
    }
    state.drawComparisons = state.drawComparisons.filter {
      !$0.key.mine.contains(oldest) && !$0.key.other.contains(oldest)
    }
  }

  static func take(_ event: EvaluationEvent, _ state: inout DashboardState) -> [Effect] {
    guard let newest = state.newest else { return [] }
    if state.front.asked == newest.id {
      if event.id == newest.id { takeFront(event, newest, &state) }
      return []
    }
    switch event {
    case .started:
      return []
    case .utterance(let id, let result):
      guard id == newest.id else { return [] }
      let point = newest.point
      // Who goes step by step wants to see each.
      if newest.limit != nil { (state.utterance, state.seeksChange) = (result.index, false) }
      state.measurements[
        point,
        default: Measurement(
          walk: point.walk, utteranceCount: state.subject.utterances.count,
          leftOut: state.subject.leftOut.count)
      ].add(result, speakers: state.subject.speakers)
      seekChange(&state)
      return []
    case .finished(let id):
      guard id == newest.id else { return [] }
      state.doneID = id
      state.activity = .idle
      let asked = newest.point
      compare(asked, &state)
      let effects = state.view.type.takeMeasurement(&state)
      if !effects.isEmpty { return effects }
      return measureNext(&state, besides: asked)
    case .failed(let id, let reason):
      guard id == newest.id else { return [] }
      state.doneID = id
      state.activity = .failed(reason)
      return []
    }
  }

  /// Works out how what the view Compare shows does against what has just been completed.
  private static func compare(_ point: OperatingPoint, _ state: inout DashboardState) {
    func counts(_ point: OperatingPoint) -> [ErrorCounts]? {
      guard let known = state.measurements[point], known.isComplete else { return nil }
      return known.results.compactMap { $0?.counts }
    }
    guard let mine = counts(point) else { return }
    let (speakers, leftOut) = (state.subject.speakers, state.subject.leftOut)
    let measured = speakers.indices.filter { !leftOut.contains($0) }.map { speakers[$0] }
    // Of one cost: the same number of layers, by another model or another policy.
    for (other, _) in state.measurements
    where other != point && other.walk.keptCount == point.walk.keptCount
      && other.decoding == point.decoding && other.compute == point.compute
    {
      guard let theirs = counts(other) else { continue }
      for (a, b, x, y) in [(point, other, mine, theirs), (other, point, theirs, mine)] {
        state.comparisons[DashboardState.Pair(mine: a, other: b)] = ErrorRate.compare(
          y, x, groups: measured)
      }
    }
  }

  /// The same for what stands on the screen as several draws: the errors of all of them together.
  static func compareDraws(_ state: inout DashboardState) {
    guard state.view == .compare, !state.isSliderHeld else { return }
    let contestants = ComparisonPanel.contestants(state)
    guard contestants.contains(where: { PolicyCatalog.isDrawn($0.policy) }) else { return }
    func counts(_ points: [OperatingPoint]) -> [ErrorCounts]? {
      let known = points.compactMap { state.measurements[$0] }
      guard known.count == points.count, known.allSatisfy(\.isComplete) else { return nil }
      let each = known.map { $0.results.compactMap { $0?.counts } }
      return each[0].indices.map { index in each.reduce(ErrorCounts()) { $0 + $1[index] } }
    }
    let (speakers, leftOut) = (state.subject.speakers, state.subject.leftOut)
    let measured = speakers.indices.filter { !leftOut.contains($0) }.map { speakers[$0] }
    for count in ComparisonPanel.depths(state) {
      let mine = contestants[0].points(keeping: count, state)
      for other in contestants.dropFirst() {
        let draws = DashboardState.Draws(
          mine: mine, other: other.points(keeping: count, state))
        guard !draws.isOne, state.drawComparisons[draws] == nil, let a = counts(draws.mine),
          let b = counts(draws.other)
        else { continue }
        state.drawComparisons[draws] = ErrorRate.compare(b, a, groups: measured)
      }
    }
  }

  /// What numbers are compared with is measured as soon as nothing else waits: the times of what of the model
  /// is computed, full depth, the pinned operating point, the other model by this walk, then what the view
  /// wishes for, and last the front over all axes. An empty data set is complete without a measurement, so
  /// what was just asked for is not asked for again.
  static func measureNext(
    _ state: inout DashboardState, besides asked: OperatingPoint? = nil
  ) -> [Effect] {
    if let untimed = untimed(state) {
      state.timed = untimed
      return [.time(untimed)]
    }
    guard let next = unmeasured(state, besides: asked) else { return requestFront(&state) }
    return request(next, &state)
  }

  /// Whose times the screen lacks, once the present error rate is known; nothing else may compute meanwhile.
  private static func untimed(_ state: DashboardState) -> DashboardState.Thinned? {
    guard state.present?.isComplete == true, state.probes.asked == nil,
      !state.listening.isRecording
    else { return nil }
    return ([state.presentPoint, state.pinned, state.rival?.point].compactMap { $0 })
      .filter { $0.compute != .full && state.costs($0).latency == nil }
      .map { DashboardState.Thinned(model: $0.model, compute: $0.compute) }.first
      ?? state.untimedOfFront()
  }

  private static func unmeasured(
    _ state: DashboardState, besides asked: OperatingPoint? = nil
  ) -> OperatingPoint? {
    guard state.subject.measurableCount > 0 else { return nil }
    return wanted(state).first { $0 != asked && !(state.measurements[$0]?.isComplete ?? false) }
  }

  /// What the screen shows numbers of, the most important first.
  private static func wanted(_ state: DashboardState) -> [OperatingPoint] {
    [state.presentPoint, state.fullPoint, state.pinned, state.rival?.point].compactMap { $0 }
      + state.view.type.wishes(state)
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

  /// Takes the times of all models anew. Nothing is measured or looked at meanwhile: what was under way is
  /// asked for again when the times are there.
  static func measureTimes(_ state: inout DashboardState) -> [Effect] {
    switch state.activity {
    case .preparing, .unavailable:
      state.notice = "not before everything is ready"
      return []
    case .idle, .measuring, .failed: break
    }
    state.activity = .preparing("measuring this machine's speed")
    state.probes.asked = nil
    return [.rest, .measureTimes]
  }
}
