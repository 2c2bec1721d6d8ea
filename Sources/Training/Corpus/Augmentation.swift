// What happens to speech on its way to a microphone: noise, narrow bands, rooms, clipping, level.

import Base
import Foundation

/// Pure functions on samples; every random choice comes from the generator handed in.
package enum Augmentation {
  /// Kinds of background noise.
  package enum Noise: String, Sendable, CaseIterable {
    /// Equal power at all frequencies.
    case white
    /// Power falling by 3 dB an octave.
    case pink
    /// Power falling by 6 dB an octave.
    case brown
    /// Several other people talking at once.
    case babble
    /// The mains and its harmonics.
    case hum
  }

  // MARK: Noise

  /// `count` samples of noise with a root mean square of 1. `voices` are utterances that babble is
  /// made of; with none of them babble falls back on pink noise.
  package static func noise(
    _ kind: Noise, count: Int, sampleRate: Int = 16000, voices: [[Float]] = [],
    using random: inout RandomGenerator
  ) -> [Float] {
    guard count > 0 else { return [] }
    var result = [Float](repeating: 0, count: count)
    switch kind {
    case .white:
      for index in result.indices { result[index] = random.normal() }
    case .pink:
      // Paul Kellet's economy filter: three one-pole sections, within 0.5 dB of -3 dB an octave
      // (musicdsp.org, "Pink noise filter").
      var a: Float = 0
      var b: Float = 0
      var c: Float = 0
      for index in result.indices {
        let white = random.normal()
        a = 0.99765 * a + 0.0990460 * white
        b = 0.96300 * b + 0.2965164 * white
        c = 0.57000 * c + 1.0526913 * white
        result[index] = a + b + c + 0.1848 * white
      }
    case .brown:
      // Leaky below 20 Hz, or the sum would wander off.
      let leak = exp(-2 * Float.pi * 20 / Float(sampleRate))
      var sum: Float = 0
      for index in result.indices {
        sum = leak * sum + random.normal()
        result[index] = sum
      }
    case .babble:
      let usable = voices.filter { !$0.isEmpty }
      guard !usable.isEmpty else {
        return noise(.pink, count: count, sampleRate: sampleRate, using: &random)
      }
      for _ in 0..<6 {
        let gain = random.uniform(0.5...1)
        var voice = usable[Int(random.next() % UInt64(usable.count))]
        scale(&voice, toRMS: gain)
        var position = Int(random.next() % UInt64(voice.count))
        for index in result.indices {
          result[index] += voice[position]
          position += 1
          if position == voice.count { position = 0 }
        }
      }
    case .hum:
      let mains: Float = random.uniform() < 0.5 ? 50 : 60
      for harmonic in [1, 2, 3, 5, 7] as [Float] {
        let phase = random.uniform(0...(2 * Float.pi))
        let amplitude = random.uniform(0.3...1) / harmonic
        let step = 2 * Float.pi * mains * harmonic / Float(sampleRate)
        for index in result.indices {
          result[index] += amplitude * sin(phase + step * Float(index))
        }
      }
    }
    scale(&result, toRMS: 1)
    return result
  }

  /// Adds `noise` (as long as `samples`) so that the mean power of `samples` is `decibels` above
  /// that of what is added.
  package static func add(
    _ noise: [Float], to samples: inout [Float], signalToNoise decibels: Float
  ) {
    let level = rms(samples)
    let other = rms(noise)
    guard level > 0, other > 0 else { return }
    let gain = level / other * pow(10, -decibels / 20)
    for index in samples.indices { samples[index] += gain * noise[index] }
  }

  // MARK: Bands and rooms

  /// A telephone's band, 300 to 3400 Hz, by two high-pass and three low-pass sections.
  package static func telephone(_ samples: [Float], sampleRate: Int = 16000) -> [Float] {
    var result = samples
    for quality in [0.5412, 1.3066] as [Float] {
      Biquad.highPass(300, quality: quality, sampleRate: sampleRate).apply(to: &result)
    }
    for quality in [0.5176, 0.7071, 1.9319] as [Float] {
      Biquad.lowPass(3400, quality: quality, sampleRate: sampleRate).apply(to: &result)
    }
    return result
  }

  /// Dull sound: everything above `frequency` falls by 24 dB an octave.
  package static func lowPass(
    _ samples: [Float], below frequency: Float, sampleRate: Int = 16000
  ) -> [Float] {
    var result = samples
    for quality in [0.5412, 1.3066] as [Float] {
      Biquad.lowPass(frequency, quality: quality, sampleRate: sampleRate).apply(to: &result)
    }
    return result
  }

  /// What a microphone does to the sound: nothing below 40 to 200 Hz, and three bands between 150 and
  /// 6000 Hz that are up to 8 dB louder or softer.
  package static func coloured(
    _ samples: [Float], sampleRate: Int = 16000, using random: inout RandomGenerator
  ) -> [Float] {
    var result = samples
    Biquad.highPass(random.uniform(40...200), quality: 0.7071, sampleRate: sampleRate)
      .apply(to: &result)
    for _ in 0..<3 {
      let octaves = random.uniform(0...log2(6000 / 150 as Float))
      Biquad.peak(
        150 * exp2(octaves), decibels: random.uniform(-8...8),
        quality: random.uniform(0.5...1.5), sampleRate: sampleRate
      ).apply(to: &result)
    }
    return result
  }

  /// Eight-bit mu-law coding and decoding (ITU-T G.711's curve) of samples within -1...1.
  package static func muLaw(_ samples: [Float]) -> [Float] {
    let mu: Float = 255
    return samples.map { sample in
      let limited = min(max(sample, -1), 1)
      let coded = log1p(mu * abs(limited)) / log1p(mu)
      let level = (coded * 127).rounded() / 127
      let magnitude = (pow(1 + mu, level) - 1) / mu
      return limited < 0 ? -magnitude : magnitude
    }
  }

  /// A room: the direct sound plus echoes at random instants with random signs that die away by
  /// 60 dB in `reverberationTime` seconds ("velvet noise", Karjalainen & Järveläinen, 2007, which
  /// sounds smoother than dense noise and costs a fortieth). `directToReverberant` in decibels is
  /// the power of the direct sound over that of all echoes together.
  package static func reverberate(
    _ samples: [Float], reverberationTime: Float, directToReverberant: Float,
    sampleRate: Int = 16000, using random: inout RandomGenerator
  ) -> [Float] {
    let density = 1200
    let spacing = sampleRate / density
    let length = Int(reverberationTime * Float(sampleRate))
    var echoes: [(delay: Int, gain: Float)] = []
    var power: Float = 0
    // The first echo comes after 3 ms, about a metre's detour.
    for start in stride(from: sampleRate * 3 / 1000, to: length, by: spacing) {
      let delay = start + Int(random.next() % UInt64(spacing))
      let decay = pow(10, -3 * Float(delay) / Float(max(length, 1)))
      echoes.append((delay, random.next() & 1 == 0 ? decay : -decay))
      power += decay * decay
    }
    guard power > 0 else { return samples }
    let gain = (pow(10, -directToReverberant / 10) / power).squareRoot()
    var result = samples
    let count = samples.count
    result.withUnsafeMutableBufferPointer { output in
      samples.withUnsafeBufferPointer { input in
        for echo in echoes where echo.delay < count {
          let factor = echo.gain * gain
          for index in echo.delay..<count {
            output[index] += factor * input[index - echo.delay]
          }
        }
      }
    }
    return result
  }

  /// An overdriven amplifier: the peak is brought to `drive` and rounded off by tanh.
  package static func softClip(_ samples: [Float], drive: Float) -> [Float] {
    let peak = samples.reduce(0) { max($0, abs($1)) }
    guard peak > 0 else { return samples }
    let gain = drive / peak
    return samples.map { tanh($0 * gain) }
  }

  // MARK: Level

  /// Root mean square; 0 of nothing.
  package static func rms(_ samples: [Float]) -> Float {
    guard !samples.isEmpty else { return 0 }
    let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
    return Float((power / Double(samples.count)).squareRoot())
  }

  /// Scales to a root mean square of `level`; silence stays silence.
  package static func scale(_ samples: inout [Float], toRMS level: Float) {
    let now = rms(samples)
    guard now > 0 else { return }
    let gain = level / now
    for index in samples.indices { samples[index] *= gain }
  }

  /// Scales to `decibels` below full scale (root mean square), or as near as a peak of 0.95 allows.
  package static func setLevel(_ samples: inout [Float], decibels: Float) {
    scale(&samples, toRMS: pow(10, decibels / 20))
    let peak = samples.reduce(0) { max($0, abs($1)) }
    guard peak > 0.95 else { return }
    for index in samples.indices { samples[index] *= 0.95 / peak }
  }

  /// The part between the first and the last 10 ms that reach 1/50 of the loudest 10 ms, with
  /// `before` and `after` seconds around it: the recording's own where there are any, else silence.
  package static func trim(
    _ samples: [Float], before: Float, after: Float, sampleRate: Int = 16000
  ) -> [Float] {
    let frame = sampleRate / 100
    let levels = stride(from: 0, to: samples.count, by: frame).map { start in
      samples[start..<min(start + frame, samples.count)].reduce(0) { max($0, abs($1)) }
    }
    guard let loudest = levels.max(), loudest > 0 else { return samples }
    let first = levels.firstIndex { $0 >= loudest / 50 } ?? 0
    let last = levels.lastIndex { $0 >= loudest / 50 } ?? levels.count - 1
    let start = first * frame - Int(before * Float(sampleRate))
    let end = min((last + 1) * frame, samples.count) + Int(after * Float(sampleRate))
    var result = [Float](repeating: 0, count: max(0, -start))
    result += samples[max(0, start)..<min(end, samples.count)]
    result += [Float](repeating: 0, count: max(0, end - samples.count))
    return result
  }
}

