// Which weight of a language model and which word bonus make the fewest errors on a split.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import Tradeoff

/// The network runs once for every utterance; the search runs once for every pair.
struct LanguageModelTuning {
  /// A pair and its errors: what `evaluate --tune-lm --json` prints.
  struct Entry: Encodable {
    var lmWeight: Double
    var wordBonus: Double
    /// Fraction, not percent.
    var wer: Double

    enum CodingKeys: String, CodingKey {
      case wer
      case lmWeight = "lm_weight"
      case wordBonus = "word_bonus"
    }
  }

  static let weights = [0, 0.25, 0.5, 0.75, 1, 1.25]
  static let bonuses = [0, 0.75, 1.5, 2.25, 3]

  private let recognizer: Recognizer
  private let walk: Walk
  private let dataset: Dataset
  private let search: BeamSearchDecoder.Options

  /// `UsageError` unless there is one model at one mask.
  init(
    _ recognizers: [Recognizer], _ choices: [[LayerOptions.ChosenWalk]], _ dataset: Dataset,
    _ search: BeamSearchDecoder.Options
  ) throws {
    guard recognizers.count == 1, choices[0].count == 1 else {
      throw UsageError(
        "option --tune-lm: expected one model at one mask, found \(choices.reduce(0) { $0 + $1.count })"
      )
    }
    (recognizer, walk) = (recognizers[0], choices[0][0].walk)
    (self.dataset, self.search) = (dataset, search)
  }

  func run(threads: Int, isJSON: Bool) throws {
    let said = try logProbabilities(threads: threads)
    var entries: [Entry] = []
    var bar = ProgressBar("tuning")
    for (row, weight) in Self.weights.enumerated() {
      for (column, bonus) in Self.bonuses.enumerated() {
        let done = Double(row * Self.bonuses.count + column)
        bar.update(done / Double(Self.weights.count * Self.bonuses.count), note: "")
        var options = search
        (options.lmWeight, options.wordBonus) = (weight, bonus)
        let counts = errors(.beam(options), said, threads: threads)
        entries.append(Entry(lmWeight: weight, wordBonus: bonus, wer: counts.rate))
        if isJSON { try StandardOutput.show("\(try JSON.line(entries[entries.count - 1]))") }
      }
    }
    bar.finish()
    guard !isJSON, let best = entries.min(by: { $0.wer < $1.wer }) else { return }
    let greedy = errors(.greedy, said, threads: threads)
    let numbers = Self.bonuses.map { _ in 6 }
    let table = TextTable(
      ["LM weight"] + Self.bonuses.map { String(format: "%g", $0) },
      names: Self.weights.map { [String(format: "%g", $0)] }, numbers: numbers)
    func percent(_ fraction: Double) -> String { TextTable.number(fraction * 100, 2) }
    try StandardOutput.show(
      """
      \(dataset.name) \(dataset.split): \(dataset.utterances.count) utterances, \(recognizer.name) \
      \(walk)\(recognizer.compute.remark), \(Decoding.beam(search).description)
      WER % by LM weight, down, and word bonus, across; greedy \(percent(greedy.rate))

      \(table.heading)
      """)
    for weight in Self.weights {
      try StandardOutput.show(
        table.line(
          [String(format: "%g", weight)]
            + entries.filter { $0.lmWeight == weight }.map { percent($0.wer) }))
    }
    try StandardOutput.show(
      """

      best: --lm-weight \(String(format: "%g", best.lmWeight)) \
      --word-bonus \(String(format: "%g", best.wordBonus)), WER \(percent(best.wer)) %
      """)
  }

  /// Of every utterance, frames x tokens.
  private func logProbabilities(threads: Int) throws -> [Tensor] {
    let data = try LoadedDataset(dataset, for: recognizer)
    let said = Mutex([Tensor?](repeating: nil, count: data.samples.count))
    WorkerTeam.each(of: data.samples.count, workers: threads) { index in
      let passage = recognizer.backbone.passage(
        ofLong: data.samples[index], by: walk, of: dataset.utterances[index].id)
      said.withLock { $0[index] = passage.logProbabilities }
    }
    return said.withLock { $0.compactMap { $0 } }
  }

  private func errors(_ decoding: Decoding, _ said: [Tensor], threads: Int) -> ErrorCounts {
    let decoder = recognizer.decoder(decoding)
    let total = Mutex(ErrorCounts())
    WorkerTeam.each(of: said.count, workers: threads) { index in
      let transcript = decoder.decode(said[index]).normalized(by: dataset.normalization)
      let counts = Alignment.count(
        dataset.utterances[index].words, transcript.words.map(\.word))
      total.withLock { $0 += counts }
    }
    return total.withLock { $0 }
  }
}
