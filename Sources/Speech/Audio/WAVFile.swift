// RIFF/WAVE files, of any length: reading linear samples, floats and G.711.
import Base

/// WAV files. Sizes beyond 32 bits are in a `ds64` chunk (EBU Tech 3306, ITU-R BS.2088).
enum WAVFile {
  private enum Code {
    static let pcm = 1
    static let float = 3
    static let aLaw = 6
    static let muLaw = 7
    static let extensible = 0xfffe
    /// How the subformat of what `extensible` says goes on behind its code.
    static let tail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
  }

  /// A size that is in `ds64`, or nowhere: ffmpeg leaves it where it cannot seek back.
  private static let elsewhere = 0xffff_ffff

  /// Decodes RIFF, RF64 or BW64 bytes, already known to begin as such. Throws `InputError`, and
  /// `ForeignCoding` for codings that are not read here.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice
  ) throws -> AudioContent {
    var layout: SampleLayout?
    var longSizes: [String: Int] = [:]
    var offset = 12
    while offset + 8 <= bytes.count {
      let tag = bytes.text(offset, 4)
      let start = offset + 8
      let available = bytes.count - start
      let field = bytes.little(offset + 4, 4)
      let size = field == elsewhere ? longSizes[tag] ?? field : field
      if tag == "data" {
        guard let layout else {
          throw InputError(name, expected: "a fmt chunk before the data", found: "none")
        }
        let isOpen = isOpen(size, riff: bytes.little(4, 4), start: start, available: available)
        let (length, remarks) = SampleLayout.length(
          said: isOpen ? nil : size, available: available)
        let samples = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
        return try layout.content(samples, name: name, channel: channel, remarks: remarks)
      }
      guard size <= available else {
        throw InputError(
          name, expected: "\(size) bytes in the '\(tag)' chunk",
          found: "\(available) (the file is truncated)")
      }
      switch tag {
      case "ds64": longSizes = sizes(bytes, start, size)
      case "fmt ": layout = try format(bytes, start, size, name: name)
      default: break
      }
      offset = start + size + size % 2
    }
    throw InputError(
      name, expected: layout == nil ? "a fmt and a data chunk" : "a data chunk",
      found: "the end of the file")
  }

  /// Whether the writer of the data's size did not know it, as one that cannot seek back.
  private static func isOpen(_ size: Int, riff: Int, start: Int, available: Int) -> Bool {
    // 0xFFFFFFFF (ffmpeg), 0x7FFFF000 (sox), 0x80000000 (arecord) and their like.
    func isPlaceholder(_ size: Int) -> Bool { (0x7fff_0000...elsewhere).contains(size) }
    // Some leave 0, and a RIFF size that ends here too.
    if size == 0 { return riff <= start - 8 || isPlaceholder(riff) }
    return size == elsewhere || isPlaceholder(size) && size > available
  }

  /// Of chunks whose own size is `elsewhere`.
  private static func sizes(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ size: Int
  ) -> [String: Int] {
    guard size >= 28 else { return [:] }
    let count = min(bytes.little(start + 24, 4), (size - 28) / 12)
    var sizes = ["data": bytes.little(start + 8, 8)]
    for entry in 0..<count {
      let place = start + 28 + 12 * entry
      sizes[bytes.text(place, 4)] = bytes.little(place + 4, 8)
    }
    return sizes
  }

  private static func format(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ size: Int, name: String
  ) throws -> SampleLayout {
    guard size >= 16 else {
      throw InputError(name, expected: "at least 16 bytes in the fmt chunk", found: "\(size)")
    }
    var code = bytes.little(start, 2)
    if code == Code.extensible, size >= 26 {
      let tail = bytes[start + 26..<start + max(26, min(size, 40))]
      guard tail.elementsEqual(Code.tail.prefix(tail.count)) else {
        throw ForeignCoding(container: "wav", found: "a WAV subformat of its own")
      }
      code = bytes.little(start + 24, 2)
    }
    let bits = bytes.little(start + 14, 2)
    let coding: SampleLayout.Coding
    switch code {
    case Code.pcm: coding = bits <= 8 ? .unsigned : .signed
    case Code.float: coding = .float
    case Code.muLaw: coding = .muLaw
    case Code.aLaw: coding = .aLaw
    default: throw ForeignCoding(container: "wav", found: "WAV encoding \(code)")
    }
    let layout = SampleLayout(
      coding: coding, channels: bytes.little(start + 2, 2), sampleRate: bytes.little(start + 4, 4),
      bits: bits)
    try layout.check(name: name)
    let frame = bytes.little(start + 12, 2)
    guard frame == layout.bytesPerFrame else {
      throw InputError(
        name, expected: "\(layout.bytesPerFrame) bytes per frame", found: "\(frame)")
    }
    return layout
  }
}
