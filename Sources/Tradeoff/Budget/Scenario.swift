// A stream of utterances under a changing budget: a model that chooses its depth beside models that
// cannot.

import Backbones
import Speech

/// Plays measured results against a trace. An utterance every `interval` seconds has to be answered
/// within `deadline` seconds; what it takes is what its length takes on this machine, as much longer as
/// one of the measured passes took, divided by the speed that is to be had when it starts. Nothing here
/// is measured anew: the same results give the same play.
package struct Scenario: Sendable, Equatable {
  /// What is known of one walk: errors and seconds of every utterance.
  package struct Depth: Sendable, Equatable {
    package var walk: Walk
    package var counts: [ErrorCounts]
    /// What an utterance of that length takes at least: known once it has been spoken, before it is
    /// recognised. Where utterances have masks of their own, nine of ten take no more.
    package var expected: [Double]
    /// What each takes at least by its own mask.
    package var seconds: [Double]

    package init(walk: Walk, counts: [ErrorCounts], expected: [Double], seconds: [Double]) {
      precondition(
        counts.count == seconds.count && counts.count == expected.count,
        "a time for every utterance")
      self.walk = walk
      self.counts = counts
      self.expected = expected
      self.seconds = seconds
    }
  }

  /// What became of one utterance.
  package struct Answer: Sendable, Equatable {
    /// Which depth, deepest first.
    package var depth: Int
    package var keptCount: Int
    /// Until it was there, as a share of the deadline: above 1 it came too late.
    package var shareOfDeadline: Double
    package var counts: ErrorCounts
    /// Seconds of the full speed.
    package var computeSeconds: Double

    package var isLate: Bool { shareOfDeadline > Scenario.wholly }
  }

  /// How one contestant has done so far.
  package struct Score: Sendable, Equatable {
    package var answered = 0
    package var missedDeadlines = 0
    package var counts = ErrorCounts()
    /// Words that were recognised and in time: a late answer is none.
    package var rightInTime = 0
    /// Words that were recognised, late or not.
    package var right = 0
    /// Seconds of this machine's full speed.
    package var computeSeconds = 0.0
    /// Layers of the last utterance.
    package var lastKept = 0
    /// Fewest and most layers of an utterance; nil before the first.
    package var keptCounts: ClosedRange<Int>?

    /// Of all words that were said, 0 to 1.
    package var rightInTimeShare: Double {
      counts.words > 0 ? Double(rightInTime) / Double(counts.words) : 0
    }
  }

  package var trace: ComputeTrace
  /// Seconds from one utterance to the next, and to answer one.
  package var interval: Double
  package var deadline: Double
  /// Deepest first.
  package var depths: [Depth]
  /// How times differ from pass to pass.
  package var slowdowns: Slowdowns

  package init(
    trace: ComputeTrace, interval: Double, deadline: Double, depths: [Depth],
    slowdowns: Slowdowns
  ) {
    self.trace = trace
    self.interval = interval
    self.deadline = deadline
    self.depths = depths.sorted { $0.walk.keptCount > $1.walk.keptCount }
    self.slowdowns = slowdowns
  }

  /// A time that is a share of another one may come out a little above what it is.
  fileprivate static let wholly = 1 + 1e-9

  /// Who is to be late no more than once in ten times goes by this.
  package static let caution = 0.9

  /// Whether an utterance is in time at that depth and speed nine times of ten.
  private func isInTime(_ depth: Depth, _ utterance: Int, speed: Double) -> Bool {
    depth.expected[utterance] * slowdowns.within(Self.caution) / speed <= deadline * Self.wholly
  }

  /// The deepest walk that answers an utterance of that length in time at that speed, nine times of ten;
  /// the shallowest when none does.
  package func dynamicChoice(speed: Double, utterance: Int) -> Int? {
    depths.indices.first { isInTime(depths[$0], utterance, speed: speed) } ?? depths.indices.last
  }

  /// The static one of that depth, or the nearest that was measured.
  package func staticChoice(keeping count: Int) -> Int? {
    depths.indices.min {
      abs(depths[$0].walk.keptCount - count) < abs(depths[$1].walk.keptCount - count)
    }
  }

  /// The deepest static one that answers nine of ten utterances in time at the worst moment of the trace;
  /// the shallowest when none does.
  package var worstMomentChoice: Int? {
    let speed = trace.slowest
    return depths.indices.first { index in
      let depth = depths[index]
      let inTime = depth.seconds.indices.count { isInTime(depth, $0, speed: speed) }
      return Double(inTime) >= Self.caution * Double(depth.seconds.count)
    } ?? depths.indices.last
  }

  /// What becomes of the utterance of that number in the stream; `choose` gets the speed of the moment
  /// and the utterance's place in the data set.
  package func answer(_ number: Int, choose: (Double, Int) -> Int?) -> Answer? {
    guard let count = depths.first?.counts.count, count > 0 else { return nil }
    let (speed, utterance) = (trace.speed(at: Double(number) * interval), number % count)
    guard let index = choose(speed, utterance) else { return nil }
    let depth = depths[index]
    let seconds = depth.seconds[utterance] * slowdowns.ofPass(number)
    return Answer(
      depth: index, keptCount: depth.walk.keptCount,
      shareOfDeadline: seconds / speed / deadline, counts: depth.counts[utterance],
      computeSeconds: seconds)
  }

  /// Scores after the first `utterances` of the stream; `choose` as for `answer`.
  package func play(utterances: Int, choose: (Double, Int) -> Int?) -> Score {
    var score = Score()
    for number in 0..<utterances {
      guard let answer = answer(number, choose: choose) else { continue }
      let counts = answer.counts
      let right = counts.words - counts.substitutions - counts.deletions
      score.answered += 1
      score.counts += counts
      score.right += right
      score.computeSeconds += answer.computeSeconds
      if answer.isLate { score.missedDeadlines += 1 } else { score.rightInTime += right }
      score.lastKept = answer.keptCount
      let known = score.keptCounts ?? answer.keptCount...answer.keptCount
      score.keptCounts =
        min(known.lowerBound, answer.keptCount)...max(known.upperBound, answer.keptCount)
    }
    return score
  }
}
