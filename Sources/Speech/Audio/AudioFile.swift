// Any audio file we read, told apart by its content.

import Foundation
import Kernels

/// What a file says of itself, and whether its checksum holds.
package struct AudioInfo: Codable, Sendable, Equatable {
  /// `wav` or `flac`.
  package var format: String
  package var sampleRate: Int
  package var channels: Int
  package var bitsPerSample: Int
  /// Per channel.
  package var samples: Int
  /// Such as `pcm`, `float`, `flac`.
  package var encoding: String
  package var durationSeconds: Double
  /// `verified` (FLAC's MD5 of the audio matches) or `absent` (the file has none).
  package var checksum: String

  enum CodingKeys: String, CodingKey {
    case format, channels, samples, encoding, checksum
    case sampleRate = "sample_rate"
    case bitsPerSample = "bits_per_sample"
    case durationSeconds = "duration_seconds"
  }
}

package enum AudioFile {
  /// Decodes a WAV or FLAC file and mixes it down to mono.
  package static func read(_ url: URL) throws -> Waveform {
    let data = try contents(url)
    return isFLAC(data)
      ? try FLACFile.decode(data, path: url.path).mono()
      : try WAVFile.decode(data, path: url.path).0
  }

  package static func inspect(_ url: URL) throws -> AudioInfo {
    let data = try contents(url)
    return isFLAC(data)
      ? try FLACFile.decode(data, path: url.path).info
      : try WAVFile.decode(data, path: url.path).1
  }

  private static func contents(_ url: URL) throws -> Data {
    guard let data = try? Data(contentsOf: url, options: .mappedIfSafe) else {
      throw InputError(url.path, expected: "a readable audio file", found: "none")
    }
    let starts = data.prefix(12)
    guard isFLAC(data) || starts.starts(with: Data("RIFF".utf8)) else {
      throw InputError(
        url.path, expected: "WAV or FLAC audio",
        found: data.isEmpty ? "an empty file" : "a file of \(data.count) bytes that is neither")
    }
    return data
  }

  private static func isFLAC(_ data: Data) -> Bool {
    data.starts(with: Data("fLaC".utf8)) || data.starts(with: Data("ID3".utf8))
  }
}

/// Raw little-endian 16-bit samples, as `arecord -f S16_LE -t raw` writes them.
package enum RawPCM {
  /// A last odd byte is left out.
  package static func decode(_ data: Data) -> [Float] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 2).map {
        Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)))
          / 32768
      }
    }
  }
}