/// A second-order filter section after R. Bristow-Johnson's "Audio EQ Cookbook".
struct Biquad: Sendable {
  private let b: (Float, Float, Float)
  private let a: (Float, Float)

  static func lowPass(_ frequency: Float, quality: Float, sampleRate: Int) -> Biquad {
    let omega = 2 * Float.pi * frequency / Float(sampleRate)
    let alpha = sin(omega) / (2 * quality)
    let edge = (1 - cos(omega)) / 2
    return Biquad(b: (edge, 2 * edge, edge), omega: omega, alpha: alpha)
  }

  static func highPass(_ frequency: Float, quality: Float, sampleRate: Int) -> Biquad {
    let omega = 2 * Float.pi * frequency / Float(sampleRate)
    let alpha = sin(omega) / (2 * quality)
    let edge = (1 + cos(omega)) / 2
    return Biquad(b: (edge, -2 * edge, edge), omega: omega, alpha: alpha)
  }

  /// `decibels` louder around `frequency`.
  static func peak(
    _ frequency: Float, decibels: Float, quality: Float, sampleRate: Int
  ) -> Biquad {
    let omega = 2 * Float.pi * frequency / Float(sampleRate)
    let alpha = sin(omega) / (2 * quality)
    let gain = pow(10, decibels / 40)
    return Biquad(
      b: (1 + alpha * gain, -2 * cos(omega), 1 - alpha * gain), omega: omega, alpha: alpha / gain)
  }

  private init(b: (Float, Float, Float), omega: Float, alpha: Float) {
    let norm = 1 + alpha
    self.b = (b.0 / norm, b.1 / norm, b.2 / norm)
    a = (-2 * cos(omega) / norm, (1 - alpha) / norm)
  }

  /// Filters in place, from rest (transposed direct form II).
  func apply(to samples: inout [Float]) {
    var first: Float = 0
    var second: Float = 0
    for index in samples.indices {
      let input = samples[index]
      let output = b.0 * input + first
      first = b.1 * input - a.0 * output + second
      second = b.2 * input - a.1 * output
      samples[index] = output
    }
  }
}
