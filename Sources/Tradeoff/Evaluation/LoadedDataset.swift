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

  package var audioSeconds: Double {
    samples.reduce(0) { $0 + Double($1.count) } / Double(sampleRate)
  }

  package init(dataset: Dataset, samples: [[Float]], sampleRate: Int) {
    precondition(dataset.utterances.count == samples.count, "audio for every utterance")
    self.dataset = dataset
    self.samples = samples
    self.sampleRate = sampleRate
  }

  /// At the rate the recogniser's backbone expects.
  package init(_ dataset: Dataset, for recognizer: Recognizer) throws {
    try self.init(dataset, sampleRate: recognizer.backbone.sampleRate)
  }

  /// Decodes and resamples on every core. The first file that cannot be read ends it.
  package init(_ dataset: Dataset, sampleRate: Int) throws {
    let utterances = dataset.utterances
    let loaded = Mutex([Result<[Float], any Error>?](repeating: nil, count: utterances.count))
    DispatchQueue.concurrentPerform(iterations: utterances.count) { index in
      let result = Result {
        let waveform = try utterances[index].waveform()
        return waveform.sampleRate == sampleRate
          ? waveform.samples
          : Resampler.resample(waveform.samples, from: waveform.sampleRate, to: sampleRate)
      }
      loaded.withLock { $0[index] = result }
    }
    self.init(
      dataset: dataset, samples: try loaded.withLock { try $0.map { try $0!.get() } },
      sampleRate: sampleRate)
  }
}

/// Data sets with their audio, each read once for every sample rate the models ask for.
package final class LoadedDatasets {
  private var known: [String: LoadedDataset] = [:]

  package init() {}

  package func data(_ dataset: Dataset, for recognizer: Recognizer) throws -> LoadedDataset {
    let key = "\(dataset.split) \(recognizer.backbone.sampleRate)"
    let data = try known[key] ?? LoadedDataset(dataset, for: recognizer)
    known[key] = data
    return data
  }
}
