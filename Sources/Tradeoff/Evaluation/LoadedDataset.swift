// A data set with its audio in memory, at the rate a backbone expects.

import Backbones
import Foundation
import Speech
import Synchronization

package struct LoadedDataset: Sendable {
  package let dataset: Dataset
  /// Mono samples of each utterance.
  package let samples: [[Float]]
  package let sampleRate: Int
  /// What ought to be said of how the audio was read, each once.
  package let remarks: [String]

  package var audioSeconds: Double {
    samples.reduce(0) { $0 + Double($1.count) } / Double(sampleRate)
  }

  package init(
    dataset: Dataset, samples: [[Float]], sampleRate: Int, remarks: [String] = []
  ) {
    precondition(dataset.utterances.count == samples.count, "audio for every utterance")
    self.dataset = dataset
    self.samples = samples
    self.sampleRate = sampleRate
    self.remarks = remarks
  }

  /// At the rate the recogniser's backbone expects.
  package init(_ dataset: Dataset, for recognizer: Recognizer) throws {
    try self.init(dataset, sampleRate: recognizer.backbone.sampleRate)
  }

  /// Decodes and resamples on every core. The first file that cannot be read ends it.
  package init(_ dataset: Dataset, sampleRate: Int) throws {
    let utterances = dataset.utterances
    let loaded = Mutex([Result<Waveform, any Error>?](repeating: nil, count: utterances.count))
    DispatchQueue.concurrentPerform(iterations: utterances.count) { index in
      let result = Result {
        try utterances[index].waveform().resampled(to: sampleRate)
      }
      loaded.withLock { $0[index] = result }
    }
    let waveforms = try loaded.withLock { try $0.map { try $0!.get() } }
    self.init(
      dataset: dataset, samples: waveforms.map(\.samples), sampleRate: sampleRate,
      remarks: Waveform.once(waveforms.map(\.remarks)))
  }
}

/// Data sets with their audio, each read once for every sample rate the models ask for.
package final class LoadedDatasets {
  private var known: [String: LoadedDataset] = [:]
  private let remark: ([String]) -> Void

  /// `remark` is told what ought to be said of audio that was read.
  package init(remark: @escaping ([String]) -> Void) { self.remark = remark }

  package func data(_ dataset: Dataset, for recognizer: Recognizer) throws -> LoadedDataset {
    let key = "\(dataset.split) \(recognizer.backbone.sampleRate)"
    if let data = known[key] { return data }
    let data = try LoadedDataset(dataset, for: recognizer)
    remark(data.remarks)
    known[key] = data
    return data
  }
}
