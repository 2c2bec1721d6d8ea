// Lines, words, lower case and equality of text, scalar by scalar.

import Base
import Testing

@Suite struct TextPartsTests {
  @Test func onlyLineFeedsAndCarriageReturnsEndLines() {
    #expect("a\nb\r\nc\rd".lines == ["a", "b", "c", "d"])
    #expect("a\u{B}b\u{C}c\u{85}d\u{2028}e\u{2029}f".lines.count == 1)
    #expect("".lines == [""] && "\n".lines == ["", ""] && "a\n\r\nb\r\r".lines.count == 5)
    // A mark behind a line's end begins the next line.
    #expect("a\r\n\u{301}b\n".lines.map { Array($0.unicodeScalars).count } == [1, 2, 0])
    #expect("x\r\ny".dropFirst(0).lines == ["x", "y"])
  }

  @Test func wordsAreBetweenWhiteSpace() {
    #expect(" a\u{2028}b\t\n c ".words == ["a", "b", "c"])
    #expect("".words.isEmpty && " \u{A0}\u{3000}".words.isEmpty)
    // A mark would join the space before it.
    #expect("a \u{941}b".words.map { Array($0.unicodeScalars).count } == [1, 2])
  }

  /// As Python's lower().
  @Test(arguments: [
    ("ΟΔΟΣ", "οδος"), ("ΟΔΟΣ ΣΑΣ, Σ", "οδος σας, σ"), ("ΑΣ'Σ", "ασ'ς"), ("Σ1Σ", "σ1σ"),
    ("ΑΣ\u{301}", "ας\u{301}"), ("ΑΣ\u{301}Β", "ασ\u{301}β"), ("İSTANBUL Σ", "i\u{307}stanbul σ"),
    ("It's FINE", "it's fine"), ("", ""),
  ])
  func lowerCaseKnowsTheFinalSigma(text: String, expected: String) {
    #expect(ExactText(text.inLowerCase) == ExactText(expected))
  }

  @Test func textIsExact() {
    #expect(";" == "\u{37E}" && ExactText(";") != ExactText("\u{37E}"))
    #expect("\u{E9}" == "e\u{301}" && ExactText("\u{E9}") != ExactText("e\u{301}"))
    #expect(ExactText("a") < ExactText("b") && ExactText("Z") < ExactText("\u{E9}"))
    #expect((ExactText("e") + ExactText("\u{301}")).text.unicodeScalars.count == 2)
    #expect(ExactText("abc").dropping(prefix: ExactText("a")) == ExactText("bc"))
    #expect(ExactText("abc").dropping(suffix: ExactText("bc")) == ExactText("a"))
    #expect(ExactText("e\u{301}").dropping(prefix: ExactText("\u{E9}")) == nil)
    #expect(ExactText("a").dropping(suffix: ExactText("ba")) == nil)
  }

  @Test func splitsAreAtScalars() {
    let splits = ExactText("a\u{E9}b").splits(lengths: [1, 2, 3])
    #expect(splits.map(\.left.text) == ["a", "a\u{E9}"])
    #expect(splits.map(\.right.text) == ["\u{E9}b", "b"])
    #expect(ExactText("abcd").splits(lengths: [1]).isEmpty)
  }
}
