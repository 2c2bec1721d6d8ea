// Error counts against jiwer's (Fixtures/make_error_counts.py), and which path is taken among equals.

import Base
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

  /// A word against its near miss, not against its neighbour.
  @Test func wordsSpeltAlikeBelongTogether() {
    func align(_ reference: String, _ hypothesis: String) -> [AlignedWord] {
      Alignment.align(words(reference), words(hypothesis))
    }
    #expect(
      align("on the light please", "on the lights") == [
        .match("on"), .match("the"), .substitution(reference: "light", hypothesis: "lights"),
        .deletion("please"),
      ])
    #expect(
      align("the yellow bird", "the yell owe bird") == [
        .match("the"), .substitution(reference: "yellow", hypothesis: "yell"), .insertion("owe"),
        .match("bird"),
      ])
    // Two that stay and one that goes, from the middle.
    #expect(
      align("seven eight nine", "sven mine") == [
        .substitution(reference: "seven", hypothesis: "sven"), .deletion("eight"),
        .substitution(reference: "nine", hypothesis: "mine"),
      ])
    // Each stretch between matches by itself.
    #expect(
      align("call emma now at home then", "cal now home den") == [
        .substitution(reference: "call", hypothesis: "cal"), .deletion("emma"), .match("now"),
        .deletion("at"), .match("home"), .substitution(reference: "then", hypothesis: "den"),
      ])
  }

  /// Of any pairs: the kinds of errors are those of the plain alignment, which are jiwer's, and what
  /// stands side by side leads from one text to the other.
  @Test func pairingChangesNoNumber() {
    var random = RandomGenerator(seed: 5)
    let vocabulary = words("a an and ant aunt light lights lit night nine mine fine seven eleven")
    func text() -> [String] {
      (0..<Int(random.uniform(0...12))).map { _ in
        vocabulary[Int(random.uniform(0...0.999) * Float(vocabulary.count))]
      }
    }
    for _ in 0..<3000 {
      let (reference, hypothesis) = (text(), text())
      let aligned = Alignment.align(reference, hypothesis)
      #expect(Alignment.count(aligned) == Alignment.count(reference, hypothesis))
      #expect(aligned.compactMap(\.referenceWord) == reference)
      #expect(aligned.compactMap(\.hypothesisWord) == hypothesis)
    }
  }

  /// Against all ways of leaving words of the longer side alone.
  @Test func noPairingChangesFewerLetters() {
    func letters(_ aligned: [AlignedWord]) -> Int {
      aligned.reduce(0) { sum, word in
        switch word {
        case .match: sum
        case .substitution(let a, let b): sum + Alignment.countCharacters(a, b).errors
        case .deletion(let word), .insertion(let word): sum + word.unicodeScalars.count
        }
      }
    }
    var random = RandomGenerator(seed: 6)
    // Nothing that both sides have, so there are no matches.
    func text(_ count: Int, _ first: [String]) -> [String] {
      (0..<count).map { _ in
        first[Int(random.uniform(0...2.999))]
          + ["an", "ine", "ight", "even"][Int(random.uniform(0...3.999))]
      }
    }
    for _ in 0..<300 {
      let longer = text(5, ["f", "l", "s"])
      let shorter = text(1 + Int(random.uniform(0...3.999)), ["m", "n", "th"])
      let least = (0..<32).filter { $0.nonzeroBitCount == shorter.count }.map { number in
        let kept = (0..<5).filter { number >> $0 & 1 == 1 }.map { longer[$0] }
        let alone = (0..<5).filter { number >> $0 & 1 == 0 }.map {
          AlignedWord.deletion(longer[$0])
        }
        return letters(
          alone + zip(kept, shorter).map { .substitution(reference: $0, hypothesis: $1) })
      }.min()
      #expect(letters(Alignment.align(longer, shorter)) == least)
      #expect(letters(Alignment.align(shorter, longer)) == least)
    }
  }

  @Test func longStretchesTakeNoLonger() {
    let reference = (0..<1500).map { "a\($0)" }
    let hypothesis = (0..<700).map { "b\($0)" }
    let aligned = Alignment.align(reference, hypothesis)
    // 700 pairs of 801: too many to look for spelling.
    #expect(aligned.prefix(800).allSatisfy { if case .deletion = $0 { true } else { false } })
    #expect(Alignment.count(aligned).substitutions == 700)
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
