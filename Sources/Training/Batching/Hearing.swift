// What the networks of a run hear of an utterance.

import Backbones
import Base
import Kernels

/// Features of a corpus's utterances: augmented for the student, clean for a teacher who is asked
/// once. A function of seed, epoch and visit alone.
struct Hearing: Sendable {
  let corpus: TrainingCorpus
  let sampler: BatchSampler
  let extract: FeatureExtractor
  let options: TrainingOptions
  /// Whether an utterance is heard at the same speed in every epoch.
  let keepsSpeed: Bool

  /// Augmented and, where they are log-mel frames, masked features of some visits, packed; each visit of
  /// an utterance sounds different.
  func augmented(_ visits: [Int], epoch: Int) -> HiddenFrames {
    HiddenFrames(
      packing: visits.map { visit in
        let utterance = sampler.utterance(of: visit)
        let streams = (UInt64(epoch), UInt64(visit))
        var sound = RandomGenerator(
          seed: options.seed, streams: Stream.waveform, streams.0, streams.1)
        var masks = RandomGenerator(
          seed: options.seed, streams: Stream.specAugment, streams.0, streams.1)
        var speed = options.waveform.speed(&sound)
        if keepsSpeed { speed = keptSpeed(of: utterance) }
        var features = extract(
          options.waveform(corpus.samples[utterance], speed: speed, random: &sound))
        if case .logMel = extract { options.specAugment.apply(to: &features, random: &masks) }
        return features
      })
  }

  /// An utterance at its kept speed, without noise and masks: frames x columns.
  func clean(_ utterance: Int) -> Tensor {
    var unused = RandomGenerator(seed: 0)
    return extract(
      WaveformAugmentation.none(
        corpus.samples[utterance], speed: keptSpeed(of: utterance), random: &unused))
  }

  /// The speed at which an utterance is heard in every epoch.
  private func keptSpeed(of utterance: Int) -> Double {
    var random = RandomGenerator(
      seed: options.seed, streams: Stream.waveform, 0, UInt64(utterance))
    return options.waveform.speed(&random)
  }
}
