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
}
