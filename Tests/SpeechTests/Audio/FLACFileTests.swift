// FLAC files that use every feature of the format (Fixtures/make_audio.py), and damaged ones.

import Base
import Foundation
import SampleFiles
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
  private static func digest(_ audio: (samples: [[Int32]], bits: Int)) -> String {
    let width = (audio.bits + 7) / 8
    let bytes = audio.samples[0].indices.flatMap { index in
      audio.samples.flatMap { channel in
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
      let info = try AudioBytes.decode(Self.bytes(name)).info
      #expect(info.bitsPerSample == expected.bitsPerSample, "\(name)")
      #expect(info.channels == expected.channels, "\(name)")
      #expect(info.sampleRate == expected.sampleRate, "\(name)")
      #expect(info.samples == expected.samples, "\(name)")
      #expect(info.checksum == expected.checksum, "\(name)")
      #expect(try Self.digest(decodedChannels(Self.bytes(name))) == expected.md5, "\(name)")
    }
  }

  @Test func samplesAreTheMeanOfTheChannelsWithinOne() throws {
    for name in ["stereo-4.flac", "stereo-16.flac", "stereo-32.flac", "channels-8.flac"] {
      let audio = try decodedChannels(Self.bytes(name))
      let top = exp2(Double(audio.bits - 1))
      let mixed = try AudioBytes.decode(Self.bytes(name)).waveform.samples
      for (index, sample) in mixed.enumerated() {
        let mean =
          audio.samples.reduce(0) { $0 + Double($1[index]) } / Double(audio.samples.count) / top
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
        try AudioBytes.decode(damaged)
      }
      #expect(throws: InputError.self, "\(place) bytes") {
        try AudioBytes.decode(Array(whole[..<place]))
      }
    }
  }

  /// 8 channels of 16 bits that hold one value: 13 million samples each in 9 kB. They pass through one
  /// block, and only their mean is kept.
  @Test func aSmallFileMayHoldMuch() throws {
    let bytes = AudioBytes.silentFLAC(channels: 8, frames: 200)
    #expect(bytes.count < 10_000)
    let (waveform, info) = try AudioBytes.decode(bytes)
    #expect(info.channels == 8 && waveform.samples.count == 200 << 16)
    #expect(waveform.samples.first == 1 / 128 && waveform.samples.last == 1 / 128)
    // The same where the encoder did not know how many there are.
    let open = AudioBytes.silentFLAC(channels: 1, frames: 3, samples: 0)
    #expect(try AudioBytes.decode(open).info.samples == 3 << 16)
  }

  /// A length is not believed before memory is taken for it, nor is it without an end.
  @Test func lengthsThatCannotBeAreRefused() {
    let claimed = AudioBytes.silentFLAC(channels: 2, frames: 2, samples: 1 << 30)
    #expect(AudioBytes.refusal(claimed).contains("bytes of frames (it is truncated)"))
    let short = AudioBytes.silentFLAC(channels: 2, frames: 3, samples: 4 << 16)
    #expect(AudioBytes.refusal(short).contains("truncated"))
    #expect(AudioFile.limit(bytes: 1000, perByte: 16) == 1 << 27)
    #expect(AudioFile.limit(bytes: 1 << 30, perByte: 16) == 1 << 34)
    let most = AudioBytes.silentFLAC(channels: 1, frames: 2049)
    #expect(AudioBytes.refusal(most).contains("at most 134217728 samples"))
  }
}

/// Every channel as it is stored, bit for bit.
func decodedChannels(_ bytes: [UInt8]) throws -> (samples: [[Int32]], bits: Int) {
  try bytes.withUnsafeBytes { bytes in
    var decoder = try FLACDecoder(bytes, name: "x")
    var samples = [[Int32]](repeating: [], count: decoder.info.channels)
    while let count = try decoder.nextBlock() {
      for index in samples.indices {
        samples[index] += decoder.block[index * count..<(index + 1) * count]
      }
    }
    return (samples, decoder.info.bitsPerSample)
  }
}
