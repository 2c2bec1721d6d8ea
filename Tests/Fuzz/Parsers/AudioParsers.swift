// Sound of every container.

import Base
import Foundation
import SampleFiles

@testable import Speech

extension FuzzedParsers {
  static let audio: [FuzzedParser] = [
    sound(
      "wav",
      [
        AudioBytes.wav(little), AudioBytes.wav(channels: 2, bits: 24, little),
        AudioBytes.wav(code: 6, bits: 8, little), AudioBytes.wav(code: 7, bits: 8, little),
        AudioBytes.wav(code: 3, bits: 32, floats, isExtensible: true),
        AudioBytes.longWAV("RF64", little, behind: Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]),
      ]),
    sound(
      "aiff",
      [
        AudioBytes.aiff(channels: 2, frames: 30, big),
        AudioBytes.aiff(kind: "fl32", bits: 32, frames: 60, floats, describedLast: true),
        AudioBytes.aiff(kind: "sowt", frames: 60, little),
      ]),
    sound("au", [AudioBytes.au(channels: 2, big), AudioBytes.au(encoding: 27, big)]),
    sound(
      "sphere",
      [
        AudioBytes.sphere(
          ["sample_rate -i 8000", "channel_count -i 2", "sample_coding -s4 ulaw"], little),
        AudioBytes.sphere(
          [
            "sample_rate -i 16000", "channel_count -i 1", "sample_n_bytes -i 2",
            "sample_byte_format -s2 01", "sample_coding -s3 pcm", "sample_count -i 60",
          ], little),
      ]),
    // A block of 2^16 samples takes eleven bytes, and a sample two numbers of four.
    sound(
      "flac",
      [
        FLACFile.encode(numbers.map { Int16($0) }, sampleRate: 8000),
        AudioBytes.silentFLAC(channels: 2, frames: 1),
      ], bytesPerByte: 2 << 18, mended: sealed),
  ]

  private static let numbers = (0..<60).map { Int(9000 * sin(Double($0) * 0.3)) }
  private static let little = numbers.flatMap { AudioBytes.little($0, 2) }
  private static let big = numbers.flatMap { AudioBytes.big($0, 2) }
  private static let floats = numbers.flatMap {
    AudioBytes.big(Int((Float($0) / 32768).bitPattern), 4)
  }

  private static func sound(
    _ name: String, _ seeds: [[UInt8]], bytesPerByte: Int = 256,
    mended: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
  ) -> FuzzedParser {
    FuzzedParser(
      name, tries: 800, bytesPerByte: bytesPerByte, seeds: { seeds.map { Data($0) } },
      mended: mended
    ) { _ in
      { data in
        let channels: [ChannelChoice] = [.mean, .only(1), .only(2), .side(2)]
        let channel = channels[data.count % channels.count]
        let (waveform, info) = try AudioBytes.decode(Array(data), channel: channel)
        // A sample takes at least a byte, but in FLAC.
        let most = info.format == "flac" ? (data.count / 11 + 1) << 16 : data.count
        try FuzzFault.unless(
          waveform.samples.count <= most, "\(waveform.samples.count) samples of \(data.count) bytes"
        )
        try FuzzFault.unless(
          waveform.samples.allSatisfy(\.isFinite), "samples that are not numbers")
      }
    }
  }

  /// The checksums of the only frame made right again.
  @Sendable private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    // The marker and STREAMINFO, then as many bytes of a header as a first frame has.
    let start = 42
    guard bytes.count > start + 12, bytes.starts(with: "fLaC".utf8) else { return bytes }
    var result = bytes
    let blockSize = result[start + 2] >> 4
    let rate = result[start + 2] & 15
    let end =
      start + 5 + (blockSize == 6 ? 1 : blockSize == 7 ? 2 : 0)
      + (rate == 12 ? 1 : rate == 13 || rate == 14 ? 2 : 0)
    result[end] = result[start..<end].withUnsafeBytes(CRC8.checksum)
    let crc = result[start..<result.count - 2].withUnsafeBytes(CRC16.checksum)
    result.replaceSubrange(result.count - 2..<result.count, with: AudioBytes.big(Int(crc), 2))
    return result
  }
}
