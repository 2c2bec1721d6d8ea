// Bytes with faults, for tests that parsers refuse what they cannot read and never fall.

import Base
import Foundation

/// Faulty copies of valid files, always the same ones. `DROPSCOPE_MUTATIONS` asks for more than the few
/// of an ordinary run.
package struct Mutations {
  private var random: RandomGenerator
  private let seeds: [[UInt8]]

  /// What parsers trip over: quotes, brackets, ends of lines, marks, long numbers, halves of characters.
  private static let pieces: [[UInt8]] =
    [
      "\"", "\"\"", "\\", "\\ud800", "{", "}", "[", "]", ":", ",", "\t", "\n", "\r", "\r\n", "\0",
      " ",
      "-", "1e999", "9223372036854775808", "-1", "0", "nan", "inf", "null", "true", "\u{FEFF}",
      "\u{2028}", "\u{85}", "\u{301}", "\u{37E}", "\u{3A3}", "\u{2581}", "<", ">", "(", ")",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF0, 0x9F]]

  package init(_ seeds: [String], seed: UInt64 = 1) {
    self.init(files: seeds.map { Data($0.utf8) }, seed: seed)
  }

  package init(files seeds: [Data], seed: UInt64 = 1) {
    random = RandomGenerator(seed: seed)
    self.seeds = seeds.map { Array($0) }
  }

  /// How many to try.
  package static var count: Int {
    ProcessInfo.processInfo.environment["DROPSCOPE_MUTATIONS"].flatMap { Int($0) } ?? 150
  }

  /// One to four faults in one of the seeds.
  package mutating func next() -> Data {
    var bytes = seeds[Int.random(in: seeds.indices, using: &random)]
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 4:
        let piece = Self.pieces[Int.random(in: Self.pieces.indices, using: &random)]
        let times = [1, 1, 1, 200][Int.random(in: 0..<4, using: &random)]
        bytes.insert(contentsOf: (0..<times).flatMap { _ in piece }, at: place)
      default:
        let piece = Self.pieces[Int.random(in: Self.pieces.indices, using: &random)]
        bytes.replaceSubrange(place..<end, with: piece)
      }
    }
    return Data(bytes)
  }
}
