// The corpus's sentences: which words, how often, how long.

import Base
import Testing

@testable import Training

@Suite struct GrammarTests {
  static let sentences: [String] = {
    var random = RandomGenerator(seed: 7)
    return (0..<20000).map { _ in CorpusGrammar.grammar.sentence(using: &random) }
  }()

  @Test func aboutAThousandWords() {
    #expect((1000...1150).contains(CorpusGrammar.grammar.vocabulary.count))
  }

  @Test func noWordIsRare() {
    var counts: [Substring: Int] = [:]
    for sentence in Self.sentences {
      for word in sentence.split(separator: " ") { counts[word, default: 0] += 1 }
    }
    let rare = CorpusGrammar.grammar.vocabulary.filter { counts[Substring($0), default: 0] < 20 }
    #expect(rare.isEmpty)
    #expect(Set(counts.keys.map(String.init)) == Set(CorpusGrammar.grammar.vocabulary))
  }

  @Test func spelledInLowerCaseLettersAndApostrophes() {
    for word in CorpusGrammar.grammar.vocabulary {
      #expect(word.allSatisfy { ("a"..."z").contains($0) || $0 == "'" }, "\(word)")
    }
  }

  @Test func oneToFourteenWordsWithSingleSpaces() {
    for sentence in Self.sentences {
      let words = sentence.split(separator: " ", omittingEmptySubsequences: false)
      #expect((1...14).contains(words.count) && !words.contains(""), "\(sentence)")
    }
  }

  @Test func sentencesSeldomRepeat() {
    #expect(Set(Self.sentences).count > 15000)
    let long = Self.sentences.filter { $0.split(separator: " ").count > 3 }
    #expect(Double(Set(long).count) > 0.8 * Double(long.count))
  }

  @Test func digitStringsHaveTheirShare() {
    let digits: Set<Substring> = [
      "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ]
    let strings = Self.sentences.filter { sentence in
      sentence.split(separator: " ").filter { digits.contains($0) }.count >= 3
    }
    #expect((0.03...0.10).contains(Double(strings.count) / 20000))
  }

  @Test func theSeedDecides() {
    var a = RandomGenerator(seed: 3)
    var b = RandomGenerator(seed: 3)
    var c = RandomGenerator(seed: 4)
    let first = (0..<50).map { _ in CorpusGrammar.grammar.sentence(using: &a) }
    #expect(first == (0..<50).map { _ in CorpusGrammar.grammar.sentence(using: &b) })
    #expect(first != (0..<50).map { _ in CorpusGrammar.grammar.sentence(using: &c) })
  }

  @Test func articlesFollowTheSound() {
    func articles(_ text: String) -> String {
      Grammar.withArticles(text.split(separator: " ").map(String.init)).joined(separator: " ")
    }
    #expect(articles("a owl and a dog") == "an owl and a dog")
    #expect(articles("a hour in a uniform") == "an hour in a uniform")
    #expect(articles("just a") == "just a")
  }

  @Test func slipsInAGrammarAreNamed() {
    #expect(throws: InputError("grammar has no rule 'animal'")) {
      try Grammar(
        definitions: [("S", ["the {animal}"])], groups: [.init(share: 1, rule: "S")],
        repeatable: [])
    }
    #expect(throws: InputError("grammar rule 'S' is defined twice")) {
      try Grammar(
        definitions: [("S", ["a"]), ("S", ["b"])], groups: [.init(share: 1, rule: "S")],
        repeatable: [])
    }
  }
}
