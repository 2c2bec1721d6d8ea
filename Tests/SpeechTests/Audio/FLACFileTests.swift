// FLAC files that use every feature of the format (Fixtures/make_audio.py), and damaged ones.

import Base
import Foundation
import TestSupport
import Testing

@testable import Speech

@Suite struct FLACFileTests {
  /// One entry of Fixtures/audio/expected.json.
  private struct Expected: Decodable {
    var bitsPerSample, channels, sampleRate, samples: Int
    var checksum, md5: String

    enum CodingKeys: String, CodingKey {
      case channels, samples, checksum, md5
      case bitsPerSample = "bits_per_sample"
      case sampleRate = "sample_rate"
    }
  }

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: fixture("audio/\(name)")))
  }

  /// The samples as the script digested them: interleaved, little-endian, in whole bytes.
  private static func digest(_ audio: FLACAudio) -> String {
    let width = (audio.bitsPerSample + 7) / 8
    let bytes = audio.channels[0].indices.flatMap { index in
      audio.channels.flatMap { channel in
        (0..<width).map { UInt8(truncatingIfNeeded: channel[index] >> (8 * $0)) }
      }
    }
    return MD5.digest(bytes).map { String(format: "%02x", $0) }.joined()
  }

  @Test func everyFeatureOfTheFormatIsDecodedBitForBit() throws {
    let expected = try JSONDecoder().decode(
      [String: Expected].self, from: Data(contentsOf: fixture("audio/expected.json")))
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture("audio").path)
    #expect(Set(names.filter { $0.hasSuffix(".flac") }) == Set(expected.keys))
    for (name, expected) in expected {
      let audio = try FLACFile.decode(Data(Self.bytes(name)), name: name)
      #expect(audio.bitsPerSample == expected.bitsPerSample, "\(name)")
      #expect(audio.channels.count == expected.channels, "\(name)")
      #expect(audio.sampleRate == expected.sampleRate, "\(name)")
      #expect(audio.channels[0].count == expected.samples, "\(name)")
      #expect(audio.isVerified == (expected.checksum == "verified"), "\(name)")
      #expect(Self.digest(audio) == expected.md5, "\(name)")
    }
  }

  @Test func samplesAreTheMeanOfTheChannelsWithinOne() throws {
    for name in ["stereo-4.flac", "stereo-16.flac", "stereo-32.flac", "channels-8.flac"] {
      let audio = try FLACFile.decode(Data(Self.bytes(name)), name: name)
      let top = exp2(Double(audio.bitsPerSample - 1))
      let mixed = audio.mixedDown().samples
      for (index, sample) in mixed.enumerated() {
        let mean =
          audio.channels.reduce(0) { $0 + Double($1[index]) } / Double(audio.channels.count) / top
        #expect(abs(Double(sample) - mean) < 1e-6)
      }
    }
  }

  /// Wherever a bit of a frame is wrong a checksum says so, and wherever the file ends early.
  @Test(arguments: ["constant.flac", "stereo-16.flac", "linear.flac"])
  func damageIsFound(name: String) throws {
    let whole = try Self.bytes(name)
    // The marker, STREAMINFO and five bytes of padding come first.
    let frames = 4 + 4 + 34 + 4 + 5
    for place in stride(from: frames, to: whole.count, by: max(1, whole.count / 60)) {
      var damaged = whole
      damaged[place] ^= 1 << (place % 8)
      #expect(throws: InputError.self, "byte \(place)") {
        try FLACFile.decode(Data(damaged), name: name)
      }
      #expect(throws: InputError.self, "\(place) bytes") {
        try FLACFile.decode(Data(whole[..<place]), name: name)
      }
    }
  }
}
