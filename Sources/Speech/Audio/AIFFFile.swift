// AIFF and AIFF-C files (Apple's specifications of 1989 and 1991): big-endian chunks, samples at the end.
import Base
import Foundation

enum AIFFFile {
  /// Decodes bytes already known to begin with a FORM of type AIFF or AIFC. Throws `InputError`, and
  /// `ForeignCoding` for compressed ones that are not read here.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice
  ) throws -> AudioContent {
    var common: (layout: SampleLayout, frames: Int)?
    var sound: (start: Int, size: Int?)?
    // Writers that cannot seek back leave 0 or the largest number there is.
    func isOpen(_ number: Int) -> Bool { number == 0 || number >= 0x7fff_0000 }
    var offset = 12
    while offset + 8 <= bytes.count {
      let tag = bytes.text(offset, 4)
      let size = bytes.big(offset + 4, 4)
      let start = offset + 8
      let available = bytes.count - start
      if tag == "SSND" {
        guard available >= 8, bytes.big(start, 4) <= available - 8 else {
          throw InputError(
            name, expected: "samples in the SSND chunk", found: "the end of the file")
        }
        let lead = 8 + bytes.big(start, 4)
        sound = (start + lead, isOpen(size) ? nil : max(0, size - lead))
        // The chunk that describes them is only behind those whose length is known.
        if size > available || isOpen(size) { break }
      } else if size > available {
        throw InputError(
          name, expected: "\(size) bytes in the '\(tag)' chunk",
          found: "\(available) (the file is truncated)")
      } else if tag == "COMM" {
        common = try format(bytes, start, size, name: name)
      }
      offset = start + size + size % 2
    }
    guard let (layout, frames) = common, let (start, size) = sound else {
      throw InputError(
        name, expected: "a COMM and an SSND chunk",
        found: common == nil ? "no COMM" : "no SSND")
    }
    let present = bytes.count - start
    let (length, remarks) = SampleLayout.length(
      said: isOpen(frames) ? size : frames * layout.bytesPerFrame,
      available: min(size ?? present, present))
    let samples = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
    return try layout.content(samples, name: name, channel: channel, remarks: remarks)
  }

  private static func format(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ size: Int, name: String
  ) throws -> (SampleLayout, frames: Int) {
    let isCompressed = bytes.text(8, 4) == "AIFC"
    guard size >= (isCompressed ? 22 : 18) else {
      throw InputError(name, expected: "a COMM chunk of 18 bytes or more", found: "\(size)")
    }
    var layout = SampleLayout(
      coding: .signed, isBigEndian: true, channels: bytes.big(start, 2),
      sampleRate: sampleRate(bytes, start + 8), bits: bytes.big(start + 6, 2))
    if isCompressed {
      let kind = bytes.text(start + 18, 4)
      switch kind {
      case "NONE", "twos": break
      case "sowt": layout.isBigEndian = false
      case "fl32", "FL32": (layout.coding, layout.bits) = (.float, 32)
      case "fl64", "FL64": (layout.coding, layout.bits) = (.float, 64)
      case "ulaw", "ULAW": (layout.coding, layout.bits) = (.muLaw, 8)
      case "alaw", "ALAW": (layout.coding, layout.bits) = (.aLaw, 8)
      default: throw ForeignCoding(container: "aiff", found: "AIFF-C of the kind '\(kind)'")
      }
    }
    try layout.check(name: name)
    return (layout, bytes.big(start + 2, 4))
  }

  /// An 80-bit floating-point number (IEEE 754 extended); 0 where it is no rate.
  private static func sampleRate(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    let exponent = bytes.big(offset, 2) - 16383
    // The mantissa's top bit is its whole part; 62 more fit into a number with a sign.
    let mantissa = Double(bytes.big(offset + 2, 4)) * exp2(-31)
    guard (0..<32).contains(exponent) else { return 0 }
    return Int((mantissa * exp2(Double(exponent))).rounded())
  }
}
