// Cheap changes to the sound itself: speed, room, noise, microphone, telephone, level.

import Base
import Foundation
import Speech

/// Random speed, room, noise, microphone, telephone and level, each for a fraction of the utterances.
/// Cheap by intent: on two cores every millisecond here is taken from the network.
package struct WaveformAugmentation: Codable, Sendable, Equatable {
  /// Fraction of utterances whose speed (and with it pitch) changes, and how far from 1.
  package var speedProbability: Double = 0.5
  package var speedRange: Double = 0.1
  /// Fraction of utterances that get white or pink noise, and its signal-to-noise ratio in dB.
  package var noiseProbability: Double = 0.3
  package var lowestSNR: Double = 5
  package var highestSNR: Double = 30
  /// Fraction of utterances whose level changes, and by up to how many dB either way.
  package var levelProbability: Double = 0.5
  package var levelRange: Double = 10
  /// Fractions of utterances that are heard in a room, by a microphone that colours the sound, and over
  /// a telephone.
  @AddedLater<Zero<Double>> package var roomProbability: Double
  @AddedLater<Zero<Double>> package var colourProbability: Double
  @AddedLater<Zero<Double>> package var telephoneProbability: Double

  package init() {}

  /// Leaves every utterance as it is.
  package static var none: WaveformAugmentation {
    var result = WaveformAugmentation()
    result.speedProbability = 0
    result.noiseProbability = 0
    result.levelProbability = 0
    result.roomProbability = 0
    result.colourProbability = 0
    result.telephoneProbability = 0
    return result
  }

  /// Draws how fast an utterance is to be; 1 leaves it as it is.
  package func speed(_ random: inout RandomGenerator) -> Double {
    let changesSpeed = Double(random.uniform()) < speedProbability
    let speed = 1 + speedRange * Double(random.uniform(-1...1))
    return changesSpeed ? speed : 1
  }

  /// samples: 16-bit mono. Returns samples within about -1...1, at `speed` times their speed. Always
  /// draws the same count of random numbers for the decisions, so one option does not disturb
  /// another's draws.
  package func callAsFunction(
    _ samples: [Int16], speed: Double = 1, random: inout RandomGenerator
  ) -> [Float] {
    let addsNoise = Double(random.uniform()) < noiseProbability
    let pink = random.uniform() < 0.5
    let ratio = lowestSNR + (highestSNR - lowestSNR) * Double(random.uniform())
    let changesLevel = Double(random.uniform()) < levelProbability
    let level = levelRange * Double(random.uniform(-1...1))

    var result =
      speed != 1
      ? Self.resampled(samples, step: speed) : PCM.samples(samples)
    // From a copy, so that these draws leave those of the noise as they are without them.
    var copy = random
    var recording = RandomGenerator(seed: copy.next())
    let isInRoom = Double(recording.uniform()) < roomProbability
    let isColoured = Double(recording.uniform()) < colourProbability
    let isOnTelephone = Double(recording.uniform()) < telephoneProbability

    if isInRoom { RecordingCondition.addRoom(&result, using: &recording) }
    if addsNoise { Self.addNoise(to: &result, ratio: ratio, pink: pink, random: &random) }
    if isColoured { result = Augmentation.coloured(result, using: &recording) }
    if isOnTelephone { RecordingCondition.addTelephone(&result, using: &recording) }
    if changesLevel {
      let gain = Float(pow(10, level / 20))
      for i in result.indices { result[i] *= gain }
    }
    return result
  }

  /// Reads the samples at `step` times their rate by cubic (Catmull-Rom) interpolation. Good to
  /// about 4 kHz; above, it dulls the sound a little, which is one more harmless variation.
  package static func resampled(_ samples: [Int16], step: Double) -> [Float] {
    let count = samples.count
    guard count > 3 else { return PCM.samples(samples) }
    let length = Int(Double(count - 1) / step) + 1
    return [Float](unsafeUninitializedCapacity: length) { buffer, initialized in
      samples.withUnsafeBufferPointer { source in
        for i in 0..<length {
          let position = Double(i) * step
          let whole = Int(position)
          let t = Float(position - Double(whole))
          let a = Float(source[max(whole - 1, 0)])
          let b = Float(source[min(whole, count - 1)])
          let c = Float(source[min(whole + 1, count - 1)])
          let d = Float(source[min(whole + 2, count - 1)])
          let slope = 0.5 * (c - a)
          let square = a - 2.5 * b + 2 * c - 0.5 * d
          let cube = 0.5 * (d - a) + 1.5 * (b - c)
          buffer[i] = (b + t * (slope + t * (square + t * cube))) * PCM.step
        }
      }
      initialized = length
    }
  }

  /// Adds noise so that signal power over noise power is `ratio` dB over the whole utterance.
  package static func addNoise(
    to samples: inout [Float], ratio: Double, pink: Bool, random: inout RandomGenerator
  ) {
    guard !samples.isEmpty else { return }
    var noise = [Float](repeating: 0, count: samples.count)
    // Pink: white noise through three one-pole filters (P. Kellet's economy filter).
    var low: Float = 0
    var middle: Float = 0
    var high: Float = 0
    for i in noise.indices {
      // The sum of four uniform 16-bit numbers is near enough to a normal one.
      let bits = random.next()
      let sum =
        (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
      let white = Float(sum) - 131_070
      if pink {
        low = 0.99765 * low + white * 0.0990460
        middle = 0.96300 * middle + white * 0.2965164
        high = 0.57000 * high + white * 1.0526913
        noise[i] = low + middle + high + white * 0.1848
      } else {
        noise[i] = white
      }
    }
    let signalPower = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
    let noisePower = noise.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard signalPower > 0, noisePower > 0 else { return }
    let gain = Float((signalPower / noisePower * pow(10, -ratio / 10)).squareRoot())
    for i in samples.indices { samples[i] += gain * noise[i] }
  }
}
