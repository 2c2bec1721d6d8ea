// Mono audio as numbers.

/// Mono samples, nominally within -1...1, at `sampleRate` samples per second.
package struct Waveform: Sendable, Equatable {
  package var samples: [Float]
  package var sampleRate: Int
  /// What ought to be said of how they were read, a sentence each that names the file: that its header
  /// is wrong about its length, that its channels were not mixed.
  package var remarks: [String]

  package init(samples: [Float], sampleRate: Int, remarks: [String] = []) {
    self.samples = samples
    self.sampleRate = sampleRate
    self.remarks = remarks
  }

  package var seconds: Double { Double(samples.count) / Double(sampleRate) }

  /// The same sound at another rate.
  package func resampled(to rate: Int) -> Waveform {
    guard rate != sampleRate else { return self }
    return Waveform(
      samples: Resampler.resample(samples, from: sampleRate, to: rate), sampleRate: rate,
      remarks: remarks)
  }

  /// Rounded to steps of 2^(1 - bits), so that FLAC can leave the other bits out: at 12 bits the
  /// rounding noise lies 72 dB under full scale and the files are about half the size of 16.
  package func quantized(bits: Int) -> Waveform {
    Waveform(samples: PCM.rounded(samples, bits: bits), sampleRate: sampleRate)
  }

  /// The remarks on many recordings, each once: the segments of one share what is to be said of it.
  package static func once(_ remarks: [[String]]) -> [String] {
    var seen = Set<String>()
    return remarks.joined().filter { seen.insert($0).inserted }
  }
}
