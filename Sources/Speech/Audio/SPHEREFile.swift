// NIST SPHERE files, in which TED-LIUM and older corpora come: uncompressed PCM and G.711.

import Base
import Foundation

/// A text header of `key -type value` lines (NIST's SPHERE software), then the samples.
enum SPHEREFile {
  /// Decodes bytes already known to begin with `NIST_1A`. Throws `InputError`.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice
  ) throws -> AudioContent {
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
    let stored = fields["sample_coding"] ?? "pcm"
    let coding: SampleLayout.Coding
    switch stored {
    case "pcm": coding = .signed
    case "ulaw", "mu-law": coding = .muLaw
    case "alaw": coding = .aLaw
    default:
      let isShorten = stored.contains("shorten")
      throw fail(
        "uncompressed samples (pcm, ulaw or alaw)"
          + (isShorten ? "; decompress it with sph2pipe first" : ""), stored)
    }
    let channels = try number("channel_count", default: 1)
    guard (1...64).contains(channels) else { throw fail("1 to 64 channels", "\(channels)") }
    let standard = coding == .signed ? 2 : 1
    let width = try number("sample_n_bytes", default: standard)
    guard width == standard else { throw fail("samples of \(standard) bytes", "\(width)") }
    let order = fields["sample_byte_format"] ?? "01"
    guard coding != .signed || order == "01" || order == "10" else {
      throw fail("sample_byte_format 01 or 10", order)
    }
    let layout = SampleLayout(
      coding: coding, isBigEndian: order == "10", channels: channels,
      sampleRate: try number("sample_rate"), bits: 8 * width)
    try layout.check(name: name)
    let present = bytes.count - length
    let count = try number("sample_count", default: present / layout.bytesPerFrame)
    guard (0...Int.max / 1024).contains(count) else {
      throw fail("a sample_count of 0 or more", "\(count)")
    }
    let (used, remarks) = SampleLayout.length(
      said: count * layout.bytesPerFrame, available: present)
    return try layout.content(
      UnsafeRawBufferPointer(rebasing: bytes[length..<length + used]), name: name,
      channel: channel, remarks: remarks)
  }
}
