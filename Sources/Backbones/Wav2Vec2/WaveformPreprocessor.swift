// Samples as models of the wav2vec 2.0 family want them.

import Foundation
import Kernels

/// `Wav2Vec2FeatureExtractor`: mean 0 and variance 1, or nothing.
struct WaveformPreprocessor: Sendable {
  private let normalizes: Bool
  let sampleRate: Int

  private struct Settings: Decodable {
    var do_normalize: Bool?
    var sampling_rate: Int?
  }

  init(contentsOf folder: URL) throws {
    let settings = try ModelFolder.featureExtractor(Settings.self, of: folder)
    normalizes = settings.do_normalize ?? true
    sampleRate = settings.sampling_rate ?? 16000
  }

  /// Packed samples, one column.
  func callAsFunction(_ utterances: [[Float]]) -> HiddenFrames {
    HiddenFrames(
      packing: utterances.map {
        Tensor(normalizes ? Self.normalized($0) : $0, shape: [$0.count, 1])
      })
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
}
