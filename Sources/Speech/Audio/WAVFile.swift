// RIFF/WAVE: PCM of 8 to 32 bits, float of 32 and 64, plain and extensible headers.

import Foundation
import Kernels

package enum WAVFile {
  /// Decodes a whole file and mixes its channels to mono. A data chunk that claims more than the file
  /// holds is accepted only with the lengths that streaming writers leave (0 or 0xFFFFFFFF).
  static func decode(_ data: Data, path: String) throws -> (Waveform, AudioInfo) {
    func fail(_ expected: String, _ found: String) -> InputError {
      InputError(path, expected: expected, found: found)
    }
    let bytes = [UInt8](data)
    func u16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
    func u32(_ at: Int) -> Int { u16(at) | u16(at + 2) << 16 }
    guard bytes.count >= 12, Data(bytes[8..<12]) == Data("WAVE".utf8) else {
      throw fail("RIFF/WAVE data", "a file of \(bytes.count) bytes without it")
    }
    var format: (tag: Int, channels: Int, rate: Int, bits: Int)?
    var position = 12
    while position + 8 <= bytes.count {
      let id = String(decoding: bytes[position..<position + 4], as: UTF8.self)
      var size = u32(position + 4)
      let start = position + 8
      if id == "fmt " {
        guard size >= 16, start + size <= bytes.count else {
          throw fail("a fmt chunk of 16 bytes or more", "\(min(size, bytes.count - start))")
        }
        var tag = u16(start)
        // Extensible: the true tag opens the sub-format's GUID.
        if tag == 0xFFFE, size >= 40 { tag = u16(start + 24) }
        format = (tag, u16(start + 2), u32(start + 4), u16(start + 14))
      } else if id == "data" {
        guard let format else { throw fail("a fmt chunk before the data", "none") }
        if size == 0xFFFF_FFFF || size == 0 && start < bytes.count { size = bytes.count - start }
        guard start + size <= bytes.count else {
          throw fail("\(size) bytes of audio", "\(bytes.count - start): the file is truncated")
        }
        let waveform = try samples(bytes[start..<start + size], format, path: path)
        let info = AudioInfo(
          format: "wav", sampleRate: format.rate, channels: format.channels,
          bitsPerSample: format.bits, samples: waveform.samples.count,
          encoding: format.tag == 3 ? "float" : "pcm", durationSeconds: waveform.seconds,
          checksum: "absent")
        return (waveform, info)
      }
      position = start + size + size % 2
    }
    throw fail("a data chunk", "none: the file is truncated")
  }

  private static func samples(
    _ bytes: ArraySlice<UInt8>, _ format: (tag: Int, channels: Int, rate: Int, bits: Int),
    path: String
  ) throws -> Waveform {
    let supported = format.tag == 1 ? [8, 16, 24, 32] : format.tag == 3 ? [32, 64] : []
    guard supported.contains(format.bits) else {
      throw InputError(
        path, expected: "PCM of 8, 16, 24 or 32 bits or float of 32 or 64",
        found: "format \(format.tag) with \(format.bits) bits")
    }
    guard format.channels > 0, (1...768_000).contains(format.rate) else {
      throw InputError(
        path, expected: "at least one channel and a rate up to 768000 Hz",
        found: "\(format.channels) channels at \(format.rate) Hz")
    }
    let width = format.bits / 8
    let frames = bytes.count / (width * format.channels)
    let mono = bytes.withUnsafeBytes { raw -> [Float] in
      func value(_ offset: Int) -> Float {
        switch (format.tag, format.bits) {
        case (1, 8): return (Float(raw[offset]) - 128) / 128
        case (1, 16):
          return Float(
            Int16(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
            / 32768
        case (1, 24):
          let high = Int32(Int8(bitPattern: raw[offset + 2])) << 16
          return Float(high | Int32(raw[offset + 1]) << 8 | Int32(raw[offset])) / 8_388_608
        case (1, _):
          return Float(
            Int32(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            / 2_147_483_648
        case (_, 32): return raw.loadUnaligned(fromByteOffset: offset, as: Float.self)
        default: return Float(raw.loadUnaligned(fromByteOffset: offset, as: Double.self))
        }
      }
      return (0..<frames).map { frame in
        var sum: Float = 0
        for channel in 0..<format.channels {
          sum += value((frame * format.channels + channel) * width)
        }
        return sum / Float(format.channels)
      }
    }
    return Waveform(samples: mono, sampleRate: format.rate)
  }

  /// Writes 16-bit mono PCM to a temporary name, then renames it.
  package static func write(_ waveform: Waveform, to url: URL) throws {
    var bytes = Data(capacity: 44 + 2 * waveform.samples.count)
    func append<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    bytes.append(Data("RIFF".utf8))
    append(UInt32(36 + 2 * waveform.samples.count))
    bytes.append(Data("WAVEfmt ".utf8))
    append(UInt32(16))
    append(UInt16(1))
    append(UInt16(1))
    append(UInt32(waveform.sampleRate))
    append(UInt32(2 * waveform.sampleRate))
    append(UInt16(2))
    append(UInt16(16))
    bytes.append(Data("data".utf8))
    append(UInt32(2 * waveform.samples.count))
    for sample in waveform.int16 { append(sample) }
    try bytes.write(to: url, options: .atomic)
  }
}

extension Waveform {
  /// Rounded and clipped to 16 bits.
  package var int16: [Int16] {
    samples.map { Int16(max(-32768, min(32767, ($0 * 32768).rounded()))) }
  }
}
