// What counts as the same word: rules applied to references and hypotheses alike before scoring.

import Base

/// How text is made comparable. Both sides of an alignment go through the same rules.
package enum TextNormalization: String, CaseIterable, Codable, Sendable {
  /// Lower case and single spaces, which every transcript has anyway.
  case none
  /// LibriSpeech's convention: letters without case, digits and apostrophes; all else is a space.
  case librispeech
  /// The English normaliser of Whisper (Radford et al., arXiv 2212.04356, appendix C), as the open
  /// leaderboards score: see `EnglishNormalizer`.
  case whisper

  package var summary: String {
    switch self {
    case .none: "lower case, nothing else"
    case .librispeech: "letters without case, digits, apostrophes"
    case .whisper: "Whisper's English rules: numbers, contractions, fillers, titles"
    }
  }

  /// Words with single spaces; empty when the rules leave none.
  package func callAsFunction(_ text: some StringProtocol) -> String {
    let text =
      switch self {
      case .none: text.inLowerCase
      case .librispeech: Self.libriSpeech(text.inLowerCase)
      case .whisper: EnglishNormalizer.normalize(String(text))
      }
    return text.words.joined(separator: " ")
  }

  private static func libriSpeech(_ text: String) -> String {
    let apostrophes: Set<Character> = ["\u{2019}", "\u{2018}", "\u{02BC}", "`", "\u{00B4}"]
    return String(
      text.map { character in
        if apostrophes.contains(character) { return "'" }
        return character.isLetter || character.isNumber || character == "'" ? character : " "
      })
  }
}

extension Transcript {
  /// The words that the rules leave. Where they change how many there are ("twenty one" to "21"),
  /// each new word lies where the old ones that it is aligned with lay.
  package func normalized(by rules: TextNormalization) -> Transcript {
    guard rules != .none else { return self }
    let new = rules(text).words
    let old = words.map(\.word)
    if new == old { return self }
    var result: [TimedWord] = []
    var pending: [TimedWord] = []
    var place = 0
    /// Old words without a partner of their own belong to the new word before them.
    func absorb() {
      guard var last = result.popLast() else { return }
      for word in pending {
        last.start = min(last.start, word.start)
        last.end = max(last.end, word.end)
        last.confidence = min(last.confidence, word.confidence)
      }
      pending = []
      result.append(last)
    }
    for step in Alignment.align(old, new) {
      switch step {
      case .deletion:
        pending.append(words[place])
        place += 1
        absorb()
      case .match(let word), .substitution(_, let word):
        var timed = words[place]
        timed.word = word
        place += 1
        result.append(timed)
        absorb()
      case .insertion(let word):
        // More words than before ("it's" to "it is"): at the place of their neighbour.
        var timed =
          result.last ?? words.first ?? TimedWord(word: "", start: 0, end: 0, confidence: 0)
        timed.word = word
        result.append(timed)
      }
    }
    return Transcript(tokens: tokens, words: result)
  }
}
