// Recordings are what asciinema plays: a header, then events, each a line.

import Base
import Foundation
import Testing

@testable import TerminalUI

@Suite struct CastFileTests {
  private func parsed(_ line: String) throws -> Any {
    #expect(line.hasSuffix("\n") && line.count { $0 == "\n" } == 1)
    return try JSONSerialization.jsonObject(with: Data(line.utf8))
  }

  @Test func theHeaderSaysWhatIsNeededToPlayIt() throws {
    let line = try Asciicast.header(
      Size(width: 80, height: 24), terminal: "xterm-256color", date: 1_700_000_000)
    let header = try #require(try parsed(line) as? [String: Any])
    #expect(Set(header.keys) == ["version", "width", "height", "timestamp", "env"])
    #expect(header["version"] as? Int == 2 && header["timestamp"] as? Int == 1_700_000_000)
    #expect(header["width"] as? Int == 80 && header["height"] as? Int == 24)
    #expect(header["env"] as? [String: String] == ["TERM": "xterm-256color"])
  }

  @Test func eventsAreATimeAKindAndAText() throws {
    var cast = Asciicast()
    let text = "\u{1B}[2;3H\"ja\"\\ \u{7}\r\né█"
    let line = try #require(try cast.output(Array(text.utf8), seconds: 1.234_567_89))
    let event = try #require(try parsed(line) as? [Any])
    #expect(event.count == 3 && event[0] as? Double == 1.234568 && event[1] as? String == "o")
    #expect(event[2] as? String == text)
    let resized = try cast.resize(Size(width: 120, height: 40), seconds: 2)
    let size = try #require(try parsed(resized) as? [Any])
    #expect(size[0] as? Double == 2 && size[1] as? String == "r" && size[2] as? String == "120x40")
  }

  /// Wherever a text is torn, no event has half of a character, and nothing is lost.
  @Test func charactersAreNotTorn() throws {
    let bytes = Array("aé█🙂z".utf8)
    for cut in 0...bytes.count {
      for end in cut...bytes.count {
        var cast = Asciicast()
        var told = ""
        for part in [bytes[..<cut], bytes[cut..<end], bytes[end...]] {
          guard let line = try cast.output(Array(part), seconds: 0) else { continue }
          let event = try #require(try parsed(line) as? [Any])
          let text = try #require(event[2] as? String)
          #expect(!text.isEmpty && !text.contains("\u{FFFD}"), "\(cut), \(end)")
          told += text
        }
        #expect(told == "aé█🙂z", "\(cut), \(end)")
      }
    }
  }

  @Test func aRecordingTakesThePlaceOfAnOlderOne() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let file = folder.url.appendingPathComponent("show.cast")
    try "an older and longer one\n".write(to: file, atomically: true, encoding: .utf8)
    let recording = try CastFile(file, size: Size(width: 60, height: 15), terminal: "vt100")
    try recording.show(Array("a".utf8))
    try recording.show([])
    try recording.resize(Size(width: 80, height: 24))
    try recording.show(Array("b".utf8))
    // Already whole while it is being written.
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let events = try lines.dropFirst().map { line in
      try #require(try parsed("\(line)\n") as? [Any])
    }
    #expect(events.map { $0[2] as? String } == ["a", "80x24", "b"])
    let times = events.compactMap { $0[0] as? Double }
    #expect(times.count == 3 && times == times.sorted() && times[0] >= 0)
  }

  @Test func whereThereIsNoFileToBeItSaysSo() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    for (place, reason) in [
      (folder.url, "a folder"), (folder.url.appendingPathComponent("no/where.cast"), "no folder"),
      (URL(fileURLWithPath: "/dev/null"), "a device or a pipe"),
    ] {
      let error = #expect(throws: InputError.self) { try CastFile.check(place) }
      #expect("\(try #require(error))".contains(reason), "\(place.path)")
    }
  }
}
