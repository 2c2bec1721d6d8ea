// Log-mel features as torchaudio's MelSpectrogram, NVIDIA's NeMo or Kaldi makes them: powers of windows,
// mel filters, the logarithm and the normalisation.

import Foundation
import Kernels

/// Samples to frames of log-mel features. Immutable and shared freely between threads: each call has
/// its own scratch memory.
package struct LogMel: Sendable {
  package let configuration: LogMelConfiguration
  private let fft: RealFFT
  private let window: [Float]
  private let filters: [MelFilter]

  package init(_ configuration: LogMelConfiguration) {
    precondition(
      configuration.windowSize <= configuration.fftSize,
      "a window of \(configuration.windowSize) in a transform of \(configuration.fftSize)")
    self.configuration = configuration
    fft = RealFFT(size: configuration.fftSize)
    // The periodic Hann window: its period is the window's length, so the last value is not 0, as it is
    // in the symmetric one.
    let period =
      configuration.convention == .torchaudio
      ? configuration.windowSize : configuration.windowSize - 1
    let hann = (0..<configuration.windowSize).map { n in
      0.5 - 0.5 * cos(2 * Double.pi * Double(n) / Double(period))
    }
    // Povey's, and the step from samples of up to 1 to integers of 16 bits.
    window =
      configuration.convention == .kaldi
      ? hann.map { Float(0x1p15 * pow(max(0, $0), 0.85)) } : hann.map { Float($0) }
    filters = MelFilter.bank(configuration)
  }

  /// Frames made of `sampleCount` samples: one per hop, with torchaudio one more for the centre of the
  /// first; with Kaldi one per hop at which a whole window fits.
  package func frameCount(sampleCount: Int) -> Int {
    let (hop, window) = (configuration.hopSize, configuration.windowSize)
    return switch configuration.convention {
    case .torchaudio: 1 + sampleCount / hop
    case .nemo: sampleCount / hop
    case .kaldi: sampleCount < window ? 0 : 1 + (sampleCount - window) / hop
    }
  }

  /// frames x melCount. Signals of any length, also none or shorter than the transform's half, which
  /// is reflected as often as it takes.
  package func callAsFunction(_ samples: [Float]) -> Tensor {
    // Kaldi's frames are pre-emphasised one by one.
    let emphasizes = configuration.preemphasis != 0 && configuration.convention != .kaldi
    var features = melPowers(emphasizes ? preemphasized(samples) : samples)
    if configuration.scale == .log { takeLogarithm(&features) }
    if configuration.normalization == .perFeature { normalize(&features) }
    return features
  }

  // MARK: Stages

  /// x[n] - a x[n - 1]; the first sample stays.
  private func preemphasized(_ samples: [Float]) -> [Float] {
    var result = samples
    for n in samples.indices.dropFirst() { result[n] -= configuration.preemphasis * samples[n - 1] }
    return result
  }

  /// Where the window begins within the transform.
  private var windowStart: Int { (configuration.fftSize - configuration.windowSize) / 2 }

  private func melPowers(_ samples: [Float]) -> Tensor {
    typealias Lanes = RealFFT.Lanes
    let width = Lanes.scalarCount
    let (hop, melCount) = (configuration.hopSize, configuration.melCount)
    let frames = frameCount(sampleCount: samples.count)
    let rounded = (frames + width - 1) / width * width
    let padded = pad(samples, frames: rounded)
    let half = configuration.fftSize / 2
    let (windowStart, isKaldi) = (windowStart, configuration.convention == .kaldi)
    let windowEnd = windowStart + configuration.windowSize
    let levels = isKaldi ? means(padded, frames: rounded) : []
    let emphasis = Lanes(repeating: configuration.preemphasis)
    var result = Tensor(uninitialized: frames, melCount)
    let output = result.mutablePointer

    padded.withUnsafeBufferPointer { padded in
      window.withUnsafeBufferPointer { window in
        let needed = 2 * half + fft.binCount
        // Some ten operations for each value of a transform.
        Parallel.split(rounded / width, work: 10 * frames * configuration.fftSize) { groups in
          withUnsafeTemporaryAllocation(of: Lanes.self, capacity: needed) { scratch in
            let real = scratch.baseAddress!
            let imaginary = real + half
            let powers = imaginary + half
            for group in groups {
              let first = group * width
              // The scratch is overwritten by the transform, so the zeros beside the window as well.
              for n in 0..<windowStart / 2 { (real[n], imaginary[n]) = (.zero, .zero) }
              for n in (windowEnd + 1) / 2..<half { (real[n], imaginary[n]) = (.zero, .zero) }
              var (level, before) = (Lanes.zero, Lanes.zero)
              if isKaldi { for lane in 0..<width { level[lane] = levels[first + lane] } }
              for n in windowStart / 2..<(windowEnd + 1) / 2 {
                var (even, odd) = (Lanes.zero, Lanes.zero)
                let source = padded.baseAddress! + first * hop + 2 * n
                for lane in 0..<width {
                  even[lane] = source[lane * hop]
                  odd[lane] = source[lane * hop + 1]
                }
                if isKaldi {
                  // What the first sample becomes is all the same: the window is 0 there.
                  (even, odd) = (even - level, odd - level)
                  let last = odd
                  (even, odd) = (even - emphasis * before, odd - emphasis * even)
                  before = last
                }
                let index = 2 * n - windowStart
                real[n] = index >= 0 ? even * window[index] : .zero
                imaginary[n] = index + 1 < window.count ? odd * window[index + 1] : .zero
              }
              fft.power(real: real, imaginary: imaginary, powers: powers)
              let valid = min(width, frames - first)
              for (mel, filter) in filters.enumerated() {
                let energy = filter.apply(powers)
                let target = output + first * melCount + mel
                for lane in 0..<valid { target[lane * melCount] = energy[lane] }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Of what lies under each frame's window; in Double, so that a constant is its own mean.
  private func means(_ padded: [Float], frames: Int) -> [Float] {
    (0..<frames).map { frame in
      let start = windowStart + frame * configuration.hopSize
      let sum = padded[start..<start + configuration.windowSize].reduce(0.0) { $0 + Double($1) }
      return Float(sum / Double(configuration.windowSize))
    }
  }

  /// The signal with half a transform of zeros on each side, or reflected about each end sample (which
  /// is not repeated), and zeros up to what `frames` frames read. With Kaldi the first window begins with
  /// the first sample.
  private func pad(_ samples: [Float], frames: Int) -> [Float] {
    let half = configuration.fftSize / 2
    let needed = max(0, frames - 1) * configuration.hopSize + configuration.fftSize
    var padded = [Float](repeating: 0, count: max(needed, samples.count + 2 * half))
    guard !samples.isEmpty else { return padded }
    let start = configuration.convention == .kaldi ? windowStart : half
    padded.replaceSubrange(start..<start + samples.count, with: samples)
    guard configuration.convention == .torchaudio else { return padded }
    let last = samples.count - 1
    func reflected(_ index: Int) -> Float {
      guard last > 0 else { return samples[0] }
      let wrapped = ((index % (2 * last)) + 2 * last) % (2 * last)
      return samples[min(wrapped, 2 * last - wrapped)]
    }
    for i in 0..<half {
      padded[i] = reflected(i - half)
      padded[half + samples.count + i] = reflected(samples.count + i)
    }
    return padded
  }

  private func takeLogarithm(_ features: inout Tensor) {
    let pointer = features.mutablePointer
    let offset = configuration.logOffset
    if configuration.convention == .kaldi {
      let least = Vector(repeating: offset)
      mapVectors(pointer, into: pointer, count: features.count) { Vector.log(larger(least, $0)) }
    } else {
      mapVectors(pointer, into: pointer, count: features.count) { Vector.log($0 + offset) }
    }
  }

  /// Sums in Double: an utterance may have tens of thousands of frames.
  private func normalize(_ features: inout Tensor) {
    let (frames, melCount) = (features.rows, features.columns)
    let pointer = features.mutablePointer
    var mean = [Double](repeating: 0, count: melCount)
    var variance = mean
    for frame in 0..<frames {
      for mel in 0..<melCount { mean[mel] += Double(pointer[frame * melCount + mel]) }
    }
    for mel in 0..<melCount { mean[mel] /= Double(frames) }
    for frame in 0..<frames {
      for mel in 0..<melCount {
        let difference = Double(pointer[frame * melCount + mel]) - mean[mel]
        variance[mel] += difference * difference
      }
    }
    let center = mean.map { Float($0) }
    let count = configuration.convention == .torchaudio ? frames : max(1, frames - 1)
    // What is added keeps bins that never change at 0.
    let scale = variance.map {
      let variance = $0 / Double(count)
      return configuration.convention == .kaldi
        ? Float(1 / (variance + 1e-7).squareRoot()) : Float(1 / (variance.squareRoot() + 1e-5))
    }
    for frame in 0..<frames {
      for mel in 0..<melCount {
        let i = frame * melCount + mel
        pointer[i] = (pointer[i] - center[mel]) * scale[mel]
      }
    }
  }
}

/// Frequencies as heard.
private enum MelScale {
  case htk
  /// Linear up to 1 kHz, then logarithmic (Slaney's Auditory Toolbox, 1998).
  case slaney

  private static let (bend, melAtBend, hertzPerMel) = (1000.0, 15.0, 200.0 / 3)
  private static let melsPerLog = 27 / log(6.4)

  func mel(_ hertz: Double) -> Double {
    switch self {
    case .htk: 2595 * log10(1 + hertz / 700)
    case .slaney:
      hertz < Self.bend
        ? hertz / Self.hertzPerMel : Self.melAtBend + log(hertz / Self.bend) * Self.melsPerLog
    }
  }

  func hertz(_ mel: Double) -> Double {
    switch self {
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    case .slaney:
      mel < Self.melAtBend
        ? mel * Self.hertzPerMel : Self.bend * exp((mel - Self.melAtBend) / Self.melsPerLog)
    }
  }
}

/// One triangle of the mel filter bank, without its zeros.
private struct MelFilter: Sendable {
  let firstBin: Int
  let weights: [Float]

  /// As `torchaudio.functional.melscale_fbanks(mel_scale: "htk", norm: nil)`, or with "slaney" for both;
  /// Kaldi's as `torchaudio.compliance.kaldi.get_mel_banks`.
  static func bank(_ configuration: LogMelConfiguration) -> [MelFilter] {
    let isSlaney = configuration.convention == .nemo
    let scale = isSlaney ? MelScale.slaney : .htk
    /// Where triangles are straight: along the hertz, or along Kaldi's mels.
    func place(mel: Double) -> Double {
      configuration.convention == .kaldi ? mel : scale.hertz(mel)
    }
    func place(hertz: Double) -> Double {
      configuration.convention == .kaldi ? scale.mel(hertz) : hertz
    }
    let low = scale.mel(configuration.lowFrequency)
    let high = scale.mel(configuration.highFrequency)
    let edges = (0..<configuration.melCount + 2).map { i in
      place(mel: low + (high - low) * Double(i) / Double(configuration.melCount + 1))
    }
    let binWidth = Double(configuration.sampleRate) / Double(configuration.fftSize)
    return (0..<configuration.melCount).map { i in
      let (left, center, right) = (edges[i], edges[i + 1], edges[i + 2])
      let height = isSlaney ? 2 / (right - left) : 1
      let weights = (0...configuration.fftSize / 2).map { bin in
        let x = place(hertz: Double(bin) * binWidth)
        let (up, down) = ((x - left) / (center - left), (right - x) / (right - center))
        return Float(max(0, min(up, down)) * height)
      }
      let first = weights.firstIndex { $0 > 0 } ?? 0
      let last = weights.lastIndex { $0 > 0 } ?? first - 1
      return MelFilter(firstBin: first, weights: Array(weights[first..<last + 1]))
    }
  }

  @inline(__always)
  func apply(_ powers: UnsafePointer<RealFFT.Lanes>) -> RealFFT.Lanes {
    var sum = RealFFT.Lanes.zero
    for (i, weight) in weights.enumerated() {
      sum.addProduct(powers[firstBin + i], RealFFT.Lanes(repeating: weight))
    }
    return sum
  }
}
