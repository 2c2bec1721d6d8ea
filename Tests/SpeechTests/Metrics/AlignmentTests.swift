// Error counts against jiwer's (Fixtures/make_error_counts.py), and which path is taken among equals.

import Foundation
import Speech
import TestSupport
import Testing

struct AlignmentTests {
  /// Fixtures/error-counts.json.
  private struct Reference: Decodable {
    struct Pair: Decodable {
      var reference: String
      var hypothesis: String
      var word_errors: Int
      var character_errors: Int
    }
    var word_error_rate: Double
    var character_error_rate: Double
    var pairs: [Pair]
  }

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  @Test func totalsAreThoseOfJiwer() throws {
    let expected = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: fixture("error-counts.json")))
    #expect(expected.pairs.count == 206)
    var (byWord, byCharacter) = (ErrorCounts(), ErrorCounts())
    for pair in expected.pairs {
      let (reference, hypothesis) = (words(pair.reference), words(pair.hypothesis))
      let counts = Alignment.count(reference, hypothesis)
      #expect(counts.errors == pair.word_errors, "\(pair.reference) / \(pair.hypothesis)")
      #expect(counts.words == reference.count)
      byWord += counts
      let characters = Alignment.countCharacters(pair.reference, pair.hypothesis)
      #expect(characters.errors == pair.character_errors)
      byCharacter += characters

      let aligned = Alignment.align(reference, hypothesis)
      #expect(Alignment.count(aligned) == counts)
      #expect(aligned.compactMap(\.referenceWord) == reference)
      #expect(aligned.compactMap(\.hypothesisWord) == hypothesis)
    }
    expectClose(byWord.rate, expected.word_error_rate, relative: 1e-12)
    expectClose(byCharacter.rate, expected.character_error_rate, relative: 1e-12)
  }

  @Test func prefersMatchThenSubstitutionThenDeletionFromTheEnd() {
    // One deletion: the last of the equal words matches, so an earlier one is missing.
    #expect(
      Alignment.align(["a", "a"], ["a"]) == [.deletion("a"), .match("a")])
    #expect(
      Alignment.align(["a"], ["a", "a"]) == [.insertion("a"), .match("a")])
    // Two substitutions and not an insertion, a match and a deletion.
    #expect(
      Alignment.align(["a", "b"], ["b", "c"]) == [
        .substitution(reference: "a", hypothesis: "b"),
        .substitution(reference: "b", hypothesis: "c"),
      ])
    #expect(
      Alignment.align(["a", "b"], ["c"]) == [
        .deletion("a"), .substitution(reference: "b", hypothesis: "c"),
      ])
  }

  @Test func emptySides() {
    #expect(Alignment.align([], []) == [])
    #expect(Alignment.align(["a", "b"], []) == [.deletion("a"), .deletion("b")])
    #expect(Alignment.align([], ["a"]) == [.insertion("a")])
    #expect(ErrorCounts().rate == 0)
    #expect(Alignment.count([String](), ["a", "b"]).rate == 1)
    #expect(Alignment.count(["a"], ["b", "c", "d"]).rate == 3)
  }

  @Test func countsAddUp() {
    let a = ErrorCounts(substitutions: 1, deletions: 2, insertions: 3, words: 10)
    var sum = a + a
    sum += a
    #expect(sum == ErrorCounts(substitutions: 3, deletions: 6, insertions: 9, words: 30))
    #expect(sum.errors == 18)
    expectClose(sum.rate, 0.6)
  }
}

extension AlignedWord {
  fileprivate var referenceWord: String? {
    switch self {
    case .match(let word), .deletion(let word), .substitution(let word, _): word
    case .insertion: nil
    }
  }

  fileprivate var hypothesisWord: String? {
    switch self {
    case .match(let word), .insertion(let word), .substitution(_, let word): word
    case .deletion: nil
    }
  }
}
