// A finished evaluation as the design's JSON object.

import Backbones
import Foundation
import Speech

/// One object per model, split and walk: the shared field names of `evaluate --json`.
package struct Summary: Codable, Sendable, Equatable {
  package var model: String
  package var dataset: String
  package var split: String
  package var policy: String
  /// `MaskAtlas.digest` of the atlas that the policy chose the mask by; absent where it takes none.
  package var atlas: String?
  /// Absent where utterances have masks of their own.
  package var mask: String?
  /// `Compute`; each absent where nothing is spared by it.
  package var rank: Double?
  package var width: Double?
  package var precision: Compute.Precision?
  /// Layers that the policy was to keep: of every utterance, or on the average.
  package var keptLayers: Int
  package var dropRatio: Double
  /// In how many of the utterances each layer ran, as a fraction, and how many layers on the average;
  /// where utterances have masks of their own.
  package var layerShares: [Double]?
  package var meanKeptLayers: Double?
  package var utterances: Int
  /// Utterances, or audio without a transcript, that could not be measured; absent in older files.
  package var skipped: Int?
  package var words: Int
  /// Fraction, not percent. Without a word in the references 1 where any was recognised, else 0.
  package var wer: Double
  /// 95 % bootstrap interval; absent for a single utterance.
  package var werInterval: [Double]?
  /// Character error rate, spaces included; a fraction.
  package var cer: Double
  package var substitutions: Int
  package var deletions: Int
  package var insertions: Int
  package var gflopPerAudioSecond: Double
  /// Seconds of one thread per second of audio.
  package var realTimeFactor: Double
  package var latency: Percentiles
  package var threads: Int
  package var machine: String
  /// How this compares with another model by the same walk, when that was asked for.
  package var comparison: Comparison?
  /// What both sides' text went through, where that is more than lower case.
  package var normalization: TextNormalization?
  /// How words were found, where that is not greedily: `beam`, the file of the language model, and the
  /// options of the search; weights only where there is a model.
  package var decoder: String?
  package var lm: String?
  package var beam: Int?
  package var lmWeight: Double?
  package var wordBonus: Double?
  /// Of that time, from log-probabilities to words.
  package var decodeLatency: Percentiles?

  /// Paired bootstrap against another model on the same utterances (`ErrorRate.compare`).
  package struct Comparison: Codable, Sendable, Equatable {
    /// The other model.
    package var model: String
    package var wer: Double
    /// This model's WER minus the other's: below 0 is better. A fraction, with its 95 % interval.
    package var difference: Double
    package var interval: [Double]
    package var probabilityOfImprovement: Double

    enum CodingKeys: String, CodingKey {
      case model, wer, difference
      case interval = "difference_ci95"
      case probabilityOfImprovement = "probability_of_improvement"
    }
  }

  /// Milliseconds per utterance, by nearest rank: the lowest time that this share of all times does
  /// not exceed.
  package struct Percentiles: Codable, Sendable, Equatable {
    package var p50: Double
    package var p95: Double

    package init(milliseconds: [Double]) {
      let sorted = milliseconds.sorted()
      p50 = Self.rank(0.5, of: sorted)
      p95 = Self.rank(0.95, of: sorted)
    }

    /// Of ascending values; 0 when there are none.
    package static func rank(_ share: Double, of sorted: [Double]) -> Double {
      sorted.isEmpty ? 0 : sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
    }
  }

  enum CodingKeys: String, CodingKey {
    case model, dataset, split, policy, atlas, mask, rank, width, precision, utterances, words, wer
    case cer, substitutions, deletions, insertions, threads, machine, normalization, skipped
    case decoder, lm, beam
    case comparison = "against"
    case keptLayers = "kept_layers"
    case dropRatio = "drop_ratio"
    case layerShares = "layer_shares"
    case meanKeptLayers = "mean_kept_layers"
    case werInterval = "wer_ci95"
    case gflopPerAudioSecond = "gflop_per_audio_second"
    case realTimeFactor = "real_time_factor"
    case latency = "latency_ms"
    case lmWeight = "lm_weight"
    case wordBonus = "word_bonus"
    case decodeLatency = "decode_ms"
  }

  /// How many were skipped, to go on from a count of utterances; empty where none was.
  package var skippedRemark: String {
    guard let skipped, skipped > 0 else { return "" }
    return ", \(skipped) left out"
  }

  /// How much of the linear layers was computed, and how exactly.
  package var compute: Compute { Compute(fields: (rank, width, precision)) }

  /// Sums the results of a data set's readable utterances by one walk. `other`: another model's by the
  /// same walk.
  package init(
    _ results: [UtteranceResult], model: String, dataset: Dataset, policy: String, walk: Walk,
    compute: Compute = .full, decoding: Decoding = .greedy, threads: Int, machine: String,
    against other: (model: String, results: [UtteranceResult])? = nil
  ) {
    let speakers = results.map { dataset.utterances[$0.index].speaker }
    let counts = results.reduce(ErrorCounts()) { $0 + $1.counts }
    let characters = results.reduce(ErrorCounts()) { sum, result in
      sum
        + Alignment.countCharacters(
          dataset.utterances[result.index].transcript, result.transcript.text)
    }
    let audio = max(results.reduce(0) { $0 + $1.audioSeconds }, 1e-9)
    self.model = model
    self.dataset = dataset.name
    split = dataset.split
    self.policy = policy
    mask = walk.mask?.description
    keptLayers = walk.keptCount
    dropRatio = walk.dropRatio
    (rank, width, precision) = compute.fields
    if walk.mask == nil {
      let count = Double(max(1, results.count))
      layerShares = (0..<walk.layerCount).map { layer in
        Double(results.count { $0.mask[layer] }) / count
      }
      meanKeptLayers = Double(results.reduce(0) { $0 + $1.mask.keptCount }) / count
    }
    utterances = results.count
    skipped = dataset.utterances.count - results.count + dataset.leftOut.count
    words = counts.words
    wer = counts.rate
    werInterval = ErrorRate.interval(results.map(\.counts), groups: speakers)
      .map { [$0.lowerBound, $0.upperBound] }
    comparison = other.flatMap { other in
      ErrorRate.compare(other.results.map(\.counts), results.map(\.counts), groups: speakers)
        .map {
          Comparison(
            model: other.model, wer: other.results.reduce(ErrorCounts()) { $0 + $1.counts }.rate,
            difference: $0.difference, interval: [$0.interval.lowerBound, $0.interval.upperBound],
            probabilityOfImprovement: $0.probabilityOfImprovement)
        }
    }
    cer = characters.rate
    substitutions = counts.substitutions
    deletions = counts.deletions
    insertions = counts.insertions
    gflopPerAudioSecond = results.reduce(0) { $0 + $1.operations } / audio / 1e9
    realTimeFactor = results.reduce(0) { $0 + $1.seconds } / audio
    latency = Percentiles(milliseconds: results.map { $0.seconds * 1000 })
    self.threads = threads
    self.machine = machine
    normalization = dataset.normalization == .none ? nil : dataset.normalization
    (decoder, lm, beam, lmWeight, wordBonus) = decoding.fields
    if decoder != nil {
      decodeLatency = Percentiles(milliseconds: results.map { $0.decodeSeconds * 1000 })
    }
  }

  /// `greedy`, or the search in a few words; the same for what may be compared or put together.
  package var decoding: String {
    guard let decoder else { return "greedy" }
    let numbers = [("LM weight", lmWeight), ("word bonus", wordBonus)].compactMap { name, value in
      value.map { ", \(name) \($0)" }
    }
    return "\(decoder) \(beam ?? 0)" + (lm.map { " with \($0)" } ?? "") + numbers.joined()
  }
}
