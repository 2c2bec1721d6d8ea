// Reference and hypothesis word by word.

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

/// Unit-cost Levenshtein alignment. The total of errors is unique; among equal paths the back-trace
/// prefers a match, then a substitution, then a deletion, then an insertion.
package enum Alignment {
  package static func align(_ reference: [String], _ hypothesis: [String]) -> [AlignedWord] {
    let (n, m) = (reference.count, hypothesis.count)
    let width = m + 1
    var cost = [Int](repeating: 0, count: (n + 1) * width)
    for j in 0...m { cost[j] = j }
    for i in 0..<n {
      cost[(i + 1) * width] = i + 1
      for j in 0..<m {
        let diagonal = cost[i * width + j] + (reference[i] == hypothesis[j] ? 0 : 1)
        let gap = min(cost[i * width + j + 1], cost[(i + 1) * width + j]) + 1
        cost[(i + 1) * width + j + 1] = min(diagonal, gap)
      }
    }
    var aligned: [AlignedWord] = []
    var (i, j) = (n, m)
    while i > 0 || j > 0 {
      let here = cost[i * width + j]
      if i > 0, j > 0, reference[i - 1] == hypothesis[j - 1],
        here == cost[(i - 1) * width + j - 1]
      {
        aligned.append(.match(reference[i - 1]))
        (i, j) = (i - 1, j - 1)
      } else if i > 0, j > 0, here == cost[(i - 1) * width + j - 1] + 1 {
        aligned.append(.substitution(reference: reference[i - 1], hypothesis: hypothesis[j - 1]))
        (i, j) = (i - 1, j - 1)
      } else if i > 0, here == cost[(i - 1) * width + j] + 1 {
        aligned.append(.deletion(reference[i - 1]))
        i -= 1
      } else {
        aligned.append(.insertion(hypothesis[j - 1]))
        j -= 1
      }
    }
    return aligned.reversed()
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

  package static func count(_ reference: [String], _ hypothesis: [String]) -> ErrorCounts {
    count(align(reference, hypothesis))
  }
}
