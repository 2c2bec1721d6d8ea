// A stream of utterances under a changing budget: a model that chooses its depth beside models that
// cannot.

import Backbones
import Speech

/// Plays measured results against a trace. An utterance every `interval` seconds has to be answered
/// within `deadline` seconds; what it takes is what it took on this machine, divided by the speed that
/// is to be had when it starts. Nothing here is measured anew: the same results give the same play.
package struct Scenario: Sendable, Equatable {
  /// What is known of one walk: errors and seconds of every utterance.
  package struct Depth: Sendable, Equatable {
    package var walk: Walk
    /// Seconds for an utterance of mean length, by which a budget is met or not before an utterance is
    /// recognised.
    package var expectedSeconds: Double
    package var counts: [ErrorCounts]
    package var seconds: [Double]

    package init(
      walk: Walk, expectedSeconds: Double, counts: [ErrorCounts], seconds: [Double]
    ) {
      precondition(counts.count == seconds.count, "a time for every utterance")
      self.walk = walk
      self.expectedSeconds = expectedSeconds
      self.counts = counts
      self.seconds = seconds
    }
  }

  /// How one contestant has done so far.
  package struct Score: Sendable, Equatable {
    package var answered = 0
    package var missedDeadlines = 0
    package var counts = ErrorCounts()
    /// Seconds of this machine's full speed.
    package var computeSeconds = 0.0
    /// Layers of the last utterance.
    package var lastKept = 0
  }

  package var trace: ComputeTrace
  /// Seconds from one utterance to the next, and to answer one.
  package var interval: Double
  package var deadline: Double
  /// Deepest first.
  package var depths: [Depth]
  /// Of each utterance relative to their mean: known once it has been spoken, before it is recognised.
  package var lengths: [Double]

  /// Without lengths all utterances are as long.
  package init(
    trace: ComputeTrace, interval: Double, deadline: Double, depths: [Depth],
    lengths: [Double] = []
  ) {
    self.trace = trace
    self.interval = interval
    self.deadline = deadline
    self.depths = depths.sorted { $0.walk.keptCount > $1.walk.keptCount }
    self.lengths = lengths
  }

  /// The deepest walk that is expected to answer an utterance in time at that speed; the shallowest when
  /// none is.
  package func dynamicChoice(speed: Double, utterance: Int = 0) -> Int? {
    let length = lengths.indices.contains(utterance) ? lengths[utterance] : 1
    return depths.indices.first { depths[$0].expectedSeconds * length / speed <= deadline }
      ?? depths.indices.last
  }

  /// The static one of that depth, or the nearest that was measured.
  package func staticChoice(keeping count: Int) -> Int? {
    depths.indices.min {
      abs(depths[$0].walk.keptCount - count) < abs(depths[$1].walk.keptCount - count)
    }
  }

  /// Scores after the first `utterances` of the stream; `choose` gets the speed of the moment and
  /// the utterance's place in the data set.
  package func play(utterances: Int, choose: (Double, Int) -> Int?) -> Score {
    var score = Score()
    guard let count = depths.first?.counts.count, count > 0 else { return score }
    for number in 0..<utterances {
      let speed = trace.speed(at: Double(number) * interval)
      let utterance = number % count
      guard let index = choose(speed, utterance) else { continue }
      let depth = depths[index]
      score.answered += 1
      score.counts += depth.counts[utterance]
      score.computeSeconds += depth.seconds[utterance]
      if depth.seconds[utterance] / speed > deadline { score.missedDeadlines += 1 }
      score.lastKept = depth.walk.keptCount
    }
    return score
  }
}
