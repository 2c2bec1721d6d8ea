// Bounds of the masks, powers of the noise, lengths after speed changes.

import Base
import Foundation
import Kernels
import Speech
import Testing
import Training

@Suite struct AugmentationTests {
  @Test(arguments: [1, 2, 7, 50, 400])
  func masksStayWithinTheirBounds(frames: Int) {
    let augment = SpecAugment()
    for seed in 0..<50 {
      var features = Tensor([Float](repeating: 1, count: frames * 80), shape: [frames, 80])
      var random = RandomGenerator(seed: UInt64(seed))
      augment.apply(to: &features, random: &random)
      #expect(features.values.allSatisfy { $0 == 0 || $0 == 1 })
      let blankFrames = (0..<frames).count { f in (0..<80).allSatisfy { features[f, $0] == 0 } }
      let blankBins = (0..<80).count { b in (0..<frames).allSatisfy { features[$0, b] == 0 } }
      let widest = min(augment.timeWidth, Int(Double(frames) * augment.timeFraction))
      #expect(blankFrames <= augment.timeMasks * widest)
      #expect(blankBins <= augment.frequencyMasks * augment.frequencyWidth)
    }
  }

  @Test func noMasksChangeNothing() {
    var features = Tensor([Float](repeating: 1, count: 800), shape: [10, 80])
    var random = RandomGenerator(seed: 1)
    SpecAugment.none.apply(to: &features, random: &random)
    #expect(features.values.allSatisfy { $0 == 1 })
  }

  private static func tone(_ frequency: Double, count: Int = 16000) -> [Int16] {
    (0..<count).map { Int16(10000 * sin(2 * Double.pi * frequency * Double($0) / 16000)) }
  }

  @Test func withoutAugmentationSamplesAreOnlyScaled() {
    var random = RandomGenerator(seed: 1)
    let samples = Self.tone(440)
    #expect(
      WaveformAugmentation.none(samples, random: &random) == samples.map { Float($0) / 32768 })
  }

  @Test(arguments: [0.9, 1.1])
  func speedMovesLengthAndPitch(step: Double) {
    let result = WaveformAugmentation.resampled(Self.tone(440), step: step)
    #expect(abs(Double(result.count) - 16000 / step) < 2)
    let expected = Self.tone(440 * step, count: result.count)
    // The last samples have no right-hand neighbours to interpolate between.
    let worst = zip(result, expected).dropLast(3).map { abs($0 - Float($1) / 32768) }.max()!
    #expect(worst < 0.002)
  }

  @Test(arguments: [false, true], [0.0, 20])
  func noiseHasTheAskedRatio(pink: Bool, ratio: Double) {
    let clean = PCM.samples(Self.tone(440))
    var noisy = clean
    var random = RandomGenerator(seed: 2)
    WaveformAugmentation.addNoise(to: &noisy, ratio: ratio, pink: pink, random: &random)
    let signal = clean.reduce(0.0) { $0 + Double($1 * $1) }
    let noise = zip(noisy, clean).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    #expect(abs(10 * log10(signal / noise) - ratio) < 0.05)
  }

  private static let recorded: [WritableKeyPath<WaveformAugmentation, Double> & Sendable] = [
    \.roomProbability, \.colourProbability, \.telephoneProbability,
  ]

  /// Each changes the sound by itself, keeps its length and about its level, and draws nothing of the
  /// others' draws.
  @Test func whatRecordsTheSoundChangesIt() {
    var noise = RandomGenerator(seed: 3)
    let speech = (0..<16000).map { _ in Int16(noise.uniform(-8000...8000)) }
    for probability in Self.recorded {
      var augment = WaveformAugmentation()
      augment.noiseProbability = 0
      augment.levelProbability = 0
      augment[keyPath: probability] = 1
      for seed in 0..<20 {
        var (a, b) = (RandomGenerator(seed: UInt64(seed)), RandomGenerator(seed: UInt64(seed)))
        let result = augment(speech, random: &a)
        let plain = WaveformAugmentation.none(speech, random: &b)
        #expect(result.count == plain.count && a == b)
        let ratio = Augmentation.rms(result) / Augmentation.rms(plain)
        #expect(result != plain && ratio > 0.1 && ratio < 4, "\(probability): \(ratio)")
      }
    }
  }

  @Test func microphonesColourWithinTheirBounds() {
    for seed in 0..<20 {
      for frequency in [20.0, 300, 1000, 4000, 7500] {
        var random = RandomGenerator(seed: UInt64(seed))
        let tone = PCM.samples(Self.tone(frequency))
        let result = Augmentation.coloured(tone, using: &random)
        let gain =
          20 * log10(Augmentation.rms(Array(result[8000...])) / Augmentation.rms(tone))
        // Three bands of 8 dB at most each; a little more where they ring.
        #expect(gain < 25 && gain > (frequency < 200 ? -60 : -30), "\(frequency): \(gain) dB")
      }
    }
    var random = RandomGenerator(seed: 1)
    let low = Augmentation.coloured(PCM.samples(Self.tone(10)), using: &random)
    #expect(
      Augmentation.rms(Array(low[8000...])) < 0.1 * Augmentation.rms(PCM.samples(Self.tone(10))))
  }

  @Test func oneStreamGivesOneResult() {
    var (a, b) = (RandomGenerator(seed: 4), RandomGenerator(seed: 4))
    var augment = WaveformAugmentation()
    for probability in Self.recorded { augment[keyPath: probability] = 0.5 }
    for _ in 0..<10 {
      let speed = augment.speed(&a)
      #expect(speed == augment.speed(&b))
      #expect(
        augment(Self.tone(300), speed: speed, random: &a)
          == augment(Self.tone(300), speed: speed, random: &b))
    }
    #expect(augment([], random: &a).isEmpty)
    #expect(augment([1], random: &a).count == 1)
  }
}
