// What is known about one mask: the utterances measured so far and their sums.

import Backbones
import Speech
import Tradeoff

/// Grows by one utterance at a time, in the evaluator's shuffled order, so that its partial error
/// rate is an unbiased estimate.
package struct Measurement: Sendable {
  package let mask: LayerMask
  /// By index in the data set; nil: not measured yet.
  package private(set) var results: [UtteranceResult?]
  package private(set) var counts = ErrorCounts()
  package private(set) var measuredCount = 0
  /// 95 % interval of the error rate over speakers or utterances.
  package private(set) var interval: ClosedRange<Double>?
  /// Measured utterances at which `interval` is worked out next.
  private var nextSummary = 1
  private var decodeSeconds = 0.0

  private let leftOut: Int

  /// - Parameter leftOut: utterances that are never measured.
  package init(mask: LayerMask, utteranceCount: Int, leftOut: Int = 0) {
    self.mask = mask
    self.leftOut = leftOut
    results = Array(repeating: nil, count: utteranceCount)
  }

  package var isComplete: Bool { measuredCount == results.count - leftOut }
  /// Errors per reference word; nil before the first word.
  package var errorRate: Double? { counts.words > 0 ? counts.rate : nil }
  /// Mean seconds from log-probabilities to words, beside everything else that computed.
  package var meanDecodeSeconds: Double? {
    measuredCount > 0 ? decodeSeconds / Double(measuredCount) : nil
  }

  /// Adds an utterance not yet known; a repeated one (the evaluator replays what it remembers)
  /// changes nothing.
  package mutating func add(_ result: UtteranceResult, speakers: [String]) {
    guard results.indices.contains(result.index), results[result.index] == nil else { return }
    results[result.index] = result
    measuredCount += 1
    counts += result.counts
    decodeSeconds += result.decodeSeconds
    if measuredCount >= nextSummary || isComplete { summarize(speakers: speakers) }
  }

  /// The bootstrap costs about a millisecond, so it runs each time the sample has grown by a tenth
  /// instead of at every utterance.
  private mutating func summarize(speakers: [String]) {
    nextSummary = measuredCount + max(1, measuredCount / 10)
    let known = results.compactMap { $0 }
    interval = ErrorRate.interval(
      known.map(\.counts), groups: known.map { speakers[$0.index] })
  }
}
