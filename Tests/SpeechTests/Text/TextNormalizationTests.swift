// Texts as they are compared: what each of the normalisations changes and leaves.

import Foundation
import Speech
import TestSupport
import Testing

@Suite struct TextNormalizationTests {
  /// Texts and what Whisper's own normaliser makes of them: make_normalized.py.
  @Test func whisperAgreesWithTransformers() throws {
    let pairs = try JSONDecoder().decode(
      [[String]].self, from: Data(contentsOf: fixture("normalized.json")))
    #expect(pairs.count > 400)
    for pair in pairs {
      #expect(TextNormalization.whisper(pair[0]) == pair[1], "\(pair[0])")
    }
  }

  @Test func libriSpeechKeepsLettersDigitsAndApostrophes() {
    #expect(
      TextNormalization.librispeech("  IT\u{2019}S a well-known “FACT”, No. 5!")
        == "it's a well known fact no 5")
    #expect(TextNormalization.librispeech("— …") == "")
    #expect(TextNormalization.none("It's  FINE, yes") == "it's fine, yes")
  }

  @Test func anyTextTakesAsLongAsItIs() {
    let start = ContinuousClock.now
    for part in ["<", "[", "(", "[a] ", " ", "<a> '", "(a) 's ", "()", "$1 ", "one "] {
      _ = TextNormalization.whisper(String(repeating: part, count: 100_000 / part.count))
    }
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(TextNormalization.whisper("a [b> c <d] e <f (g) h () i (") == "a c e f h i")
    #expect(TextNormalization.none("ΟΔΟΣ") == "οδος")
  }

  @Test func timesFollowTheirWords() {
    func word(_ text: String, _ start: Double) -> TimedWord {
      TimedWord(word: text, start: start, end: start + 0.5, confidence: 1 - start / 10)
    }
    let said = Transcript(
      tokens: [1, 2, 3], words: [word("it's", 0), word("twenty", 1), word("one", 2), word("um", 3)])
    let normalized = said.normalized(by: .whisper)
    #expect(normalized.text == "it is 21")
    #expect(normalized.tokens == said.tokens)
    #expect(normalized.words[0].start == 0 && normalized.words[0].end <= 1.5)
    #expect(normalized.words[2].end == 3.5)
    #expect(normalized.words.allSatisfy { $0.confidence > 0 && $0.start < $0.end })
    #expect(said.normalized(by: .none) == said)
    #expect(Transcript(tokens: [], words: [word("um", 0)]).normalized(by: .whisper).words.isEmpty)
  }
}
