// A data set with its audio in memory, at the rate a backbone expects.

import Backbones
import Base
import Foundation
import Speech
import Synchronization

package struct LoadedDataset: Sendable {
  package let dataset: Dataset
  /// Mono samples of each utterance; none of one that cannot be read.
  package let samples: [[Float]]
  package let sampleRate: Int
  /// What ought to be said of how the audio was read, each once.
  package let remarks: [String]
  /// Why, by the place in the data set: these utterances are not measured.
  package let unreadable: [Int: InputError]

  /// Places of the utterances that are measured.
  package var readable: [Int] { samples.indices.filter { unreadable[$0] == nil } }

  /// What is measured, with the ids.
  package var heard: [(id: String, samples: [Float])] {
    readable.map { (dataset.utterances[$0].id, samples[$0]) }
  }

  /// What is left out of the split, a sentence each.
  package var leftOut: [InputError] {
    dataset.leftOut + unreadable.sorted { $0.key < $1.key }.map(\.value)
  }

  package var audioSeconds: Double {
    samples.reduce(0) { $0 + Double($1.count) } / Double(sampleRate)
  }

  package init(
    dataset: Dataset, samples: [[Float]], sampleRate: Int, unreadable: [Int: InputError] = [:],
    remarks: [String] = []
  ) {
    precondition(dataset.utterances.count == samples.count, "audio for every utterance")
    self.unreadable = unreadable
    self.dataset = dataset
    self.samples = samples
    self.sampleRate = sampleRate
    self.remarks = remarks
  }

  /// At the rate the recogniser's backbone expects.
  package init(_ dataset: Dataset, for recognizer: Recognizer, isStrict: Bool = false) throws {
    try self.init(dataset, sampleRate: recognizer.backbone.sampleRate, isStrict: isStrict)
  }

  /// Decodes and resamples on every core. Throws the first `InputError` where no file can be read; where
  /// it is strict, also for a file that cannot be, or for what is no utterance.
  package init(_ dataset: Dataset, sampleRate: Int, isStrict: Bool = false) throws {
    if isStrict, let first = dataset.leftOut.first { throw first }
    let utterances = dataset.utterances
    let loaded = Mutex([Result<Waveform, any Error>?](repeating: nil, count: utterances.count))
    DispatchQueue.concurrentPerform(iterations: utterances.count) { index in
      let result = Result {
        try utterances[index].waveform().resampled(to: sampleRate)
      }
      loaded.withLock { $0[index] = result }
    }
    var (samples, remarks): ([[Float]], [[String]]) = ([], [])
    var unreadable: [Int: InputError] = [:]
    for (index, result) in loaded.withLock({ $0 }).enumerated() {
      switch result {
      case .success(let waveform):
        samples.append(waveform.samples)
        remarks.append(waveform.remarks)
      case .failure(let error):
        samples.append([])
        unreadable[index] = error as? InputError ?? InputError("\(error)")
      case nil: preconditionFailure("utterance \(index) was not read")
      }
    }
    if let first = unreadable.min(by: { $0.key < $1.key }),
      isStrict || unreadable.count == samples.count
    {
      throw first.value
    }
    self.init(
      dataset: dataset, samples: samples, sampleRate: sampleRate, unreadable: unreadable,
      remarks: Waveform.once(remarks))
  }
}

/// Data sets with their audio, each read once for every sample rate the models ask for.
package final class LoadedDatasets {
  private var known: [String: LoadedDataset] = [:]
  private var told: Set<String> = []
  private let isStrict: Bool
  private let report: (LoadedDataset) -> Void

  /// - Parameters:
  ///   - isStrict: whether a file that cannot be read ends it.
  ///   - report: told of each split once, when it was first read.
  package init(isStrict: Bool = false, report: @escaping (LoadedDataset) -> Void = { _ in }) {
    self.isStrict = isStrict
    self.report = report
  }

  package func data(_ dataset: Dataset, for recognizer: Recognizer) throws -> LoadedDataset {
    let key = "\(dataset.split) \(recognizer.backbone.sampleRate)"
    let data = try known[key] ?? LoadedDataset(dataset, for: recognizer, isStrict: isStrict)
    known[key] = data
    if told.insert(dataset.split).inserted { report(data) }
    return data
  }
}
