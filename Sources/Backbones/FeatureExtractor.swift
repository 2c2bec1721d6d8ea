// What a front end starts from, and how samples become it.

import Kernels
import Speech

/// Samples to the rows that a front end takes. Models with equal extractors can share features, as a
/// student and its teacher do.
package enum FeatureExtractor: Sendable, Equatable, CustomStringConvertible {
  /// Log-mel frames.
  case logMel(LogMel)
  /// The samples themselves, one a row; normalised ones have mean 0 and variance 1 over the
  /// utterance.
  case waveform(sampleRate: Int, isNormalized: Bool)

  /// Samples per second of what is extracted from.
  package var sampleRate: Int {
    switch self {
    case .logMel(let logMel): logMel.configuration.sampleRate
    case .waveform(let sampleRate, _): sampleRate
    }
  }

  /// frames x bins, or samples x 1.
  package func callAsFunction(_ samples: [Float]) -> Tensor {
    switch self {
    case .logMel(let logMel): logMel(samples)
    case .waveform(_, let isNormalized):
      Tensor(isNormalized ? Self.normalized(samples) : samples, shape: [samples.count, 1])
    }
  }

  /// Rows made of `sampleCount` samples.
  package func frameCount(sampleCount: Int) -> Int {
    switch self {
    case .logMel(let logMel): logMel.frameCount(sampleCount: sampleCount)
    case .waveform: sampleCount
    }
  }

  /// (x - mean) / sqrt(variance + 1e-7), the variance biased, as Hugging Face's feature extractor.
  private static func normalized(_ samples: [Float]) -> [Float] {
    guard !samples.isEmpty else { return samples }
    let count = Double(samples.count)
    let mean = samples.reduce(0.0) { $0 + Double($1) } / count
    let variance = samples.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let scale = 1 / (variance + 1e-7).squareRoot()
    return samples.map { Float((Double($0) - mean) * scale) }
  }

  package static func == (a: FeatureExtractor, b: FeatureExtractor) -> Bool {
    switch (a, b) {
    case (.logMel(let a), .logMel(let b)): a.configuration == b.configuration
    case (.waveform(let aRate, let aNormalized), .waveform(let bRate, let bNormalized)):
      aRate == bRate && aNormalized == bNormalized
    default: false
    }
  }

  package var description: String {
    switch self {
    case .logMel(let logMel):
      "\(logMel.configuration.melCount) log-mel bands at \(sampleRate) Hz as its configuration says"
    case .waveform(let sampleRate, let isNormalized):
      "\(isNormalized ? "normalised " : "")samples at \(sampleRate) Hz"
    }
  }
}
