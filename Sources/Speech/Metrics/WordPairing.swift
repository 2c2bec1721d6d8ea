// Which of the words that went wrong belong together: those that are spelt alike.

extension Alignment {
  /// Between two matches an alignment of fewest errors replaces as many words as it can, but which of the
  /// longer side's words stay alone is not said by their number. Leaves those alone that make for the
  /// fewest letters changed, lost and added; among equal choices, what the steps have is kept. How many
  /// steps there are of each kind stays the same, and so do the matches.
  static func pairedBySpelling(
    _ steps: [Step], _ reference: [String], _ hypothesis: [String]
  ) -> [Step] {
    var result: [Step] = []
    result.reserveCapacity(steps.count)
    // Words of both sides since the last match.
    var (i, j) = (0..<0, 0..<0)
    for step in steps {
      switch step {
      case .match(let a, let b):
        result += paired(i, j, reference, hypothesis)
        result.append(step)
        (i, j) = (a + 1..<a + 1, b + 1..<b + 1)
      case .substitution(let a, let b): (i, j) = (i.lowerBound..<a + 1, j.lowerBound..<b + 1)
      case .deletion(let a): i = i.lowerBound..<a + 1
      case .insertion(let b): j = j.lowerBound..<b + 1
      }
    }
    return result + paired(i, j, reference, hypothesis)
  }

  /// Pairs of words that are looked at in a stretch without a match: where so much went wrong nothing
  /// belongs together.
  private static let mostPairs = 1 << 16

  /// Every word of the shorter side with one of the longer, in order.
  private static func paired(
    _ i: Range<Int>, _ j: Range<Int>, _ reference: [String], _ hypothesis: [String]
  ) -> [Step] {
    let isMissing = i.count >= j.count
    func alone(_ place: Int) -> Step {
      isMissing ? .deletion(i.lowerBound + place) : .insertion(j.lowerBound + place)
    }
    func pair(_ short: Int, _ long: Int) -> Step {
      isMissing
        ? .substitution(i.lowerBound + long, j.lowerBound + short)
        : .substitution(i.lowerBound + short, j.lowerBound + long)
    }
    let count = min(i.count, j.count)
    let spare = max(i.count, j.count) - count
    guard count > 0, spare > 0, count * (spare + 1) <= mostPairs else {
      return (0..<spare).map(alone) + (0..<count).map { pair($0, spare + $0) }
    }
    func letters(_ words: ArraySlice<String>) -> [[Unicode.Scalar]] {
      words.map { Array($0.unicodeScalars) }
    }
    let (a, b) = (letters(reference[i]), letters(hypothesis[j]))
    let (long, short) = isMissing ? (a, b) : (b, a)
    // Letters for the first words of the short side, by how many of the long side were left alone.
    let width = spare + 1
    var cost = [Int](repeating: 0, count: (count + 1) * width)
    var changes = [Int](repeating: 0, count: (count + 1) * width)
    for words in 0...count {
      for left in 0...spare {
        let place = words * width + left
        var best = words + left == 0 ? 0 : Int.max
        if words > 0 {
          changes[place] = distance(long[words + left - 1], short[words - 1])
          best = cost[place - width] + changes[place]
        }
        if left > 0 { best = min(best, cost[place - 1] + long[words + left - 1].count) }
        cost[place] = best
      }
    }
    var steps: [Step] = []
    var (words, left) = (count, spare)
    while words + left > 0 {
      let place = words * width + left
      if words > 0, cost[place] == cost[place - width] + changes[place] {
        words -= 1
        steps.append(pair(words, words + left))
      } else {
        left -= 1
        steps.append(alone(words + left))
      }
    }
    return steps.reversed()
  }

  /// Letters to change, take away or add to make one word of another (Levenshtein).
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let change = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, min(diagonal, row[j]) + 1)
      }
    }
    return row[b.count]
  }
}
