// A back-off model from counts: smoothed, pruned, and written as an ARPA file.

import Foundation

/// Interpolated absolute discounting with three discounts an order (Chen & Goodman 1999), from plain
/// counts at every order: continuation counts, as in Kneser-Ney, lose to them once most n-grams are
/// pruned (Chelba et al. 2010).
package struct NGramEstimate {
  private let counts: NGramCounts
  /// Of each node: its word after its context, and the weight of what its children leave.
  private var probability: [Double]
  private var backoff: [Double]
  private(set) var isKept: [Bool]

  package init(_ counts: NGramCounts) {
    self.counts = counts
    let nodes = counts.nodes
    probability = Array(repeating: 0, count: nodes.count)
    backoff = Array(repeating: 1, count: nodes.count)
    isKept = Array(repeating: true, count: nodes.count)
    let discounts = (1...counts.order).map { Self.discounts(nodes.filter(in: $0)) }

    // Single words, interpolated with all words being equally likely.
    let predicted = counts.words.indices.filter { $0 != Int(NGramCounts.begin) }
    let total = Double(predicted.reduce(0) { $0 + nodes[$1].count })
    let left = predicted.reduce(0) { $0 + Self.discount(nodes[$1].count, discounts[0]) }
    for word in predicted {
      let count = nodes[word].count
      let own = (Double(count) - Self.discount(count, discounts[0])) / total
      probability[word] = own + left / total / Double(predicted.count)
    }

    var sums = Array(repeating: 0.0, count: nodes.count)
    var lefts = sums
    for node in nodes where node.context >= 0 {
      sums[Int(node.context)] += Double(node.count)
      lefts[Int(node.context)] += Self.discount(node.count, discounts[node.order - 1])
    }
    for context in nodes.indices where sums[context] > 0 {
      backoff[context] = lefts[context] / sums[context]
    }
    for order in 2..<max(2, counts.order + 1) {
      for (index, node) in nodes.enumerated() where node.order == order {
        let context = Int(node.context)
        let own = Double(node.count) - Self.discount(node.count, discounts[order - 1])
        probability[index] =
          own / sums[context] + backoff[context] * probability[Int(node.suffix)]
      }
    }
  }

  /// Of n-grams found once, twice, and more often.
  private static func discounts(_ counts: [Int]) -> [Double] {
    let found = (1...4).map { times in Double(counts.reduce(0) { $0 + ($1 == times ? 1 : 0) }) }
    // Too few to estimate from.
    guard found.allSatisfy({ $0 > 0 }) else { return [0.5, 0.5, 0.5] }
    let share = found[0] / (found[0] + 2 * found[1])
    return (1...3).map { times in
      let estimate = Double(times) - Double(times + 1) * share * found[times] / found[times - 1]
      return min(Double(times), max(0, estimate))
    }
  }

  private static func discount(_ count: Int, _ discounts: [Double]) -> Double {
    count == 0 ? 0 : discounts[min(count, 3) - 1]
  }

  /// Drops n-grams without which the perplexity grows by less than `threshold` each, relatively, longest
  /// first (Stolcke 1998). Those that a longer one begins with stay.
  package mutating func prune(threshold: Double) {
    let nodes = counts.nodes
    let words = Double(nodes[..<counts.words.count].reduce(0) { $0 + $1.count })
    for order in (2..<max(2, counts.order + 1)).reversed() {
      var isContext = Array(repeating: false, count: nodes.count)
      for (index, node) in nodes.enumerated() where node.order == order + 1 && isKept[index] {
        isContext[Int(node.context)] = true
      }
      let (left, leftBelow) = masses(order: order)
      for (index, node) in nodes.enumerated() where node.order == order && !isContext[index] {
        let context = Int(node.context)
        let (own, below) = (probability[index], probability[Int(node.suffix)])
        let weight = (left[context] + own) / (leftBelow[context] + below)
        let change = log(weight) - log(left[context] / leftBelow[context])
        let loss =
          -Double(nodes[context].count) / words
          * (own * (log(below) + log(weight) - log(own)) + change * left[context])
        isKept[index] = expm1(loss) >= threshold
      }
    }
    renormalize()
  }

  /// What the kept children of each node, of an order, leave of the whole, by their own probabilities and
  /// by those of the shorter n-grams.
  private func masses(order: Int) -> (left: [Double], leftBelow: [Double]) {
    var left = Array(repeating: 1.0, count: probability.count)
    var below = left
    for (index, node) in counts.nodes.enumerated() where node.order == order && isKept[index] {
      left[Int(node.context)] -= probability[index]
      below[Int(node.context)] -= shorter(node)
    }
    // Where next to nothing is left, rounding must not make it negative.
    return (left.map { max($0, 1e-9) }, below.map { max($0, 1e-9) })
  }

  /// The probability of an n-gram's word by the n-gram without its first word, as the model now has it.
  private func shorter(_ node: NGramCounts.Node) -> Double {
    let suffix = Int(node.suffix)
    if isKept[suffix] { return probability[suffix] }
    let below = counts.nodes[suffix]
    return backoff[Int(below.context)] * shorter(below)
  }

  private mutating func renormalize() {
    for order in 2..<max(2, counts.order + 1) {
      let (left, leftBelow) = masses(order: order)
      for (index, node) in counts.nodes.enumerated() where node.order == order - 1 {
        backoff[index] = left[index] / leftBelow[index]
      }
    }
  }

  /// n-grams of each order.
  package var sizes: [Int] {
    (1...counts.order).map { order in
      counts.nodes.indices.reduce(0) {
        $0 + (isKept[$1] && counts.nodes[$1].order == order ? 1 : 0)
      }
    }
  }

  /// The model as an ARPA file, n-grams in alphabetical order.
  package var arpa: String {
    func number(_ value: Double) -> String { String(format: "%.4f", log10(value)) }
    var hasChildren = Array(repeating: false, count: isKept.count)
    for (index, node) in counts.nodes.enumerated() where isKept[index] && node.context >= 0 {
      hasChildren[Int(node.context)] = true
    }
    var text = "\\data\\\n"
    for (order, size) in sizes.enumerated() { text += "ngram \(order + 1)=\(size)\n" }
    for order in 1...counts.order {
      text += "\n\\\(order)-grams:\n"
      let lines = counts.nodes.indices.filter {
        isKept[$0] && counts.nodes[$0].order == order
      }.map { index -> (name: String, line: String) in
        let name = counts.text(index)
        let own = index == Int(NGramCounts.begin) ? "-99" : number(probability[index])
        let weight = hasChildren[index] ? "\t\(number(backoff[index]))" : ""
        return (name, "\(own)\t\(name)\(weight)\n")
      }
      for (_, line) in lines.sorted(by: { $0.name < $1.name }) { text += line }
    }
    return text + "\n\\end\\\n"
  }
}

extension [NGramCounts.Node] {
  /// How often each n-gram of an order was found, without the beginning of a sentence, which nobody
  /// predicts.
  fileprivate func filter(in order: Int) -> [Int] {
    compactMap {
      $0.order == order && !(order == 1 && $0.word == NGramCounts.begin) ? $0.count : nil
    }
  }
}
