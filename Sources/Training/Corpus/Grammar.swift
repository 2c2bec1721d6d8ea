// A context-free grammar over word lists: what the corpus's sentences are drawn from.

import Base
import Foundation

/// A grammar of named rules. A rule is a list of alternatives; an alternative is a sequence of
/// words and `{rule}` slots. Sampling is seeded and balanced, so rare words are not rare.
package struct Grammar: Sendable {
  /// A part of an alternative.
  enum Symbol: Sendable, Equatable {
    case word(String)
    /// The index of a rule.
    case slot(Int)
  }

  /// One of a rule's choices.
  struct Alternative: Sendable {
    let symbols: [Symbol]
    /// Probability within its rule, summed up over this and the earlier alternatives.
    var cumulative = 0.0
  }

  /// A group of sentence patterns and how often a sentence comes from it.
  package struct Group: Sendable {
    let share: Double
    let rule: String

    package init(share: Double, rule: String) {
      self.share = share
      self.rule = rule
    }
  }

  private var rules: [[Alternative]] = []
  private var groups: [(cumulative: Double, rule: Int)] = []
  /// Rules whose entries may be said twice in one sentence, such as digits.
  private var repeatable: Set<Int> = []

  /// Builds from `definitions` (name and alternatives as text, see `CorpusGrammar`), the groups a
  /// sentence starts from, and the names of rules that may repeat within a sentence.
  package init(
    definitions: [(name: String, alternatives: [String])], groups: [Group],
    repeatable names: Set<String>
  ) throws {
    var index: [String: Int] = [:]
    for (position, definition) in definitions.enumerated() {
      guard index.updateValue(position, forKey: definition.name) == nil else {
        throw InputError("grammar rule '\(definition.name)' is defined twice")
      }
    }
    func find(_ name: String) throws -> Int {
      guard let found = index[name] else { throw InputError("grammar has no rule '\(name)'") }
      return found
    }
    rules = try definitions.map { definition in
      try definition.alternatives.map { text in
        Alternative(
          symbols: try text.split(separator: " ").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .word(String(part)) }
            return .slot(try find(String(part.dropFirst().dropLast())))
          })
      }
    }
    repeatable = Set(try names.map(find))
    let total = groups.reduce(0) { $0 + $1.share }
    var sum = 0.0
    for group in groups {
      sum += group.share / total
      self.groups.append((sum, try find(group.rule)))
    }
    balance()
  }

  /// Every word that some sentence contains, sorted.
  package var vocabulary: [String] {
    var words: Set<String> = ["an"]
    var seen: Set<Int> = []
    var pending = groups.map(\.rule)
    while let rule = pending.popLast() {
      guard seen.insert(rule).inserted else { continue }
      for symbol in rules[rule].flatMap(\.symbols) {
        switch symbol {
        case .word(let word): words.insert(word)
        case .slot(let slot): pending.append(slot)
        }
      }
    }
    return words.sorted()
  }

  /// Draws one sentence: lower-case words with single spaces.
  package func sentence(using random: inout RandomGenerator) -> String {
    let draw = Double(random.uniform())
    let rule = groups.first { draw < $0.cumulative }?.rule ?? groups[groups.count - 1].rule
    var words: [String] = []
    var used: Set<Int> = []
    expand(rule, into: &words, used: &used, using: &random)
    return Self.withArticles(words).joined(separator: " ")
  }

  private func expand(
    _ rule: Int, into words: inout [String], used: inout Set<Int>,
    using random: inout RandomGenerator
  ) {
    var choice = pick(rule, using: &random)
    // "Apples and apples" is no list: draw again what this sentence has already said.
    var attempts = 0
    while !repeatable.contains(rule), attempts < 8, used.contains(rule << 16 | choice) {
      choice = pick(rule, using: &random)
      attempts += 1
    }
    used.insert(rule << 16 | choice)
    for symbol in rules[rule][choice].symbols {
      switch symbol {
      case .word(let word): words.append(word)
      case .slot(let slot): expand(slot, into: &words, used: &used, using: &random)
      }
    }
  }

  private func pick(_ rule: Int, using random: inout RandomGenerator) -> Int {
    let alternatives = rules[rule]
    let draw = Double(random.uniform())
    var low = 0
    var high = alternatives.count - 1
    while low < high {
      let middle = (low + high) / 2
      if draw < alternatives[middle].cumulative { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Sets the probabilities so that no word is rare: starting from even ones, every round computes
  /// how often each word is expected in a sentence and gives an alternative more weight the rarer
  /// the rarest word it leads to is, within a sixth and eight times its even share.
  private mutating func balance() {
    var weights = rules.map { [Double](repeating: 1 / Double($0.count), count: $0.count) }
    let order = callersFirst()
    for _ in 0..<60 {
      var visits = [Double](repeating: 0, count: rules.count)
      var earlier = 0.0
      for group in groups {
        visits[group.rule] += group.cumulative - earlier
        earlier = group.cumulative
      }
      var expected: [String: Double] = [:]
      for rule in order {
        for (choice, alternative) in rules[rule].enumerated() {
          for symbol in alternative.symbols {
            let mass = visits[rule] * weights[rule][choice]
            switch symbol {
            case .word(let word): expected[word, default: 0] += mass
            case .slot(let slot): visits[slot] += mass
            }
          }
        }
      }
      // The rarest word behind each rule, callees before callers.
      var rarest = [Double](repeating: .infinity, count: rules.count)
      for rule in order.reversed() {
        let even = 1 / Double(rules[rule].count)
        for (choice, alternative) in rules[rule].enumerated() {
          var least = Double.infinity
          for symbol in alternative.symbols {
            switch symbol {
            case .word(let word): least = min(least, expected[word, default: 0])
            case .slot(let slot): least = min(least, rarest[slot])
            }
          }
          rarest[rule] = min(rarest[rule], least)
          let raised = weights[rule][choice] * pow(0.003 / max(least, 1e-6), 0.2)
          weights[rule][choice] = min(max(raised, even / 6), even * 8)
        }
        let total = weights[rule].reduce(0, +)
        for choice in weights[rule].indices { weights[rule][choice] /= total }
      }
    }
    for rule in rules.indices {
      var sum = 0.0
      for choice in rules[rule].indices {
        sum += weights[rule][choice]
        rules[rule][choice].cumulative = sum
      }
    }
  }

  /// The rules reachable from the groups, each before every rule it has a slot for.
  private func callersFirst() -> [Int] {
    var seen: Set<Int> = []
    var finished: [Int] = []
    func visit(_ rule: Int) {
      guard seen.insert(rule).inserted else { return }
      for case .slot(let slot) in rules[rule].flatMap(\.symbols) { visit(slot) }
      finished.append(rule)
    }
    for group in groups { visit(group.rule) }
    return finished.reversed()
  }

  /// "a" before a vowel sound becomes "an".
  static func withArticles(_ words: [String]) -> [String] {
    var result = words
    for index in words.indices.dropLast() where words[index] == "a" {
      if startsWithVowelSound(words[index + 1]) { result[index] = "an" }
    }
    return result
  }

  private static func startsWithVowelSound(_ word: String) -> Bool {
    if word.hasPrefix("hour") || word.hasPrefix("honest") { return true }
    if word.hasPrefix("uni") || word.hasPrefix("use") || word.hasPrefix("one")
      || word.hasPrefix("euro")
    {
      return false
    }
    return word.first.map { "aeiou".contains($0) } ?? false
  }
}
