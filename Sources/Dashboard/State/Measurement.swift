// What is known about one walk: the utterances measured so far and their sums.

import Backbones
import Speech
import Tradeoff

/// Grows by one utterance at a time, in the evaluator's shuffled order, so that its partial error
/// rate is an unbiased estimate.
package struct Measurement: Sendable {
  package let walk: Walk
  /// By index in the data set; nil: not measured yet.
  package private(set) var results: [UtteranceResult?]
  package private(set) var counts = ErrorCounts()
  package private(set) var measuredCount = 0
  package private(set) var audioSeconds = 0.0
  package private(set) var seconds = 0.0
  /// 95 % interval of the error rate over speakers or utterances.
  package private(set) var interval: ClosedRange<Double>?
  /// Seconds that a quarter, half and three quarters of the utterances stay below.
  package private(set) var quartiles: (low: Double, median: Double, high: Double)?
  /// Measured utterances at which `interval` and `quartiles` are worked out next.
  private var nextSummary = 1
  private var frontEndSeconds = 0.0
  private var headSeconds = 0.0
  private var decodeSeconds = 0.0
  private var operations = 0.0
  private var layerSeconds: [Double]
  private var layerRuns: [Int]

  private let leftOut: Int

  /// - Parameter leftOut: utterances that are never measured.
  package init(walk: Walk, utteranceCount: Int, leftOut: Int = 0) {
    self.walk = walk
    self.leftOut = leftOut
    results = Array(repeating: nil, count: utteranceCount)
    layerSeconds = Array(repeating: 0, count: walk.layerCount)
    layerRuns = Array(repeating: 0, count: walk.layerCount)
  }

  package var isComplete: Bool { measuredCount == results.count - leftOut }
  /// Errors per reference word; nil before the first word.
  package var errorRate: Double? { counts.words > 0 ? counts.rate : nil }
  /// Mean seconds of an utterance: what `CostModel.estimatedSeconds` estimates.
  package var meanSeconds: Double? { measuredCount > 0 ? seconds / Double(measuredCount) : nil }
  package var realTimeFactor: Double? { audioSeconds > 0 ? seconds / audioSeconds : nil }
  /// Mean measured seconds of a layer an utterance (zero-based); nil when it never ran.
  package func meanSeconds(layer: Int) -> Double? {
    layerRuns[layer] > 0 ? layerSeconds[layer] / Double(layerRuns[layer]) : nil
  }

  /// In how many of the measured utterances a layer ran, from 0 to 1; nil before the first.
  package func share(ofLayer layer: Int) -> Double? {
    measuredCount > 0 ? Double(layerRuns[layer]) / Double(measuredCount) : nil
  }

  /// Layers that ran on the average; nil before the first utterance.
  package var meanKeptCount: Double? {
    measuredCount > 0 ? Double(layerRuns.reduce(0, +)) / Double(measuredCount) : nil
  }

  /// From shapes for one mask, as the whole data set would need; else what the measured utterances
  /// needed, and before the first an estimate.
  package func gflopPerAudioSecond(_ costs: CostModel) -> Double {
    walk.mask != nil || audioSeconds == 0
      ? costs.gflopPerAudioSecond(walk) : operations / audioSeconds / 1e9
  }

  package var meanFrontEndAndHeadSeconds: (frontEnd: Double, head: Double)? {
    guard measuredCount > 0 else { return nil }
    return (frontEndSeconds / Double(measuredCount), headSeconds / Double(measuredCount))
  }

  /// Mean seconds from log-probabilities to words, which `meanSeconds` includes.
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
    audioSeconds += result.audioSeconds
    seconds += result.seconds
    frontEndSeconds += result.frontEndSeconds
    headSeconds += result.headSeconds
    decodeSeconds += result.decodeSeconds
    operations += result.operations
    for (layer, time) in result.layerSeconds.enumerated() where result.mask[layer] {
      layerSeconds[layer] += time
      layerRuns[layer] += 1
    }
    if measuredCount >= nextSummary || isComplete { summarize(speakers: speakers) }
  }

  /// The bootstrap costs about a millisecond, so it runs each time the sample has grown by a tenth
  /// instead of at every utterance.
  private mutating func summarize(speakers: [String]) {
    nextSummary = measuredCount + max(1, measuredCount / 10)
    let known = results.compactMap { $0 }
    interval = ErrorRate.interval(
      known.map(\.counts), groups: known.map { speakers[$0.index] })
    let times = known.map(\.seconds).sorted()
    func rank(_ share: Double) -> Double { Summary.Percentiles.rank(share, of: times) }
    quartiles = (rank(0.25), rank(0.5), rank(0.75))
  }
}
