// The front over all axes: measured whenever nothing else is, and what is asked of it.

import Backbones
import TerminalUI
import Tradeoff

/// What a key or the mouse asks of the front.
package enum FrontAction: Hashable, Sendable {
  case open, run
  /// So many percent more of the words may be wrong.
  case target(Int)
  case unit
  /// The cheapest way becomes the present choice.
  case take
}

extension Update {
  static func perform(_ action: FrontAction, _ state: inout DashboardState) -> [Effect] {
    switch action {
    case .open:
      if !state.isFrontShown, !isTried(state) { state.front.isRunning = true }
      state.overlay = .front
    case .run: return runFront(&state)
    case .target(let step): state.front.target = min(100, max(1, state.front.target + step))
    case .unit:
      state.front.unit = state.front.unit.next
      // Times are taken as long as it runs.
      if state.untimedOfFront(besidesRunning: true) != nil { state.front.isRunning = true }
    case .take:
      guard let way = state.cheapest(state.frontWays) else {
        state.notice = "none of them reaches \(state.front.target) %"
        return []
      }
      state.overlay = nil
      return choose(way.point, &state)
    }
    return []
  }

  /// Whether nothing of the present model is left to be tried.
  private static func isTried(_ state: DashboardState) -> Bool {
    state.nextOfFront == nil && state.untimedOfFront(besidesRunning: true) == nil
  }

  /// Goes on, or stops within one layer; what is known stays known.
  private static func runFront(_ state: inout DashboardState) -> [Effect] {
    if isTried(state) {
      state.notice = "all of them are measured"
      return []
    }
    state.front.isRunning.toggle()
    if state.front.isRunning, state.isPaused { state.notice = "measuring is paused: z goes on" }
    guard !state.front.isRunning, state.isFrontMeasured else { return [] }
    (state.front.asked, state.activity) = (nil, .idle)
    return [.rest]
  }

  /// A key while the front is shown: what is not the front's does what it does without it.
  static func presentFront(_ key: Key, _ state: inout DashboardState) -> [Effect] {
    switch key {
    case " ": return perform(.front(.run), &state)
    case "+", "=": return perform(.front(.target(1)), &state)
    case "-": return perform(.front(.target(-1)), &state)
    case "f": return perform(.front(.unit), &state)
    case .enter: return perform(.front(.take), &state)
    case .escape, "q", "F": state.overlay = nil
    default: return act(on: key, &state)
    }
    return []
  }

  /// The next utterances of the next way; nothing once all are known.
  static func requestFront(_ state: inout DashboardState) -> [Effect] {
    guard state.front.isRunning, !state.listening.isRecording else { return [] }
    guard let (point, limit) = state.nextOfFront else {
      state.front.isRunning = false
      return []
    }
    let request = EvaluationRequest(
      id: (state.newest?.id ?? 0) + 1, point, known: state.front.tallies[point]?.known ?? [],
      limit: limit)
    state.newest = request
    state.front.asked = request.id
    state.activity = .measuring
    return [.evaluateFront(request)]
  }

  /// An answer to a request of the front's.
  static func takeFront(
    _ event: EvaluationEvent, _ newest: EvaluationRequest, _ state: inout DashboardState
  ) {
    switch event {
    case .started: break
    case .utterance(_, let result):
      state.front.tallies[newest.point, default: FrontState.Tally()].add(result)
    case .finished(let id):
      (state.front.asked, state.doneID, state.activity) = (nil, id, .idle)
    case .failed(let id, let reason):
      (state.front.asked, state.doneID, state.activity) = (nil, id, .idle)
      state.front.isRunning = false
      state.notice = "no front: \(reason)"
    }
  }
}
