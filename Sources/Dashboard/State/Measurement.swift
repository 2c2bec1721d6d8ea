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
  /// 95 % interval of the error rate over speakers or utterances.
  package private(set) var interval: ClosedRange<Double>?
  /// Measured utterances at which `interval` is worked out next.
  private var nextSummary = 1
  package private(set) var audioSeconds = 0.0
  private var decodeSeconds = 0.0
  /// Of all measured utterances.
  private var operations = 0.0
  /// How often they used each stage.
  private var uses: StageValues

  private let leftOut: Int

  /// - Parameter leftOut: utterances that are never measured.
  package init(walk: Walk, utteranceCount: Int, leftOut: Int = 0) {
    self.walk = walk
    self.leftOut = leftOut
    results = Array(repeating: nil, count: utteranceCount)
    uses = .zero(layers: walk.layerCount)
  }

  package var isComplete: Bool { measuredCount == results.count - leftOut }
  /// Errors per reference word; nil before the first word.
  package var errorRate: Double? { counts.words > 0 ? counts.rate : nil }
  /// In how many of the measured utterances a layer ran, from 0 to 1; nil before the first.
  package func share(ofLayer layer: Int) -> Double? {
    measuredCount > 0 ? uses.layers[layer] / Double(measuredCount) : nil
  }

  /// Layers that ran on the average; nil before the first utterance.
  package var meanKeptCount: Double? {
    measuredCount > 0 ? uses.layers.reduce(0, +) / Double(measuredCount) : nil
  }

  /// How often an utterance uses each stage: by its mask, where there is one for all; else the mean of those
  /// measured, and before the first an estimate.
  package var meanUses: StageValues {
    walk.mask != nil || measuredCount == 0
      ? StageValues(usesOf: walk)
      : StageValues.zero(layers: walk.layerCount).adding(uses, scale: 1 / Double(measuredCount))
  }

  /// From shapes for one mask, as the whole data set would need; else what the measured utterances
  /// needed, and before the first an estimate.
  package func gflopPerAudioSecond(_ costs: CostModel) -> Double {
    walk.mask != nil || audioSeconds == 0
      ? costs.gflopPerAudioSecond(walk) : operations / audioSeconds / 1e9
  }

  /// Mean seconds from log-probabilities to words, beside everything else that computed.
  package var meanDecodeSeconds: Double? {
    measuredCount > 0 ? decodeSeconds / Double(measuredCount) : nil
  }

  /// The utterances measured so far, by index in the data set.
  package var known: Set<Int> { Set(results.indices.filter { results[$0] != nil }) }

  /// Adds an utterance not yet known; a repeated one changes nothing.
  package mutating func add(_ result: UtteranceResult, speakers: [String]) {
    guard results.indices.contains(result.index), results[result.index] == nil else { return }
    results[result.index] = result
    measuredCount += 1
    counts += result.counts
    decodeSeconds += result.decodeSeconds
    audioSeconds += result.audioSeconds
    operations += result.operations
    uses = uses + StageValues(usesOf: result.mask, looks: result.looks)
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
