// The audio of a training run, all of it in memory.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization

/// Decoded utterances as 16-bit samples (115 MB an hour at 16 kHz) with their transcripts.
package struct TrainingCorpus: Sendable {
  /// Where the data came from, for messages and the model card.
  package let name: String
  package let sampleRate: Int
  /// 16-bit mono samples of each utterance.
  package let samples: [[Int16]]
  package let transcripts: [String]
  package let speakers: [String]
  /// How often a pass visits each utterance.
  package let weights: [Double]
  /// What ought to be said of how the audio was read, each once.
  package let remarks: [String]
  /// What of the data sets could not be read and is not here, a sentence each.
  package let leftOut: [InputError]

  /// - Parameter weights: one for each utterance; without, all are visited once.
  package init(
    name: String, sampleRate: Int, samples: [[Int16]], transcripts: [String], speakers: [String],
    weights: [Double]? = nil, remarks: [String] = [], leftOut: [InputError] = []
  ) {
    let weights = weights ?? samples.map { _ in 1 }
    precondition(
      [transcripts.count, speakers.count, weights.count].allSatisfy { $0 == samples.count })
    self.weights = weights
    self.leftOut = leftOut
    self.name = name
    self.sampleRate = sampleRate
    self.samples = samples
    self.transcripts = transcripts
    self.speakers = speakers
    self.remarks = remarks
  }

  /// Decodes every utterance of the data sets, each with a weight, on all cores, resampled to
  /// `sampleRate`.
  ///
  /// `progress` is called with (utterances done, utterances in all), from any thread. Throws the first
  /// `InputError`, in order, where no utterance can be read; where it is strict, also where one cannot be.
  package init(
    _ datasets: [(Dataset, weight: Double)], sampleRate: Int, isStrict: Bool = false,
    progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws {
    let utterances = datasets.flatMap(\.0.utterances)
    let slots = Mutex(
      [Result<(samples: [Int16], remarks: [String]), any Error>?](
        repeating: nil, count: utterances.count))
    let done = Atomic<Int>(0)
    WorkerTeam.each(of: utterances.count, workers: Processors.count) { index in
      let result = Result { try Self.samples(of: utterances[index], at: sampleRate) }
      slots.withLock { $0[index] = result }
      progress(done.wrappingAdd(1, ordering: .relaxed).newValue, utterances.count)
    }
    var (samples, remarks, kept): ([[Int16]], [[String]], [Int]) = ([], [], [])
    var leftOut = datasets.flatMap(\.0.leftOut)
    for (index, result) in slots.withLock({ $0 }).enumerated() {
      do {
        guard let read = try result?.get() else { continue }
        samples.append(read.samples)
        remarks.append(read.remarks)
        kept.append(index)
      } catch {
        leftOut.append(error as? InputError ?? InputError("\(error)"))
      }
    }
    if let first = leftOut.first, isStrict || kept.isEmpty { throw first }
    let weights = datasets.flatMap { dataset, weight in dataset.utterances.map { _ in weight } }
    self.init(
      name: datasets.map { dataset, weight in
        "\(dataset.name)/\(dataset.split)"
          + (weight == 1 ? "" : String(format: " x %g", weight))
      }.joined(separator: " + "),
      sampleRate: sampleRate, samples: samples,
      transcripts: kept.map { utterances[$0].transcript },
      speakers: kept.map { utterances[$0].speaker }, weights: kept.map { weights[$0] },
      remarks: Waveform.once(remarks), leftOut: leftOut)
  }

  package var count: Int { samples.count }
  package func seconds(_ index: Int) -> Double {
    Double(samples[index].count) / Double(sampleRate)
  }
  package var totalSeconds: Double { samples.indices.reduce(0) { $0 + seconds($1) } }

  /// `count` utterances spread evenly over the corpus, always the same ones.
  package func subset(_ count: Int) -> TrainingCorpus {
    guard count < self.count else { return self }
    return choosing((0..<count).map { $0 * self.count / count })
  }

  /// The utterances at these indices.
  package func choosing(_ chosen: [Int]) -> TrainingCorpus {
    TrainingCorpus(
      name: name, sampleRate: sampleRate, samples: chosen.map { samples[$0] },
      transcripts: chosen.map { transcripts[$0] }, speakers: chosen.map { speakers[$0] },
      weights: chosen.map { weights[$0] }, leftOut: leftOut)
  }

  /// Indices of the utterances a model can learn from: with words, and long enough, at the fastest speed
  /// of augmentation, for at least one output frame and for every token of their target.
  package func usable<Model: TrainableBackbone>(
    by model: Model, targets: [[Int]], augmentation: WaveformAugmentation
  ) -> [Int] {
    let fastest = 1 + augmentation.speedRange
    return samples.indices.filter { index in
      let shortest = Int(Double(samples[index].count) / fastest) - 1
      guard shortest > 0, !transcripts[index].isEmpty else { return false }
      let frames = model.outputFrames(
        featureFrames: model.features.frameCount(sampleCount: shortest))
      return frames >= max(1, CTCLoss.minimumFrames(for: targets[index]))
    }
  }

  private static func samples(
    of utterance: Utterance, at sampleRate: Int
  ) throws -> (samples: [Int16], remarks: [String]) {
    let waveform = try utterance.waveform().resampled(to: sampleRate)
    return (PCM.numbers(waveform.samples), waveform.remarks)
  }
}
