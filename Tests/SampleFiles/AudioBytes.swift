// Audio files of every container, byte by byte, for tests of what reads them.

import Foundation

@testable import Speech

package enum AudioBytes {
  package static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  package static func big(_ value: Int, _ width: Int) -> [UInt8] { little(value, width).reversed() }

  package static func tag(_ text: String) -> [UInt8] { Array(text.utf8) }

  package static func wav(
    code: Int = 1, channels: Int = 1, bits: Int = 16, rate: Int = 8000, _ data: [UInt8],
    size: Int? = nil, riff: Int? = nil, isExtensible: Bool = false, behind: [UInt8] = []
  ) -> [UInt8] {
    let frame = channels * ((bits + 7) / 8)
    var format = little(isExtensible ? 0xFFFE : code, 2)
    format += little(channels, 2) + little(rate, 4) + little(rate * frame, 4)
    format += little(frame, 2) + little(bits, 2)
    if isExtensible {
      format += little(22, 2) + little(bits, 2) + little(0, 4) + little(code, 2)
      format += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    }
    let whole = 20 + format.count + data.count + behind.count
    return [
      tag("RIFF"), little(riff ?? whole, 4), tag("WAVE"), tag("fmt "), little(format.count, 4),
      format, tag("data"), little(size ?? data.count, 4), data, behind,
    ].flatMap { $0 }
  }

  /// 16-bit mono with its sizes in `ds64`.
  package static func longWAV(
    _ tag: String, _ data: [UInt8], size: Int? = nil, behind: [UInt8] = []
  ) -> [UInt8] {
    let plain = wav(data, size: 0xFFFF_FFFF, behind: behind)
    return [
      Self.tag(tag), little(0xFFFF_FFFF, 4), Self.tag("WAVE"), Self.tag("ds64"), little(28, 4),
      little(plain.count + 28, 8), little(size ?? data.count, 8), little(data.count / 2, 8),
      little(0, 4), Array(plain[12...]),
    ].flatMap { $0 }
  }

  package static func aiff(
    kind: String? = nil, channels: Int = 1, bits: Int = 16, rate: Int = 8000, frames: Int,
    _ data: [UInt8], size: Int? = nil, describedLast: Bool = false
  ) -> [UInt8] {
    // 8000 is 1.953125 * 2^12, 44100 is 1.345825... * 2^15.
    let exponent = Int.bitWidth - 1 - rate.leadingZeroBitCount
    var common = big(channels, 2) + big(frames, 4) + big(bits, 2)
    common += big(16383 + exponent, 2) + big(rate << (31 - exponent), 4) + big(0, 4)
    if let kind { common += Array(kind.utf8) + [0, 0] }
    let description: [[UInt8]] = [tag("COMM"), big(common.count, 4), common]
    let padding = [UInt8](repeating: 0, count: data.count % 2)
    let sound: [[UInt8]] = [
      tag("SSND"), big(size ?? data.count + 8, 4), big(0, 4), big(0, 4), data, padding,
    ]
    let name: [[UInt8]] = [tag("NAME"), big(3, 4), tag("abc"), [0]]
    let chunks = (describedLast ? [sound, name, description] : [name, description, sound])
      .flatMap { $0 }.flatMap { $0 }
    return [tag("FORM"), big(chunks.count + 4, 4), tag(kind == nil ? "AIFF" : "AIFC"), chunks]
      .flatMap { $0 }
  }

  package static func au(
    encoding: Int = 3, channels: Int = 1, rate: Int = 8000, _ data: [UInt8], size: Int? = nil
  ) -> [UInt8] {
    [
      tag(".snd"), big(32, 4), big(size ?? data.count, 4), big(encoding, 4), big(rate, 4),
      big(channels, 4), tag("a remark"), data,
    ].flatMap { $0 }
  }

  package static func sphere(_ lines: [String], _ data: [UInt8]) -> [UInt8] {
    let header = Array("NIST_1A\n   1024\n\(lines.joined(separator: "\n"))\nend_head\n".utf8)
    return header + Array(repeating: UInt8(ascii: " "), count: 1024 - header.count) + data
  }

  /// Frames that each hold the longest block there is of one value a channel: next to no bytes.
  package static func silentFLAC(channels: Int, frames: Int, samples: Int? = nil) -> [UInt8] {
    let blockSize = 1 << 16
    var head = BitWriter()
    for byte in Array("fLaC".utf8) { head.append(UInt64(byte), 8) }
    head.append(0x80, 8)
    head.append(34, 24)
    head.append(0xFFFF, 16)
    head.append(0xFFFF, 16)
    head.append(0, 48)
    head.append(16000, 20)
    head.append(UInt64(channels - 1), 3)
    head.append(15, 5)
    head.append(UInt64(samples ?? blockSize * frames), 36)
    for _ in 0..<4 { head.append(0, 32) }
    var bytes = head.bytes
    for number in 0..<frames {
      var frame = BitWriter()
      frame.append(0b1111_1111_1111_1000, 16)
      frame.append(0b0111_0101, 8)
      frame.append(UInt64(channels - 1) << 4 | 0b1000, 8)
      frame.appendCodedNumber(UInt64(number))
      frame.append(UInt64(blockSize - 1), 16)
      frame.append(UInt64(frame.bytes.withUnsafeBytes(CRC8.checksum)), 8)
      for _ in 0..<channels {
        frame.append(0, 8)
        frame.append(0x0100, 16)
      }
      frame.append(UInt64(frame.bytes.withUnsafeBytes(CRC16.checksum)), 16)
      bytes += frame.bytes
    }
    return bytes
  }

  /// What these bytes hold, without a decoder of other kinds.
  package static func decode(
    _ bytes: [UInt8], channel: ChannelChoice = .mean
  ) throws -> (waveform: Waveform, info: AudioInfo) {
    try bytes.withUnsafeBytes {
      try AudioFile.decode($0, name: "x", channel: channel, file: nil, decoder: nil)
    }
  }

  /// The sentence with which they are refused.
  package static func refusal(_ bytes: [UInt8], channel: ChannelChoice = .mean) -> String {
    do {
      _ = try decode(bytes, channel: channel)
      return "no error"
    } catch {
      return "\(error)"
    }
  }
}
