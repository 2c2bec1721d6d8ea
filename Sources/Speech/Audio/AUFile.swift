// AU files, or .snd, of Sun and NeXT: a short header, then big-endian samples.
import Base

enum AUFile {
  /// The least that a header has.
  static let headerLength = 24

  /// What the header says: how samples lie, from which byte on, and how many bytes of them.
  struct Header {
    var layout: SampleLayout
    var start: Int
    /// nil where the writer did not know.
    var size: Int?

    /// From at least `headerLength` bytes. Throws `InputError`, and `ForeignCoding` for encodings that
    /// are not read here.
    init(_ bytes: UnsafeRawBufferPointer, name: String) throws {
      let coding: SampleLayout.Coding
      let bits: Int
      switch bytes.big(12, 4) {
      case 1: (coding, bits) = (.muLaw, 8)
      case 2: (coding, bits) = (.signed, 8)
      case 3: (coding, bits) = (.signed, 16)
      case 4: (coding, bits) = (.signed, 24)
      case 5: (coding, bits) = (.signed, 32)
      case 6: (coding, bits) = (.float, 32)
      case 7: (coding, bits) = (.float, 64)
      case 27: (coding, bits) = (.aLaw, 8)
      case let other: throw ForeignCoding(container: "au", found: "AU encoding \(other)")
      }
      layout = SampleLayout(
        coding: coding, isBigEndian: true, channels: bytes.big(20, 4),
        sampleRate: bytes.big(16, 4), bits: bits)
      try layout.check(name: name)
      guard layout.channels <= 0xffff else {
        throw InputError(name, expected: "at most 65535 channels", found: "\(layout.channels)")
      }
      start = bytes.big(4, 4)
      guard start >= AUFile.headerLength else {
        throw InputError(
          name, expected: "a header of \(AUFile.headerLength) bytes or more", found: "\(start)")
      }
      size = bytes.big(8, 4)
      if size == 0 || size == 0xffff_ffff { size = nil }
    }
  }

  /// Decodes bytes already known to begin with `.snd`.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice
  ) throws -> AudioContent {
    guard bytes.count >= headerLength else {
      throw InputError(
        name, expected: "a header of \(headerLength) bytes", found: "\(bytes.count)")
    }
    let header = try Header(bytes, name: name)
    guard header.start <= bytes.count else {
      throw InputError(
        name, expected: "samples from byte \(header.start)", found: "\(bytes.count) bytes")
    }
    let (length, remarks) = SampleLayout.length(
      said: header.size, available: bytes.count - header.start)
    let samples = UnsafeRawBufferPointer(
      rebasing: bytes[header.start..<header.start + length])
    return try header.layout.content(samples, name: name, channel: channel, remarks: remarks)
  }
}
