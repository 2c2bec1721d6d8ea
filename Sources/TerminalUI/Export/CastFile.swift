// A session as asciinema records it, to be played again: what was shown, and when (asciicast, version 2,
// https://docs.asciinema.org/manual/asciicast/v2/).

import Base
import Foundation

/// The lines of such a file, each with its line feed: a header, then events in the order of time.
package struct Asciicast {
  private struct Header: Encodable {
    var version = 2
    var width, height, timestamp: Int
    var env: [String: String]
  }

  private struct Event: Encodable {
    var seconds: Double
    var code, data: String

    func encode(to encoder: any Encoder) throws {
      var values = encoder.unkeyedContainer()
      try values.encode((seconds * 1e6).rounded() / 1e6)
      try values.encode(code)
      try values.encode(data)
    }
  }

  /// The beginning of a character whose end has not come yet.
  private var held: [UInt8] = []

  package init() {}

  /// - Parameters:
  ///   - terminal: the type of terminal that the bytes are for.
  ///   - date: seconds since 1970 at which the session began.
  package static func header(_ size: Size, terminal: String, date: Int) throws -> String {
    try line(
      Header(
        width: size.width, height: size.height, timestamp: date, env: ["TERM": terminal]))
  }

  /// What went to the terminal so many seconds after the beginning. Events are text: of a character that is
  /// not complete nothing is told before its end has come. Nil where nothing is left to tell.
  package mutating func output(_ bytes: [UInt8], seconds: Double) throws -> String? {
    held += bytes
    let whole = held.count - Self.begun(held)
    guard whole > 0 else { return nil }
    let text = String(decoding: held[..<whole], as: UTF8.self)
    held.removeFirst(whole)
    return try Self.line(Event(seconds: seconds, code: "o", data: text))
  }

  package func resize(_ size: Size, seconds: Double) throws -> String {
    try Self.line(Event(seconds: seconds, code: "r", data: "\(size.width)x\(size.height)"))
  }

  private static func line(_ value: some Encodable) throws -> String { try JSON.line(value) + "\n" }

  /// How many bytes at the end begin a character (UTF-8) that is longer.
  private static func begun(_ bytes: [UInt8]) -> Int {
    for (index, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > index + 1 ? index + 1 : 0
    }
    return 0
  }
}

/// A recording that is being written, a line at a time: whenever it ends, what is there is a recording of
/// what went before.
final class CastFile {
  private let file: AppendedFile
  private let start = ContinuousClock.now
  private var cast = Asciicast()

  /// In the place of what is at `url`. Throws `InputError`.
  init(_ url: URL, size: Size, terminal: String) throws {
    try Self.check(url)
    let date = Int(Date().timeIntervalSince1970)
    try OutputFile.write(try Asciicast.header(size, terminal: terminal, date: date), to: url)
    file = try AppendedFile(url)
  }

  /// Throws where a recording cannot be written.
  static func check(_ url: URL) throws {
    try OutputFile.check(url)
    // What is shared with others, as the terminal itself may be, would be written to twice.
    guard OutputFile.isReplaced(url) else {
      throw InputError(
        url.relativePath, expected: "a file to record to", found: "a device or a pipe")
    }
  }

  func show(_ bytes: [UInt8]) throws {
    if let line = try cast.output(bytes, seconds: seconds) { try file.append(line) }
  }

  func resize(_ size: Size) throws { try file.append(try cast.resize(size, seconds: seconds)) }

  private var seconds: Double { start.duration(to: .now) / .seconds(1) }
}
