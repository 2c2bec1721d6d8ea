// Noise, bands, rooms and levels do what their names and numbers say.

import Base
import Foundation
import Testing

@testable import Training

@Suite struct RecordingTests {
  /// A second of a sine.
  static func tone(_ frequency: Float, amplitude: Float = 0.5) -> [Float] {
    (0..<16000).map { amplitude * sin(2 * .pi * frequency * Float($0) / 16000) }
  }

  static func decibels(_ ratio: Float) -> Float { 20 * log10(ratio) }

  @Test(arguments: Augmentation.Noise.allCases, [0, 7.5, 20] as [Float])
  func noiseIsAddedAtTheRatioAskedFor(kind: Augmentation.Noise, ratio: Float) {
    var random = RandomGenerator(seed: 1)
    let speech = Self.tone(440)
    let noise = Augmentation.noise(
      kind, count: speech.count, voices: [Self.tone(300), Self.tone(700)], using: &random)
    #expect(abs(Augmentation.rms(noise) - 1) < 1e-3)
    var noisy = speech
    Augmentation.add(noise, to: &noisy, signalToNoise: ratio)
    let added = zip(noisy, speech).map { $0 - $1 }
    let measured = Self.decibels(Augmentation.rms(speech) / Augmentation.rms(added))
    #expect(abs(measured - ratio) < 0.5)
  }

  @Test(
    arguments: [(.white, 0), (.pink, -3), (.brown, -6)] as [(Augmentation.Noise, Float)])
  func noiseColoursFallAsNamed(kind: Augmentation.Noise, slope: Float) {
    var random = RandomGenerator(seed: 2)
    let noise = Augmentation.noise(kind, count: 160_000, using: &random)
    // Power per hertz within an octave around 500 Hz and around 2 kHz, two octaves apart.
    func density(_ low: Float, _ high: Float) -> Float {
      var band = noise
      for _ in 0..<3 {
        Biquad.highPass(low, quality: 0.7071, sampleRate: 16000).apply(to: &band)
        Biquad.lowPass(high, quality: 0.7071, sampleRate: 16000).apply(to: &band)
      }
      return Self.decibels(Augmentation.rms(band)) - 10 * log10(high - low)
    }
    #expect(abs((density(1414, 2828) - density(354, 707)) / 2 - slope) < 1)
  }

  @Test func telephoneKeepsItsBandOnly() {
    func gain(_ frequency: Float) -> Float {
      let input = Self.tone(frequency)
      let output = Augmentation.telephone(input)
      // After the filter has settled.
      return Self.decibels(
        Augmentation.rms(Array(output[4000...])) / Augmentation.rms(Array(input[4000...])))
    }
    #expect(abs(gain(1000)) < 1)
    #expect(abs(gain(2000)) < 1)
    #expect(gain(100) < -30)
    #expect(gain(5500) < -25)
  }

  @Test func dullSoundLosesTheTop() {
    let low = Augmentation.lowPass(Self.tone(500), below: 3000)
    let high = Augmentation.lowPass(Self.tone(6000), below: 3000)
    #expect(abs(Self.decibels(Augmentation.rms(low) / Augmentation.rms(Self.tone(500)))) < 0.5)
    #expect(Self.decibels(Augmentation.rms(high) / Augmentation.rms(Self.tone(6000))) < -24)
  }

  @Test func muLawIsCloseAndCoarse() {
    let input = Self.tone(440, amplitude: 0.3)
    let output = Augmentation.muLaw(input)
    #expect(Set(output).count <= 256)
    let error = Augmentation.rms(zip(input, output).map { $0 - $1 })
    #expect(Self.decibels(Augmentation.rms(input) / error) > 30)
    #expect(Augmentation.muLaw([2, -2]) == [1, -1])
  }

  @Test func roomAddsEchoesOfTheStatedPower() {
    var random = RandomGenerator(seed: 3)
    var click = [Float](repeating: 0, count: 8000)
    click[0] = 1
    let room = Augmentation.reverberate(
      click, reverberationTime: 0.3, directToReverberant: 6, using: &random)
    #expect(room[0] == 1)
    #expect(room[1..<48].allSatisfy { $0 == 0 })
    let echoes = room[1...].reduce(Float(0)) { $0 + $1 * $1 }
    #expect(abs(-10 * log10(echoes) - 6) < 0.1)
    // 60 dB down at the end of the decay time.
    #expect(room[4700..<4800].allSatisfy { abs($0) < 0.002 * (room.dropFirst().max() ?? 0) })
    #expect(room[4900...].allSatisfy { $0 == 0 })
  }

  @Test func overdriveRoundsThePeaks() {
    let output = Augmentation.softClip(Self.tone(100), drive: 3)
    #expect(abs((output.max() ?? 0) - tanh(3)) < 1e-4)
    #expect(Augmentation.softClip([0, 0], drive: 2) == [0, 0])
  }

  @Test func levelsAreReachedWithoutClipping() {
    var quiet = Self.tone(440)
    Augmentation.setLevel(&quiet, decibels: -30)
    #expect(abs(Self.decibels(Augmentation.rms(quiet)) + 30) < 0.01)
    var spiky = [Float](repeating: 0.001, count: 1000)
    spiky[10] = 1
    Augmentation.setLevel(&spiky, decibels: -10)
    #expect(abs(spiky[10] - 0.95) < 1e-4)
    var silent = [Float](repeating: 0, count: 10)
    Augmentation.setLevel(&silent, decibels: -20)
    #expect(silent.allSatisfy { $0 == 0 })
  }

  @Test func silenceIsTrimmedToTheMargins() {
    let silence = [Float](repeating: 0, count: 16000)
    let speech = silence + Self.tone(440) + silence
    let trimmed = Augmentation.trim(speech, before: 0.1, after: 0.3)
    #expect(abs(Float(trimmed.count) / 16000 - 1.4) < 0.03)
    #expect(trimmed[..<1500].allSatisfy { $0 == 0 })
    // No silence of its own: some is added.
    let padded = Augmentation.trim(Self.tone(440), before: 0.2, after: 0.1)
    #expect(abs(Float(padded.count) / 16000 - 1.3) < 0.03)
    #expect(Augmentation.trim([], before: 1, after: 1).isEmpty)
  }

  @Test(arguments: [RecordingCondition.clean, .mild, .hard])
  func conditionsAreReproducibleAndNeverClip(condition: RecordingCondition) {
    for seed in 0..<20 as Range<UInt64> {
      var a = RandomGenerator(seed: seed)
      var b = RandomGenerator(seed: seed)
      let speech = Self.tone(200, amplitude: 0.8)
      let voices = [Self.tone(500), Self.tone(900)]
      let first = condition.record(speech, voices: voices, using: &a)
      #expect(first == condition.record(speech, voices: voices, using: &b))
      #expect(first.count == speech.count)
      #expect(first.allSatisfy { $0.isFinite && abs($0) < 1 })
      #expect(Augmentation.rms(first) > 0.01)
    }
  }
}
