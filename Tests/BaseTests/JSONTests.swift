// JSON that a terminal can show and any parser reads.

import Base
import Foundation
import Testing

@Suite struct JSONTests {
  /// Escaped where JSON would let them through, and the same text again when read.
  @Test func whatATerminalObeysIsEscaped() throws {
    let text = "a\u{1B}[2J\u{7F}\u{9B}2J\u{202E}\u{2066}\u{2028}\u{200F}/\"é日👩🏽‍🚀"
    let line = try JSON.line([text: text])
    #expect(line.harmless == line)
    #expect(line.contains(#"\u009b2J\u202e\u2066\u2028\u200f/\"é日👩🏽‍🚀"#), "\(line)")
    #expect(try JSONDecoder().decode([String: String].self, from: Data(line.utf8)) == [text: text])
  }
}
