// NIST SPHERE files, in which TED-LIUM and older corpora come: uncompressed PCM and mu-law.

import Base
import Foundation

/// A text header of `key -type value` lines (NIST's SPHERE software), then the samples.
enum SPHEREFile {
  /// Decodes bytes already known to begin with `NIST_1A`; the channels are mixed down to mono.
  static func decode(_ bytes: UnsafeRawBufferPointer, name: String) throws -> AudioContent {
    func fail(_ expected: String, _ found: String) -> InputError {
      InputError(name, expected: expected, found: found)
    }
    // "NIST_1A\n" and the header's length in seven characters and a newline.
    let opening = String(decoding: bytes.prefix(16), as: UTF8.self)
    let size = opening.dropFirst(8).trimmingCharacters(in: .whitespacesAndNewlines)
    guard let length = Int(size), (16...min(1 << 20, max(16, bytes.count))).contains(length),
      length <= bytes.count
    else { throw fail("a SPHERE header of a length within the file", "\"\(size)\"") }
    let header = String(decoding: bytes[16..<length], as: UTF8.self)
    var fields: [String: String] = [:]
    for line in header.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("end_head") { break }
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      if parts.count == 3 { fields[parts[0]] = parts[2].trimmingCharacters(in: .whitespaces) }
    }
    func number(_ key: String, default standard: Int? = nil) throws -> Int {
      if let value = fields[key].flatMap({ Int($0) }) { return value }
      if fields[key] == nil, let standard { return standard }
      throw fail("a number \(key) in the SPHERE header", fields[key].map { "\"\($0)\"" } ?? "none")
    }
    let coding = fields["sample_coding"] ?? "pcm"
    guard ["pcm", "ulaw", "mu-law"].contains(coding) else {
      let isShorten = coding.contains("shorten")
      throw fail(
        "uncompressed samples (pcm or ulaw)"
          + (isShorten ? "; decompress it with sph2pipe first" : ""), coding)
    }
    let isMuLaw = coding != "pcm"
    let rate = try number("sample_rate")
    guard AudioFile.sampleRates.contains(rate) else {
      throw fail(AudioFile.sampleRateSentence, "\(rate) Hz")
    }
    let channels = try number("channel_count", default: 1)
    guard (1...64).contains(channels) else { throw fail("1 to 64 channels", "\(channels)") }
    let width = try number("sample_n_bytes", default: isMuLaw ? 1 : 2)
    guard width == (isMuLaw ? 1 : 2) else {
      throw fail("samples of \(isMuLaw ? 1 : 2) bytes", "\(width)")
    }
    let order = fields["sample_byte_format"] ?? "01"
    guard isMuLaw || order == "01" || order == "10" else {
      throw fail("sample_byte_format 01 or 10", order)
    }
    let present = (bytes.count - length) / (width * channels)
    let count = try number("sample_count", default: present)
    guard count >= 0, count <= present else {
      throw fail("\(count) samples of each channel", "\(present): it is cut off")
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[length...])
    func sample(_ index: Int) -> Float {
      if isMuLaw { return PCM.sample(linear(data[index])) }
      let value = data.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
      return PCM.sample(order == "01" ? Int16(littleEndian: value) : Int16(bigEndian: value))
    }
    let samples = (0..<count).map { frame in
      (0..<channels).reduce(Float(0)) { $0 + sample(frame * channels + $1) } / Float(channels)
    }
    return AudioContent(
      waveform: Waveform(samples: samples, sampleRate: rate), channels: channels,
      bitsPerSample: 8 * width, encoding: isMuLaw ? "mu-law" : "signed integer")
  }

  /// ITU-T G.711 mu-law to 14-bit linear, scaled to 16 bits.
  private static func linear(_ code: UInt8) -> Int16 {
    let value = ~code
    let magnitude = (Int(value & 0x0F) << 3 + 0x84) << Int(value >> 4 & 7) - 0x84
    return Int16(value & 0x80 != 0 ? -magnitude : magnitude)
  }
}
