// Headerless samples, as a microphone pipe delivers them.
import Foundation

/// Raw 16-bit little-endian samples (`arecord -f S16_LE -t raw`).
package enum RawPCM {
  /// Mono samples within -1..<1; the first half of a sample cut in two is dropped.
  package static func decode(_ data: Data) -> [Float] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 2).map {
        Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)))
          / 32768
      }
    }
  }
}
