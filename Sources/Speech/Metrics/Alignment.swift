// Reference and hypothesis word by word.

import Base

/// Errors of one or more utterances.
package struct ErrorCounts: Sendable, Equatable, Codable {
  package var substitutions = 0
  package var deletions = 0
  package var insertions = 0
  /// Words (or characters) of the reference.
  package var words = 0

  package init() {}

  package init(substitutions: Int, deletions: Int, insertions: Int, words: Int) {
    self.substitutions = substitutions
    self.deletions = deletions
    self.insertions = insertions
    self.words = words
  }

  package var errors: Int { substitutions + deletions + insertions }

  /// Errors over reference words; with no reference words, 0 without errors and 1 with any.
  package var rate: Double {
    words > 0 ? Double(errors) / Double(words) : errors > 0 ? 1 : 0
  }

  package static func + (a: ErrorCounts, b: ErrorCounts) -> ErrorCounts {
    ErrorCounts(
      substitutions: a.substitutions + b.substitutions, deletions: a.deletions + b.deletions,
      insertions: a.insertions + b.insertions, words: a.words + b.words)
  }

  package static func += (a: inout ErrorCounts, b: ErrorCounts) { a = a + b }
}

/// One column of an alignment.
package enum AlignedWord: Sendable, Equatable {
  case match(String)
  case substitution(reference: String, hypothesis: String)
  case deletion(String)
  case insertion(String)
}

/// Unit-cost Levenshtein alignment; words are equal when their scalars are. The total of errors is
/// unique, its split into kinds is not: among equal paths the back-trace, from the end, prefers a match,
/// then a substitution, then a deletion, then an insertion.
package enum Alignment {
  /// A word that went wrong stands beside the one it is spelt most like, as far as that changes neither
  /// the matches nor the number of errors of each kind.
  package static func align(_ reference: [String], _ hypothesis: [String]) -> [AlignedWord] {
    let steps = steps(reference.map { ExactText($0) }, hypothesis.map { ExactText($0) })
    return pairedBySpelling(steps, reference, hypothesis).map { step in
      switch step {
      case .match(let i, _): .match(reference[i])
      case .substitution(let i, let j):
        .substitution(reference: reference[i], hypothesis: hypothesis[j])
      case .deletion(let i): .deletion(reference[i])
      case .insertion(let j): .insertion(hypothesis[j])
      }
    }
  }

  /// Errors of words. Canonically equivalent ones are different words, as in jiwer.
  package static func count(_ reference: [String], _ hypothesis: [String]) -> ErrorCounts {
    count(reference.map { ExactText($0) }, hypothesis.map { ExactText($0) })
  }

  /// Errors of any other elements.
  package static func count<Element: Hashable>(
    _ reference: [Element], _ hypothesis: [Element]
  ) -> ErrorCounts {
    var counts = ErrorCounts()
    counts.words = reference.count
    for step in steps(reference, hypothesis) {
      switch step {
      case .match: break
      case .substitution: counts.substitutions += 1
      case .deletion: counts.deletions += 1
      case .insertion: counts.insertions += 1
      }
    }
    return counts
  }

  package static func count(_ aligned: [AlignedWord]) -> ErrorCounts {
    var counts = ErrorCounts()
    for word in aligned {
      switch word {
      case .match: counts.words += 1
      case .substitution:
        counts.substitutions += 1
        counts.words += 1
      case .deletion:
        counts.deletions += 1
        counts.words += 1
      case .insertion: counts.insertions += 1
      }
    }
    return counts
  }

  /// Errors of characters, which are code points as in jiwer, the spaces between words among them: summed
  /// over utterances, what the character error rate is made of. `words` counts the reference's characters.
  package static func countCharacters(_ reference: String, _ hypothesis: String) -> ErrorCounts {
    count(Array(reference.unicodeScalars), Array(hypothesis.unicodeScalars))
  }

  /// A column of an alignment, as positions in the reference and the hypothesis.
  enum Step {
    case match(Int, Int)
    case substitution(Int, Int)
    case deletion(Int)
    case insertion(Int)
  }

  private static func steps<Element: Hashable>(
    _ reference: [Element], _ hypothesis: [Element]
  ) -> [Step] {
    // Comparing numbers is cheaper than comparing strings, and there are n x m comparisons.
    var numbers: [Element: Int32] = [:]
    func number(_ element: Element) -> Int32 {
      if let known = numbers[element] { return known }
      let number = Int32(numbers.count)
      numbers[element] = number
      return number
    }
    let a = reference.map(number)
    let b = hypothesis.map(number)
    let (n, m) = (a.count, b.count)
    let width = m + 1
    var cost = [Int32](repeating: 0, count: (n + 1) * width)
    for j in 0...m { cost[j] = Int32(j) }
    for i in 0..<n {
      cost[(i + 1) * width] = Int32(i + 1)
      for j in 0..<m {
        let diagonal = cost[i * width + j] + (a[i] == b[j] ? 0 : 1)
        let gap = min(cost[i * width + j + 1], cost[(i + 1) * width + j]) + 1
        cost[(i + 1) * width + j + 1] = min(diagonal, gap)
      }
    }
    var steps: [Step] = []
    var (i, j) = (n, m)
    while i > 0 || j > 0 {
      let here = cost[i * width + j]
      if i > 0, j > 0, a[i - 1] == b[j - 1], here == cost[(i - 1) * width + j - 1] {
        (i, j) = (i - 1, j - 1)
        steps.append(.match(i, j))
      } else if i > 0, j > 0, here == cost[(i - 1) * width + j - 1] + 1 {
        (i, j) = (i - 1, j - 1)
        steps.append(.substitution(i, j))
      } else if i > 0, here == cost[(i - 1) * width + j] + 1 {
        i -= 1
        steps.append(.deletion(i))
      } else {
        j -= 1
        steps.append(.insertion(j))
      }
    }
    return steps.reversed()
  }
}
