// Seeded random numbers, the same on every machine.

import Foundation

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): one 64-bit word of state, so it can be saved and
/// resumed exactly, and independent streams are made from (seed, stream) pairs.
package struct RandomGenerator: RandomNumberGenerator, Sendable, Codable, Equatable {
  package var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// An independent stream for each combination of keys, for example (seed, epoch, utterance).
  package init(seed: UInt64, streams: UInt64...) {
    state = seed
    for stream in streams {
      state = next() ^ (stream &* 0x9E37_79B9_7F4A_7C15)
    }
    _ = next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Uniform in [range.lowerBound, range.upperBound).
  package mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Standard normal, by Box and Muller.
  package mutating func normal() -> Float {
    let u = max(Double(next() >> 11) * 0x1p-53, 0x1p-53)
    let v = Double(next() >> 11) * 0x1p-53
    return Float((-2 * log(u)).squareRoot() * cos(2 * Double.pi * v))
  }
}
