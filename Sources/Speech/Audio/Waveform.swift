// Mono audio as numbers.

/// Mono samples, nominally within -1...1, at `sampleRate` samples per second.
package struct Waveform: Sendable, Equatable {
  package var samples: [Float]
  package var sampleRate: Int

  package init(samples: [Float], sampleRate: Int) {
    self.samples = samples
    self.sampleRate = sampleRate
  }

  package var seconds: Double { Double(samples.count) / Double(sampleRate) }

  /// Rounded to steps of 2^(1 - bits), so that FLAC can leave the other bits out: at 12 bits the
  /// rounding noise lies 72 dB under full scale and the files are about half the size of 16.
  package func quantized(bits: Int) -> Waveform {
    Waveform(samples: PCM.rounded(samples, bits: bits), sampleRate: sampleRate)
  }
}
