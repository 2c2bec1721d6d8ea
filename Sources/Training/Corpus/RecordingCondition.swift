// How an utterance of each split is recorded: the random choices over `Augmentation`.

import Base
import Foundation

/// The recording conditions of a split.
package enum RecordingCondition: Sendable {
  /// As the synthesiser said it, at a comfortable level.
  case clean
  /// Half the utterances as they are, the other half with one or two mild disturbances.
  case mild
  /// Always noise, often a telephone or a room.
  case hard

  /// For the data card.
  package var explanation: String {
    switch self {
    case .clean: "no disturbance; level -28 to -18 dBFS"
    case .mild:
      """
      half the utterances undisturbed; of the others 70 % with noise (white, pink, brown, babble or \
      mains hum) at 6 to 30 dB, 15 % over a telephone (300-3400 Hz, half of them mu-law coded), \
      15 % dull (low-pass at 3 to 6 kHz), 30 % in a room (60 dB decay in 0.15 to 0.5 s), 10 % \
      overdriven; level -36 to -16 dBFS
      """
    case .hard:
      """
      all utterances with noise (white, pink, brown, babble or mains hum) at 5 to 20 dB; 40 % over \
      a telephone (300-3400 Hz, half of them mu-law coded), 30 % in a room (60 dB decay in 0.15 to \
      0.5 s), 10 % overdriven; level -32 to -18 dBFS
      """
    }
  }

  /// Disturbs trimmed speech at 16 kHz. `voices` are what babble is made of.
  package func record(
    _ speech: [Float], voices: [[Float]], using random: inout RandomGenerator
  ) -> [Float] {
    var samples = speech
    switch self {
    case .clean: break
    case .mild:
      if random.uniform() < 0.5 {
        if random.uniform() < 0.3 { Self.addRoom(&samples, using: &random) }
        if random.uniform() < 0.1 {
          samples = Augmentation.softClip(samples, drive: random.uniform(1...3))
        }
        if random.uniform() < 0.7 { addNoise(&samples, 6...30, voices, using: &random) }
        let band = random.uniform()
        if band < 0.15 {
          Self.addTelephone(&samples, using: &random)
        } else if band < 0.3 {
          samples = Augmentation.lowPass(samples, below: random.uniform(3000...6000))
        }
      }
    case .hard:
      if random.uniform() < 0.3 { Self.addRoom(&samples, using: &random) }
      if random.uniform() < 0.1 {
        samples = Augmentation.softClip(samples, drive: random.uniform(1...3))
      }
      addNoise(&samples, 5...20, voices, using: &random)
      if random.uniform() < 0.4 { Self.addTelephone(&samples, using: &random) }
    }
    let levels: ClosedRange<Float> =
      switch self {
      case .clean: -28...(-18)
      case .mild: -36...(-16)
      case .hard: -32...(-18)
      }
    Augmentation.setLevel(&samples, decibels: random.uniform(levels))
    // No microphone is silent: one 16-bit step of noise, in train up to ten.
    let floor: Float = 0x1p-15 * (self == .mild ? pow(10, random.uniform()) : 1)
    for index in samples.indices { samples[index] += floor * random.normal() }
    return samples
  }

  private func addNoise(
    _ samples: inout [Float], _ range: ClosedRange<Float>, _ voices: [[Float]],
    using random: inout RandomGenerator
  ) {
    let kinds = Augmentation.Noise.allCases
    let kind = kinds[Int(random.next() % UInt64(kinds.count))]
    let noise = Augmentation.noise(kind, count: samples.count, voices: voices, using: &random)
    Augmentation.add(noise, to: &samples, signalToNoise: random.uniform(range))
  }

  /// A telephone's band, half the time with its coding, after which the level is -20 dBFS.
  static func addTelephone(_ samples: inout [Float], using random: inout RandomGenerator) {
    samples = Augmentation.telephone(samples)
    if random.uniform() < 0.5 {
      Augmentation.setLevel(&samples, decibels: -20)
      samples = Augmentation.muLaw(samples)
    }
  }

  /// A room that is quiet after 0.15 to 0.5 s.
  static func addRoom(_ samples: inout [Float], using random: inout RandomGenerator) {
    let time = random.uniform(0.15...0.5)
    samples = Augmentation.reverberate(
      samples, reverberationTime: time, directToReverberant: random.uniform(0...12), using: &random)
  }
}
