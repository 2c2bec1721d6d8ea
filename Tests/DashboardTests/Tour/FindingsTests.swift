// What the tour concludes follows from what was measured: better, worse, or a tie.

import Speech
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct FindingsTests {
  /// Serves what is asked for; the models of these indices make no errors.
  private func press(_ state: inout DashboardState, _ keys: [Key], perfect: Set<Int>) {
    for key in keys {
      serve(update(&state, .terminal(.key(key))), &state, perfect: perfect)
    }
  }

  private func serve(_ effects: [Effect], _ state: inout DashboardState, perfect: Set<Int>) {
    for _ in 0..<200 where state.activity == .measuring {
      guard let request = state.newest else { return }
      for index in state.subject.utterances.indices {
        var result = Scene.result(index, request.point.walk)
        if perfect.contains(request.point.model) {
          result.counts = ErrorCounts()
          result.counts.words = state.subject.utterances[index].words.count
        }
        _ = update(&state, .evaluator(.utterance(id: request.id, result)))
      }
      _ = update(&state, .evaluator(.finished(id: request.id)))
    }
    Scene.serve(effects, &state)
  }

  private func ready(perfect: Set<Int>) -> DashboardState {
    var state = Scene.tourModels()
    serve(update(&state, .ready), &state, perfect: perfect)
    return state
  }

  private func reveal(
    chapter: Int, _ title: String, before: [Key] = [], perfect: Set<Int>
  ) throws -> String {
    var state = ready(perfect: perfect)
    press(&state, before, perfect: perfect)
    let steps = Tour.chapters[chapter].steps(in: state)
    let place = try #require(steps.firstIndex { $0.title == title })
    press(&state, ["T", .character(Character("\(chapter + 1)"))], perfect: perfect)
    for _ in 0..<place {
      if state.prompt != nil { press(&state, [.escape], perfect: perfect) }
      press(&state, ["."], perfect: perfect)
    }
    press(&state, Tour.step(state).answer(state), perfect: perfect)
    #expect(state.tour.isReached, "\(title)")
    return state.tour.reveal
  }

  /// `dld` is the fourth, `random-drop` the third.
  @Test(arguments: [
    (Set([3]), "fewer errors with 12, 10, 8, 6, 4 and 2 layers"),
    (Set([2]), "more errors with 12, 10, 8, 6, 4 and 2 layers"),
    (Set<Int>(), "as many errors (a tie) with 12, 10, 8, 6, 4 and 2 layers"),
  ]) func distillationIsJudgedByWhatWasMeasured(perfect: Set<Int>, words: String) throws {
    let told = try reveal(chapter: 3, "With and without", perfect: perfect)
    #expect(told.contains("Against random-drop dld makes \(words)"), "\(told)")
  }

  @Test func randomDroppingsPriceIsWhatItIs() throws {
    for (perfect, words) in [
      (Set([1]), "hurts: who is seldom whole"), (Set<Int>(), "costs nothing that these words"),
      (Set([2]), "even helps here"),
    ] {
      // reference at full depth is measured on the way.
      let told = try reveal(
        chapter: 2, "At the other end", before: ["M", "2"], perfect: perfect)
      #expect(told.contains(words), "\(told)")
    }
  }

  @Test func aStudentPassesItsTeacherWhereItDoes() throws {
    for (perfect, words) in [
      (Set([0]), "fewer errors than reference"), (Set([1]), "more errors than reference"),
      (Set<Int>(), "a tie with reference, its teacher, P 0.50"),
    ] {
      let told = try reveal(
        chapter: 3, "Past the teacher?", before: ["M", "2"], perfect: perfect)
      #expect(told.contains(words), "\(told)")
    }
  }

  @Test func depthsAreGroupedByVerdict() {
    func depth(_ count: Int, _ probability: Double, rate: Double = 0.2) -> Findings.Depth {
      Findings.Depth(count: count, probability: probability, mine: rate, other: rate)
    }
    #expect(
      Findings.summary([
        depth(12, 1), depth(8, 0.95), depth(6, 0.94), depth(4, 0.06), depth(2, 0.05, rate: 0.95),
      ]) == "fewer errors with 12 and 8 layers; a tie with 6 and 4; "
        + "more with 2, where neither is understood")
    #expect(Findings.summary([depth(3, 0), depth(1, 0)]) == "more errors with 3 and 1 layers")
  }

  /// A rate that is not measured here is said to be saved; of other masks nothing is known.
  @Test func savedRatesAreCalledSaved() {
    var state = ready(perfect: [])
    let half = Findings.point("random-drop", oneOf: 2, state)
    #expect(Findings.percentage(half, state) == nil)
    state.savedSweeps = [
      SavedSweep(
        model: "random-drop", policy: "spread",
        points: [SavedSweep.Point(keptLayers: 6, gflop: 1, milliseconds: 1, errorRate: 0.126)])
    ]
    #expect(Findings.percentage(half, state) == "12.6 % (saved sweep)")
    let first = state.point(
      model: 2, walk: state.policies.walk("first", seed: 1, keeping: 6))
    #expect(Findings.percentage(first, state) == nil)
    press(&state, ["M", "3", "d", "5", "0", .enter], perfect: [])
    #expect(Findings.percentage(half, state)?.hasSuffix("(saved sweep)") == false)
  }
}
