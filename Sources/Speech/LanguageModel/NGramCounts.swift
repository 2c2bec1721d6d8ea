// How often words follow one another in sentences.

import Base

/// Counts of all n-grams up to an order. Every n-gram is a node, numbered as it is found: a word is its
/// own number, a longer one is the child of its beginning by its last word.
package struct NGramCounts {
  package let order: Int
  /// By number: `<unk>`, `<s>`, `</s>`, then the vocabulary in alphabetical order.
  let words: [String]
  var nodes: [Node]
  private var children = PairTable()

  struct Node {
    /// The n-gram without its last word (-1 for a single one), its last word, and the n-gram without its
    /// first word.
    var context, word, suffix: Int32
    var order: Int
    var count = 0
  }

  static let (unknown, begin, end) = (Int32(0), Int32(1), Int32(2))

  /// - Parameter sentences: words with spaces between, in lower case.
  /// - Parameter leastCount: words that come less often are `<unk>`.
  package init(_ sentences: [String], order: Int, leastCount: Int) {
    precondition(order >= 1, "n-grams have words")
    self.order = order
    var heard: [ExactText: Int] = [:]
    let split = sentences.map { $0.split(separator: " ").map { ExactText($0) } }
    for sentence in split { for word in sentence { heard[word, default: 0] += 1 } }
    let vocabulary = heard.filter { $0.value >= leastCount }.keys.sorted().map(\.text)
    words = [NGramModel.unk, NGramModel.begin, NGramModel.end] + vocabulary
    var numbers: [ExactText: Int32] = [:]
    for (number, word) in words.enumerated() { numbers[ExactText(word)] = Int32(number) }
    nodes = words.indices.map { Node(context: -1, word: Int32($0), suffix: -1, order: 1) }
    for sentence in split where !sentence.isEmpty {
      add([Self.begin] + sentence.map { numbers[$0] ?? Self.unknown } + [Self.end])
    }
  }

  private mutating func add(_ sentence: [Int32]) {
    // The n-grams that end with the word before, shortest first.
    var before: [Int32] = []
    for word in sentence {
      nodes[Int(word)].count += 1
      var now = [word]
      for context in before {
        let node = children.value(context, word, orInsert: Int32(nodes.count))
        if Int(node) == nodes.count {
          nodes.append(
            Node(
              context: context, word: word, suffix: now[now.count - 1],
              order: nodes[Int(context)].order + 1))
        }
        nodes[Int(node)].count += 1
        now.append(node)
      }
      before = Array(now.prefix(order - 1))
    }
  }

  /// The words of an n-gram.
  func text(_ node: Int) -> String {
    var (place, text) = (Int32(node), [String]())
    while place >= 0 {
      text.append(words[Int(nodes[Int(place)].word)])
      place = nodes[Int(place)].context
    }
    return text.reversed().joined(separator: " ")
  }

  /// The n-gram that `context` and `word` make, where it was found.
  func child(_ context: Int32, _ word: Int32) -> Int32? { children[context, word] }
}
