// A play of known results: who chooses what, who is late, and what it adds up to.

import Backbones
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct ScenarioTests {
  private func counts(_ errors: Int) -> ErrorCounts {
    var counts = ErrorCounts()
    counts.words = 10
    counts.substitutions = errors
    return counts
  }

  private var scenario: Scenario {
    let trace = ComputeTrace(
      name: "two", explanation: "",
      steps: [.init(seconds: 2, speed: 1), .init(seconds: 2, speed: 0.25)])
    func depth(_ kept: Int, _ seconds: Double, _ errors: Int) -> Scenario.Depth {
      Scenario.Depth(
        walk: Walk(.spread(keeping: kept, of: 4)), counts: [counts(errors), counts(errors + 1)],
        expected: [seconds, seconds * 1.5], seconds: [seconds, seconds * 1.5])
    }
    return Scenario(
      trace: trace, interval: 1, deadline: 0.4,
      depths: [depth(1, 0.1, 4), depth(4, 0.4, 0), depth(2, 0.2, 2)], slowdowns: Slowdowns())
  }

  @Test func theTraceRepeats() {
    let trace = scenario.trace
    #expect([0, 1.9, 2, 3.9, 4, 6.5].map(trace.speed) == [1, 1, 0.25, 0.25, 1, 0.25])
    for trace in ComputeTrace.builtIn {
      #expect(trace.seconds == 60 && trace.steps.allSatisfy { $0.speed > 0 && $0.speed <= 1 })
    }
  }

  @Test func theDynamicModelGoesAsDeepAsTheMomentAllows() {
    let scenario = scenario
    #expect(scenario.depths.map(\.walk.keptCount) == [4, 2, 1])
    #expect(scenario.dynamicChoice(speed: 1, utterance: 0) == 0)
    #expect(scenario.dynamicChoice(speed: 0.5, utterance: 0) == 1)
    #expect(scenario.dynamicChoice(speed: 0.01, utterance: 0) == 2)
    // A longer one gets fewer layers.
    #expect(scenario.dynamicChoice(speed: 1, utterance: 1) == 1)
    #expect(scenario.staticChoice(keeping: 4) == 0 && scenario.staticChoice(keeping: 2) == 1)
  }

  @Test func scoresAddUp() {
    let scenario = scenario
    // Speeds 1, 1, 1/4, 1/4; utterances 0, 1, 0, 1: depths 4, 2, 1, 1, and the last one takes half as
    // long again as there is time.
    let dynamic = scenario.play(utterances: 4) {
      scenario.dynamicChoice(speed: $0, utterance: $1)
    }
    #expect(dynamic.answered == 4 && dynamic.counts.errors == 0 + 3 + 4 + 5)
    #expect(dynamic.right == 10 + 7 + 6 + 5 && dynamic.rightInTime == 10 + 7 + 6)
    expectClose(dynamic.rightInTimeShare, 23.0 / 40)
    expectClose(dynamic.computeSeconds, 0.4 + 0.3 + 0.1 + 0.15)
    #expect(dynamic.missedDeadlines == 1 && dynamic.lastKept == 1)
    #expect(dynamic.keptCounts == 1...4)
    let full = scenario.play(utterances: 4) { _, _ in 0 }
    #expect(full.missedDeadlines == 3 && full.counts.errors == 2 && full.rightInTime == 10)
    #expect(full.keptCounts == 4...4)
    #expect(scenario.play(utterances: 0) { _, _ in 0 } == Scenario.Score())
  }

  /// What was deleted is not right, what was added takes nothing away.
  @Test func rightWordsAreThoseThatWereHeard() {
    var scenario = scenario
    for index in scenario.depths.indices {
      scenario.depths[index].counts = [
        ErrorCounts(substitutions: 1, deletions: 2, insertions: 5, words: 10), counts(0),
      ]
    }
    #expect(scenario.play(utterances: 1) { _, _ in 0 }.rightInTime == 7)
  }

  /// Who may be late once in ten times allows for the ninth slowest pass.
  @Test func theChooserIsCautious() throws {
    var scenario = scenario
    scenario.slowdowns = Slowdowns([1, 1, 1, 1, 1, 1, 1, 1, 1.5, 9])
    #expect(scenario.dynamicChoice(speed: 1, utterance: 0) == 1)
    scenario.slowdowns = Slowdowns([1, 1, 1, 1, 1, 1, 1, 1, 1, 9])
    #expect(scenario.dynamicChoice(speed: 1, utterance: 0) == 0)
    // Each pass takes as much longer as one of them did.
    scenario.slowdowns = Slowdowns([1, 2])
    let second = try #require(scenario.answer(1) { _, _ in 0 })
    expectClose(second.shareOfDeadline, 3)
    expectClose(second.computeSeconds, 1.2)
    #expect(second.isLate && second.keptCount == 4)
  }

  /// What an utterance's own mask takes is known afterwards.
  @Test func itIsChosenByWhatIsExpected() throws {
    var scenario = scenario
    scenario.depths[0].expected = [0.5, 0.7]
    #expect(scenario.dynamicChoice(speed: 1, utterance: 0) == 1)
    let answer = try #require(scenario.answer(0) { _, _ in 0 })
    expectClose(answer.shareOfDeadline, 1)
  }

  @Test func theWorstMomentDecidesForOne() {
    var scenario = scenario
    #expect(scenario.worstMomentChoice == 2, "nothing fits")
    scenario.deadline = 0.6
    #expect(scenario.worstMomentChoice == 2)
    scenario.deadline = 1.2
    #expect(scenario.worstMomentChoice == 1)
    // One utterance of two is not nine of ten.
    scenario.deadline = 1.1
    #expect(scenario.worstMomentChoice == 2)
  }

  /// With errors that fall as layers are added, choosing wins in every built-in scenario by what it
  /// should win by; but not where nothing ever changes and every depth fits.
  @Test(arguments: ComputeTrace.builtIn, [0.5, 0.75, 1, 1.5])
  func choosingWins(trace: ComputeTrace, share: Double) throws {
    let lengths = (0..<20).map { 0.5 + Double($0) / 19 }
    let depths = (1...12).map { kept in
      let missing = Double(12 - kept)
      let errors = ErrorCounts(
        substitutions: Int((20 * missing * missing / 150).rounded()), deletions: 0, insertions: 0,
        words: 20)
      let seconds = lengths.map { (0.04 + 0.96 * Double(kept) / 12) * $0 }
      return Scenario.Depth(
        walk: Walk(.spread(keeping: kept, of: 12)), counts: lengths.map { _ in errors },
        expected: seconds, seconds: seconds)
    }
    let scenario = Scenario(
      trace: trace, interval: 1, deadline: share, depths: depths,
      slowdowns: Slowdowns((0..<20).map { 1 + 0.01 * Double($0) }))
    func right(_ choose: (Double, Int) -> Int?) -> Double {
      scenario.play(utterances: 120, choose: choose).rightInTimeShare
    }
    let free = right { scenario.dynamicChoice(speed: $0, utterance: $1) }
    let worst = try #require(scenario.worstMomentChoice)
    for fixed in [0, 6, worst] { #expect(free > right { _, _ in fixed } + 0.04) }
  }

  @Test func tracesAreReadFromCSV() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("lift.csv")
      func write(_ text: String) throws {
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      try write("seconds,speed\r\n10, 0.5\r\n\r\n5,1\r\n")
      let trace = try ComputeTrace(csv: file)
      #expect(trace.name == "lift" && trace.steps.map(\.seconds) == [10, 5])
      #expect(trace.steps.map(\.speed) == [0.5, 1])
      for (text, part) in [
        ("10,0", "line 1"), ("seconds,speed\n1,2,3", "line 2"), ("", "found none"),
        ("1,x", "found \"1,x\""), ("10,1e25", "line 1"), ("10,1e12", "up to 1"),
        ("1,1.5", "line 1"), ("1e25,1", "up to a day"), ("1,1e-300", "line 1"),
        ("1e-300,1", "line 1"), ("1,0.5\n2,nan", "line 2"), ("1,0.5\u{2028}2,0.5", "line 1"),
        ("inf,1", "line 1"),
      ] {
        try write(text)
        do {
          _ = try ComputeTrace(csv: file)
          Issue.record("no error for \(text)")
        } catch {
          #expect("\(error)".contains(part) && "\(error)".contains("lift.csv"))
        }
      }
    }
  }
}
