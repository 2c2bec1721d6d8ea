// What an error keeps and what it says.

import Base
import Testing

@Suite struct InputErrorTests {
  @Test func partsStayApart() {
    var error = InputError("a.wav", expected: "sound", found: "silence", kind: .occupiedFolder)
    #expect(error.source == "a.wav" && error.expected == "sound" && error.found == "silence")
    #expect(error.description == "a.wav: expected sound, found silence")
    error.advice = "speak up"
    #expect("\(error)" == "a.wav: expected sound, found silence; speak up")
    #expect(error.kind == .occupiedFolder)
  }

  @Test func aSentenceOfItsOwn() {
    let error = InputError("nothing works")
    #expect(error.source == nil && error.expected == nil && "\(error)" == "nothing works")
    #expect(InputError("a: expected b, found c") == InputError("a", expected: "b", found: "c"))
    #expect(error != InputError("something works"))
  }

  @Test func whatWasFoundIsHarmless() {
    let error = InputError("\u{1B}]0;x\u{7}.wav", expected: "one line", found: "two\nlines")
    #expect(error.found == "two\nlines")
    #expect("\(error)" == #"\u{1B}]0;x\u{7}.wav: expected one line, found two\u{A}lines"#)
  }

  /// A file's line may have no end.
  @Test func aSentenceHasAnEnd() {
    var error = InputError(
      "a.txt", expected: "a number", found: String(repeating: "\u{1B}x", count: 100_000))
    error.advice = "cut it"
    let text = "\(error)"
    #expect(text.unicodeScalars.count < 2100 && text == text.harmless)
    #expect(text.hasPrefix("a.txt: expected a number, found ") && text.hasSuffix("; cut it"))
    let path = "/" + String(repeating: "x", count: 1500)
    #expect("\(InputError(path, expected: "a", found: "b"))" == "\(path): expected a, found b")
  }
}
