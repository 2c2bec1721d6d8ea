// Models from counts: values worked out by hand, and sums that have to be one.

import Foundation
import TestSupport
import Testing

@testable import Speech

struct NGramEstimateTests {
  private let sentences = [
    "the cat sat on the mat", "the dog sat on the log", "a cat and a dog sat",
    "the cat saw the dog run", "a dog ran to the cat", "stop the dog on the mat",
  ]

  private func model(_ estimate: NGramEstimate) throws -> NGramModel {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("model.arpa")
      try estimate.arpa.write(to: url, atomically: true, encoding: .utf8)
      return try NGramModel(arpa: url)
    }
  }

  /// Of every word after a history, the end included.
  private func total(_ model: NGramModel, _ words: [String], after history: [String]) -> Double {
    var state = model.start
    for word in history { state = model.score(word, after: state).state }
    return words.reduce(0) { $0 + exp(Double(model.score($1, after: state).logProbability)) }
      + exp(Double(model.endScore(after: state)))
  }

  /// "a b", "a c" and discounts of a half, as there are too few n-grams to estimate others: six words
  /// said (a a b c and two ends), of four kinds and `<unk>`, which is never said.
  @Test func aSmallOneByHand() throws {
    let model = try model(NGramEstimate(NGramCounts(["a b", "a c"], order: 2, leastCount: 1)))
    func probability(_ word: String, _ history: String...) -> Double {
      var state = model.start
      for word in history { state = model.score(word, after: state).state }
      return exp(Double(model.score(word, after: state).logProbability))
    }
    // Four kinds leave a half each: 2 of 6, shared out among five.
    let share = 2.0 / 6 / 5
    let (a, b) = (1.5 / 6 + share, 0.5 / 6 + share)
    // "a" always begins: one kind of two.
    expectClose(probability("a"), 1.5 / 2 + 0.25 * a, relative: 2e-4)
    // After "a" two kinds of one each: half is left for the rest.
    expectClose(probability("b", "a"), 0.25 + 0.5 * b, relative: 2e-4)
    expectClose(probability("a", "a"), 0.5 * a, relative: 2e-4)
    expectClose(probability("zebra", "a"), 0.5 * share, relative: 2e-4)
  }

  @Test(arguments: [0, 0.002, 0.02, 1]) func everyContextSumsToOne(threshold: Double) throws {
    let counts = NGramCounts(sentences, order: 3, leastCount: 1)
    var estimate = NGramEstimate(counts)
    estimate.prune(threshold: threshold)
    let model = try model(estimate)
    let words = Array(counts.words.dropFirst(3)) + ["zebra"]
    for history in [[], ["the"], ["the", "cat"], ["sat", "on"], ["zebra", "the"], ["dog", "a"]] {
      expectClose(total(model, words, after: history), 1, relative: 2e-3)
    }
  }

  @Test func pruningLeavesOutWhatMattersLeast() {
    let counts = NGramCounts(sentences, order: 3, leastCount: 1)
    var (all, some, none) = (
      NGramEstimate(counts), NGramEstimate(counts), NGramEstimate(counts)
    )
    all.prune(threshold: 0)
    some.prune(threshold: 0.01)
    none.prune(threshold: 1)
    #expect(none.sizes == [counts.words.count, 0, 0])
    #expect(some.sizes[0] == counts.words.count)
    #expect(some.sizes[1] < all.sizes[1] && some.sizes[2] < all.sizes[2])
    #expect(some.sizes[1] + some.sizes[2] > 0)
    #expect(some.arpa.contains("ngram 2=\(some.sizes[1])\n"))
  }

  @Test func rareWordsAreUnknown() {
    let counts = NGramCounts(["a b a", "a c b"], order: 1, leastCount: 2)
    #expect(counts.words == ["<unk>", "<s>", "</s>", "a", "b"])
    #expect(counts.nodes.map(\.count) == [1, 2, 2, 3, 2])
  }

  @Test func sentencesOfTextsAndTranscripts() throws {
    #expect(
      SentenceText.sentences(of: "It was late.\nHe didn’t\ncome: “why?”\n\nCHAPTER 3\n\nYes")
        == ["it was late", "he didn't come", "why", "yes"])
    try withTemporaryFolder { folder in
      let list = folder.appendingPathComponent("1-2.trans.txt")
      try "1-2-0001 GO ON\n1-2-0002 STOP\n".write(to: list, atomically: true, encoding: .utf8)
      #expect(try SentenceText.read(folder) == ["go on", "stop"])
      #expect(try SentenceText.read(list) == ["go on", "stop"])
      try withTemporaryFolder { other in
        let link = other.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder)
        #expect(try SentenceText.read(link) == ["go on", "stop"])
      }
      #expect(throws: (any Error).self) {
        try SentenceText.read(folder.appendingPathComponent("none"))
      }
    }
  }

  @Test func heldOutSentencesAreLeftOut() {
    let kept = SentenceText.without(
      ["one two three four five six seven", "stop now"],
      in: [
        "and two three four five six seven too", "two three four five six", "stop now",
        "stop now or never",
      ])
    #expect(kept == ["two three four five six", "stop now or never"])
  }
}
