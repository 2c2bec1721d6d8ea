// A word n-gram model with back-off: how likely a word is after others.

import Base
import Foundation

/// Katz-style back-off over words of any order, as in an ARPA file: the log-probability of the longest
/// n-gram that the model has, plus the back-off weights of the longer contexts that it lacks. Scores are
/// natural logarithms. Immutable; two of them are equal when they are one.
package final class NGramModel: Sendable, Hashable {
  /// The file's name.
  package let name: String
  /// Of the file's contents (`Digest`).
  package let digest: String
  /// The longest n-gram's length.
  package let order: Int
  /// Words, `<s>`, `</s>` and `<unk>` included.
  package let wordCount: Int
  package let ngramCount: Int

  /// The contexts that the next word's n-grams may begin with, longest first: places in `nodes` of the
  /// history's suffixes, as many as the model has.
  package struct State: Sendable, Hashable {
    fileprivate var contexts: [Int32]
  }

  /// An n-gram: its word's log-probability (NaN where the model has only longer ones that begin with
  /// it) and the weight of backing off from it.
  struct Node {
    var logProbability: Float
    var backoff: Float
  }

  private let words: [ExactText: Int32]
  private let nodes: [Node]
  /// Where the n-gram (context, word) is; unigrams lie at their word's number.
  private let children: PairTable
  private let unknown: Int32?
  private let sentenceEnd: Int32?
  /// The words without the marks, for looking up how they begin.
  private let sorted: [ExactText]
  /// The context of a sentence's first word, and of a word that nothing is known before.
  package let start: State

  /// Of a word that the model does not know and that it has no `<unk>` for: 10^-100, as in KenLM.
  private static let impossible = Float(-100 * M_LN10)

  static let (begin, end, unk) = ("<s>", "</s>", "<unk>")

  init(
    name: String, digest: String, order: Int, words: [ExactText: Int32], nodes: [Node],
    children: PairTable
  ) {
    self.name = name
    self.digest = digest
    self.order = order
    self.words = words
    self.nodes = nodes
    self.children = children
    wordCount = words.count
    ngramCount = nodes.count
    unknown = words[ExactText(Self.unk)]
    sentenceEnd = words[ExactText(Self.end)]
    start = State(contexts: words[ExactText(Self.begin)].map { [$0] } ?? [])
    sorted = words.keys.filter { !Self.isMark($0.text) }.sorted()
  }

  package static func == (a: NGramModel, b: NGramModel) -> Bool { a === b }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

  /// Whether `word` is one of the words, not a mark such as `<s>`.
  package func knows(_ word: String) -> Bool { !Self.isMark(word) && words[ExactText(word)] != nil }

  /// Whether a word begins with `letters`, which are not empty.
  package func knows(prefix letters: String) -> Bool {
    let letters = ExactText(letters)
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < letters { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low].bytes.starts(with: letters.bytes)
  }

  private static func isMark(_ word: String) -> Bool { [begin, end, unk].contains(word) }

  /// Of a word, or of `<unk>` where the model does not know it; nil where it has no `<unk>` either.
  func number(of word: String) -> Int32? { words[ExactText(word)] ?? unknown }

  /// The log-probability of `word` in a state, and the state after it. A word that the model does not
  /// know is `<unk>`.
  package func score(_ word: String, after state: State) -> (logProbability: Float, state: State) {
    score(number(of: word), after: state)
  }

  /// The same by a word's number.
  func score(_ word: Int32?, after state: State) -> (logProbability: Float, state: State) {
    guard let word else {
      return (Self.impossible + backoff(of: state.contexts[...]), State(contexts: []))
    }
    return score(word, after: state)
  }

  /// The log-probability that the sentence ends in a state; 0 where the model has no `</s>`.
  package func endScore(after state: State) -> Float {
    sentenceEnd.map { score($0, after: state).logProbability } ?? 0
  }

  /// A sentence's log-probability, from `<s>` to `</s>`.
  package func score(sentence: String) -> Float {
    var (total, state) = (Float(0), start)
    for word in sentence.split(separator: " ") {
      let next = score(String(word), after: state)
      total += next.logProbability
      state = next.state
    }
    return total + endScore(after: state)
  }

  private func score(_ word: Int32, after state: State) -> (logProbability: Float, state: State) {
    var found: Int32?
    var next: [Int32] = []
    var penalty: Float = 0
    for (position, context) in state.contexts.enumerated() {
      guard let node = children[context, word] else { continue }
      if found == nil, !nodes[Int(node)].logProbability.isNaN {
        found = node
        penalty = backoff(of: state.contexts[..<position])
      }
      next.append(node)
    }
    if found == nil { penalty = backoff(of: state.contexts[...]) }
    next.append(word)
    // The longest n-gram that can begin another one has order - 1 words.
    if next.count > order - 1 { next.removeFirst(next.count - (order - 1)) }
    return (nodes[Int(found ?? word)].logProbability + penalty, State(contexts: next))
  }

  private func backoff(of contexts: ArraySlice<Int32>) -> Float {
    contexts.reduce(0) { $0 + nodes[Int($1)].backoff }
  }
}
