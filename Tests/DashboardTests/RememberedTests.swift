// Who goes on for hours does not fill the memory.

import Speech
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct RememberedTests {
  /// So many utterances that few measurements are kept.
  private func state() -> DashboardState {
    let scene = Scene.state()
    let subject = Subject(
      models: scene.subject.models, dataset: "d", split: "s",
      utterances: (0..<2000).map {
        Subject.Item(id: "\($0)", speaker: "\($0 % 7)", transcript: "a word")
      }, machine: "m", threads: 1)
    var state = DashboardState(
      subject: subject, walk: scene.walk, policy: scene.policy, costs: scene.modelCosts)
    state.size = Size(width: 120, height: 40)
    return state
  }

  /// A first utterance of all that is asked for.
  private func take(_ effects: [Effect], _ state: inout DashboardState) {
    for case .evaluate(let request) in effects {
      let result = Scene.result(0, request.point.walk)
      _ = update(&state, .evaluator(.utterance(id: request.id, result)))
    }
  }

  @Test func theOldestMeasurementsGoAndWhatIsShownStays() throws {
    var state = state()
    take(update(&state, .ready), &state)
    let full = state.presentPoint
    for _ in 0..<6 { take(update(&state, .terminal(.key(.right))), &state) }
    _ = update(&state, .terminal(.key("p")))
    let pinned = try #require(state.pinned)
    var visited: [OperatingPoint] = []
    for _ in 0..<100 {
      take(update(&state, .terminal(.key("r"))), &state)
      visited.append(state.presentPoint)
    }
    #expect(Set(visited).count > 60)
    #expect(state.measurements.count <= 33)
    #expect(state.measurements[full] != nil && state.measurements[pinned] != nil)
    #expect(visited.suffix(10).allSatisfy { state.measurements[$0] != nil })
    #expect(visited.prefix(10).allSatisfy { state.measurements[$0] == nil })
    // What has gone is measured again when it is looked at again.
    let effects = update(&state, .terminal(.key("u")))
    take(effects, &state)
    #expect(state.present != nil)
  }

  /// Comparisons go with what they compare.
  @Test func comparisonsAreForgottenToo() {
    var state = state()
    take(update(&state, .ready), &state)
    for _ in 0..<60 {
      let pair = DashboardState.Pair(mine: state.presentPoint, other: state.fullPoint)
      state.comparisons[pair] = ErrorRate.compare(
        [ErrorCounts(), ErrorCounts()], [ErrorCounts(), ErrorCounts()], groups: ["a", "b"])
      take(update(&state, .terminal(.key("r"))), &state)
    }
    #expect(state.comparisons.count <= 33)
  }
}
