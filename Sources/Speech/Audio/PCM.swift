// Whole numbers that stand for samples within -1..<1, and the one way to round to them.

import Foundation

/// Linear PCM. Full scale is a power of two, so numbers become samples without rounding.
package enum PCM {
  /// What one step is worth at `bits`, 1...32, a number: 2^(1 - bits).
  @inline(__always)
  package static func step(bits: Int) -> Float {
    Float(sign: .plus, exponent: 1 - bits, significand: 1)
  }

  /// What one step of 16 bits is worth.
  package static let step: Float = 1 / 32768

  /// A 16-bit number as a sample.
  @inline(__always)
  package static func sample(_ number: Int16) -> Float { Float(number) * step }

  /// 16-bit numbers as samples.
  package static func samples(_ numbers: [Int16]) -> [Float] { numbers.map(sample) }

  /// Mono samples of raw 16-bit little-endian numbers (`arecord -f S16_LE -t raw`); the first half of
  /// a number cut in two is dropped.
  package static func samples(littleEndian data: Data) -> [Float] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 2).map {
        sample(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)))
      }
    }
  }

  /// The nearest 16-bit numbers, ties away from 0, limited to the range. Every sample must be finite.
  package static func numbers(_ samples: [Float]) -> [Int16] {
    samples.map { Int16(nearest($0, bits: 16)) }
  }

  /// The samples that numbers of `bits` can stand for, each the nearest one.
  package static func rounded(_ samples: [Float], bits: Int) -> [Float] {
    let step = step(bits: bits)
    return samples.map { nearest($0, bits: bits) * step }
  }

  /// A whole number of steps. NaN stays NaN.
  @inline(__always)
  private static func nearest(_ sample: Float, bits: Int) -> Float {
    let scale = Float(sign: .plus, exponent: bits - 1, significand: 1)
    return max(-scale, min(scale - 1, (sample * scale).rounded()))
  }
}
