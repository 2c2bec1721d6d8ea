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
        walk: Walk(.spread(keeping: kept, of: 4)), expectedSeconds: seconds,
        counts: [counts(errors), counts(errors + 1)], seconds: [seconds, seconds * 1.5])
    }
    return Scenario(
      trace: trace, interval: 1, deadline: 0.4,
      depths: [depth(1, 0.1, 4), depth(4, 0.4, 0), depth(2, 0.2, 2)])
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
    #expect(scenario.dynamicChoice(speed: 1) == 0)
    #expect(scenario.dynamicChoice(speed: 0.5) == 1)
    #expect(scenario.dynamicChoice(speed: 0.01) == 2)
    #expect(scenario.staticChoice(keeping: 4) == 0 && scenario.staticChoice(keeping: 2) == 1)
  }

  @Test func scoresAddUp() {
    let scenario = scenario
    // Speeds 1, 1, 1/4, 1/4: depths 4, 4, 1, 1; utterances 0, 1, 0, 1.
    let dynamic = scenario.play(utterances: 4) { speed, _ in scenario.dynamicChoice(speed: speed) }
    #expect(dynamic.answered == 4 && dynamic.counts.errors == 0 + 1 + 4 + 5)
    expectClose(dynamic.computeSeconds, 0.4 + 0.6 + 0.1 + 0.15)
    // The second utterance is longer than the mean, and the last one late by half.
    #expect(dynamic.missedDeadlines == 2 && dynamic.lastKept == 1)
    let full = scenario.play(utterances: 4) { _, _ in 0 }
    #expect(full.missedDeadlines == 3 && full.counts.errors == 2)
    #expect(scenario.play(utterances: 0) { _, _ in 0 } == Scenario.Score())
  }

  /// A long utterance is answered with fewer layers.
  @Test func lengthsAreKnownBeforehand() {
    var scenario = scenario
    scenario.lengths = [0.8, 1.2]
    #expect(scenario.dynamicChoice(speed: 1, utterance: 0) == 0)
    #expect(scenario.dynamicChoice(speed: 1, utterance: 1) == 1)
    let score = scenario.play(utterances: 2) { scenario.dynamicChoice(speed: $0, utterance: $1) }
    // The second one takes 0.2 s times 1.5 in place of 0.4 s times 1.5.
    #expect(score.missedDeadlines == 0 && score.counts.errors == 0 + 3)
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
