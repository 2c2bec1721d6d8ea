// Files with faults, made from valid ones.

import Base
import Foundation

/// Faulty copies of valid files: the same number of the same stream is always the same copy.
package struct Mutations: Sendable {
  private let seeds: [[UInt8]]
  /// Makes right again what would stop a reader before it comes to the faults.
  private let mended: @Sendable ([UInt8]) -> [UInt8]

  /// What parsers trip over: quotes, brackets, ends of lines, marks, long numbers, halves of characters.
  private static let pieces: [[UInt8]] =
    [
      "\"", "\"\"", "\\", "\\ud800", "{", "}", "[", "]", ":", ",", "\t", "\n", "\r", "\r\n", "\0",
      " ", "-", "1e999", "9223372036854775808", "-1", "0", "nan", "inf", "null", "true",
      "\u{FEFF}", "\u{2028}", "\u{85}", "\u{301}", "\u{37E}", "\u{3A3}", "\u{2581}", "\u{1B}[",
      "<", ">", "(", ")",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF0, 0x9F]]

  /// What a word or number of a text is made instead, so that it stays one.
  private static let words: [[UInt8]] = [
    "0", "-1", "1", "7", "0.5", "1e25", "1e999", "-0", "9223372036854775807",
    "-9223372036854775808", "99999999999999999999", "8192", "65536", "nan", "inf", "null", "true",
    "x", "\u{37E}", "\u{3A3}e\u{301}",
  ].map { Array($0.utf8) }

  /// Numbers at which sizes and counts go wrong.
  private static let numbers: [UInt64] = [
    0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
  ]

  /// What a copy may grow to by one fault: enough to tell time that grows with the square.
  private static let longest = 1 << 16

  package init(_ seeds: [Data], mended: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) {
    precondition(!seeds.isEmpty, "faults of no file")
    self.seeds = seeds.map { Array($0) }
    self.mended = mended
  }

  /// One to four faults in one of the files.
  package func copy(_ number: Int, of stream: UInt64) -> Data {
    var random = RandomGenerator(seed: stream, streams: UInt64(number))
    var bytes = seeds[Int.random(in: seeds.indices, using: &random)]
    let faults = [1, 1, 2, 3, 4][Int.random(in: 0..<5, using: &random)]
    for _ in 0..<faults { damage(&bytes, &random) }
    return Data(Bool.random(using: &random) ? mended(bytes) : bytes)
  }

  private func damage(_ bytes: inout [UInt8], _ random: inout RandomGenerator) {
    // Headers more often than what is behind them.
    let reach = Bool.random(using: &random) ? min(bytes.count, 64) : bytes.count
    let place = Int.random(in: 0...reach, using: &random)
    let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
    let piece = Self.pieces[Int.random(in: Self.pieces.indices, using: &random)]
    switch Int.random(in: 0..<14, using: &random) {
    case 0: bytes.removeSubrange(place..<end)
    case 1: bytes.removeSubrange(place...)
    case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 3 where place < end: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 4 where place < end: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 5, 6: write(number(&random), over: &bytes, at: place)
    case 7: bytes.replaceSubrange(place..<end, with: piece)
    case 8:
      let other = seeds[Int.random(in: seeds.indices, using: &random)]
      let start = Int.random(in: 0...other.count, using: &random)
      bytes.replaceSubrange(place..., with: other[start...])
    case 9...12: replaceWord(&bytes, at: place, &random)
    default: bytes.insert(contentsOf: repeated(piece, bytes[place..<end], &random), at: place)
    }
  }

  /// The first word from a place on, by another of the file or by one of the above.
  private func replaceWord(
    _ bytes: inout [UInt8], at place: Int, _ random: inout RandomGenerator
  ) {
    func word(from place: Int) -> Range<Int>? {
      guard let inside = bytes[place...].firstIndex(where: Self.isOfWord) else { return nil }
      let start = bytes[..<inside].lastIndex { !Self.isOfWord($0) }.map { $0 + 1 } ?? 0
      return start..<(bytes[inside...].firstIndex { !Self.isOfWord($0) } ?? bytes.count)
    }
    guard let old = word(from: place) else { return }
    var new = Self.words[Int.random(in: Self.words.indices, using: &random)]
    if Bool.random(using: &random),
      let other = word(from: Int.random(in: 0...bytes.count, using: &random))
    {
      new = Array(bytes[other])
    }
    bytes.replaceSubrange(old, with: new)
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  /// In 2, 4 or 8 bytes of either order.
  private func number(_ random: inout RandomGenerator) -> [UInt8] {
    let number = Self.numbers[Int.random(in: Self.numbers.indices, using: &random)]
    let width = [2, 4, 8][Int.random(in: 0..<3, using: &random)]
    let little = (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    return Bool.random(using: &random) ? little : little.reversed()
  }

  private func write(_ number: [UInt8], over bytes: inout [UInt8], at place: Int) {
    for (index, byte) in number.enumerated() where place + index < bytes.count {
      bytes[place + index] = byte
    }
  }

  /// A piece or what is there: once most often, many times now and then, as often as it fits seldom.
  private func repeated(
    _ piece: [UInt8], _ present: ArraySlice<UInt8>, _ random: inout RandomGenerator
  ) -> [UInt8] {
    let unit = Bool.random(using: &random) || present.isEmpty ? piece : Array(present)
    let times =
      switch Int.random(in: 0..<32, using: &random) {
      case 0: Self.longest / unit.count
      case 1...8: 200
      default: 1
      }
    return (0..<times).flatMap { _ in unit }
  }
}
