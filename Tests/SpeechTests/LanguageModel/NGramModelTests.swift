// n-gram scores against KenLM's, and what an ARPA file may not be.

import Base
import Foundation
@testable import Speech
import TestSupport
import Testing

struct NGramModelTests {
  struct Reference: Decodable {
    var sentences: [String]
    var scores: [Double]
  }

  @Test func sentencesScoreAsInKenLM() throws {
    let model = try NGramModel(arpa: fixture("language_model.arpa"))
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: fixture("language_model.json")))
    #expect(model.order == 3)
    #expect(reference.sentences.count == reference.scores.count)
    for (sentence, score) in zip(reference.sentences, reference.scores) {
      expectClose(Double(model.score(sentence: sentence)), score, relative: 2e-5)
    }
  }

  @Test func wordsAndTheirBeginningsAreKnown() throws {
    let model = try NGramModel(arpa: fixture("language_model.arpa"))
    #expect(model.knows("the") && model.knows(prefix: "th") && model.knows(prefix: "the"))
    #expect(!model.knows("th") && !model.knows(prefix: "thx") && !model.knows("<s>"))
    #expect(!model.knows(prefix: "zz") && !model.knows(prefix: "<"))
  }

  /// A model whose bigram was pruned and whose trigram was not: the bigram is a context alone.
  @Test func aPrunedContextBacksOffAndStillLeadsToTheLongerOne() throws {
    let model = try read(
      """
      \\data\\
      ngram 1=3
      ngram 2=1
      ngram 3=1

      \\1-grams:
      -1.0\ta\t-0.5
      -2.0\tb\t-0.25
      -0.5\t</s>

      \\2-grams:
      -0.125\tb a\t-0.0625

      \\3-grams:
      -0.75\ta b a

      \\end\\
      """)
    var state = model.start
    var scores: [Double] = []
    for word in ["a", "b", "a"] {
      let next = model.score(word, after: state)
      scores.append(Double(next.logProbability) / M_LN10)
      state = next.state
    }
    expectClose(scores[0], -1.0)
    expectClose(scores[1], -0.5 - 2.0)
    expectClose(scores[2], -0.75)
    // After "b a" nothing ends: its weight, then that of "a".
    expectClose(Double(model.endScore(after: state)) / M_LN10, -0.0625 - 0.5 - 0.5)
  }

  @Test(arguments: [
    ("", "no \\data\\"),
    ("\\data\\\nngram 1=1\n\n\\1-grams:\n-1 a\n", "closes with \\end\\"),
    ("\\data\\\nngram 1=2\n\n\\1-grams:\n-1 a\n\n\\end\\\n", "line 7: expected 2 n-grams"),
    ("\\data\\\nngram 2=2\n", "line 2: expected ngram 1=COUNT"),
    ("\\data\\\nngram 1=1\n\n\\1-grams:\nmany a\n", "line 5: expected a log-probability"),
    (
      "\\data\\\nngram 1=1\nngram 2=1\n\\1-grams:\n-1 a\n\\2-grams:\n-1 a b\n",
      "line 7: expected words that are unigrams, found \"b\""
    ),
    ("\\data\\\nngram 1=1\n\\2-grams:\n", "line 3: expected another section"),
  ])
  func whatIsNoModelIsRefusedByLine(text: String, complaint: String) {
    #expect {
      try read(text)
    } throws: {
      "\($0)".contains(complaint) && "\($0)".contains(".arpa")
    }
  }

  /// Letters that only Swift's strings take for one.
  @Test func wordsAreScalars() throws {
    let model = try read(
      "\\data\\\nngram 1=3\n\\1-grams:\n-1\tcaf\u{E9}\n-2\tcafe\u{301}\n-3\t<unk>\n\\end\\\n")
    #expect(model.wordCount == 3)
    #expect(model.score(sentence: "caf\u{E9}") == Float(-M_LN10))
    #expect(model.score(sentence: "cafe\u{301}") == Float(-2 * M_LN10))
    #expect(model.knows(prefix: "cafe") && model.knows(prefix: "caf\u{E9}"))
    let counts = NGramCounts(["caf\u{E9} cafe\u{301}", "caf\u{E9}"], order: 1, leastCount: 1)
    #expect(counts.words.count == 5)
  }

  @discardableResult
  private func read(_ text: String) throws -> NGramModel {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("model.arpa")
      try text.write(to: url, atomically: true, encoding: .utf8)
      return try NGramModel(arpa: url)
    }
  }
}
