// What the dashboard's lab learns from: the other splits of the data set on the screen.

import Base
import Foundation
import Speech
import Training

struct LabLesson: Sendable {
  /// The split on the screen: what is learnt is tried on it.
  let shown: Dataset
  /// The other splits of its data set, which are listed only when they are wanted.
  let others: @Sendable () throws -> [Dataset]
  let threads: Int

  /// Read at once, so that a large data set is a lesson as well: about two hours of short utterances.
  private static let most = 2000
  private static let sampleRate = 16000

  /// Splits that are meant for training where there are some, else all others; of a data set of one split
  /// four of five utterances, and the fifth to try it on. Throws `InputError`.
  func read() throws -> (corpus: TrainingCorpus, heldOut: TrainingCorpus) {
    let others = try others()
    let meant = others.filter { $0.split.hasPrefix("train") }
    let sources = meant.isEmpty ? others : meant
    guard !sources.isEmpty else {
      let all = try corpus([shown])
      return (
        all.choosing(all.samples.indices.filter { $0 % 5 != 4 }),
        all.choosing(all.samples.indices.filter { $0 % 5 == 4 })
      )
    }
    return (try corpus(sources), try corpus([shown]))
  }

  private func corpus(_ datasets: [Dataset]) throws -> TrainingCorpus {
    let count = datasets.reduce(0) { $0 + $1.utterances.count }
    // Evenly over all of them.
    let step = max(1, (count + Self.most - 1) / Self.most)
    let part = datasets.map { dataset in
      Dataset(
        name: dataset.name, split: dataset.split,
        utterances: stride(from: 0, to: dataset.utterances.count, by: step).map {
          dataset.utterances[$0]
        }, normalization: dataset.normalization)
    }
    return try TrainingCorpus(part.map { ($0, weight: 1) }, sampleRate: Self.sampleRate)
  }
}
