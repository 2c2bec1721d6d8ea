// Masks in time and frequency over the features (Park et al., Interspeech 2019).

import Base
import Kernels

/// Blanks stretches of frames and of mel bins, different ones for each utterance. Features are
/// normalised per utterance, so the mean they are set to is 0.
package struct SpecAugment: Codable, Sendable, Equatable {
  package var timeMasks = 2
  /// Widest time mask in feature frames (10 ms), and as a fraction of the utterance.
  package var timeWidth = 40
  package var timeFraction: Double = 0.15
  package var frequencyMasks = 2
  /// Widest frequency mask in mel bins.
  package var frequencyWidth = 20

  package init() {}

  /// No masks at all.
  package static var none: SpecAugment {
    var result = SpecAugment()
    result.timeMasks = 0
    result.frequencyMasks = 0
    return result
  }

  /// Masks `features` (frames x bins) in place.
  package func apply(to features: inout Tensor, random: inout RandomGenerator) {
    let frames = features.rows
    let bins = features.columns
    guard frames > 0, bins > 0 else { return }
    let widest = min(timeWidth, Int(Double(frames) * timeFraction))
    let values = features.mutablePointer
    for _ in 0..<timeMasks {
      let (start, width) = Self.span(widest, in: frames, &random)
      (values + start * bins).update(repeating: 0, count: width * bins)
    }
    for _ in 0..<frequencyMasks {
      let (start, width) = Self.span(min(frequencyWidth, bins), in: bins, &random)
      for frame in 0..<frames { (values + frame * bins + start).update(repeating: 0, count: width) }
    }
  }

  /// A width uniform in 0...widest and a place for it within `count`.
  private static func span(_ widest: Int, in count: Int, _ random: inout RandomGenerator) -> (
    start: Int, width: Int
  ) {
    let width = Int.random(in: 0...max(widest, 0), using: &random)
    return (Int.random(in: 0...(count - width), using: &random), width)
  }
}
