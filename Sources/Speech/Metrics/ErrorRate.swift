// How sure an error rate is: bootstrap intervals and paired comparisons.

import Base

package enum ErrorRate {
  /// 95 % percentile bootstrap interval of the corpus error rate (Bisani & Ney, ICASSP 2004): whole
  /// groups are drawn with replacement and the ratio of sums is taken. Groups are speakers when there
  /// are at least 8 of them (utterances of one speaker err together), else utterances. nil without
  /// at least two groups.
  package static func interval(
    _ counts: [ErrorCounts], groups speakers: [String]? = nil, resamples: Int = 1000,
    seed: UInt64 = 1
  ) -> ClosedRange<Double>? {
    let groups = grouped(counts, speakers)
    guard groups.count >= 2 else { return nil }
    var random = RandomGenerator(seed: seed)
    var rates: [Double] = []
    for _ in 0..<resamples {
      var sum = ErrorCounts()
      for _ in groups { sum += groups[Int.random(in: 0..<groups.count, using: &random)] }
      rates.append(sum.rate)
    }
    return percentiles(rates)
  }

  /// What changes from system `a` to system `b` on the same utterances.
  package struct Comparison: Sendable, Equatable {
    /// rate(b) - rate(a): negative when b is better.
    package let difference: Double
    package let interval: ClosedRange<Double>
    /// Share of resamples in which b has the lower rate (ties count half).
    package let probabilityOfImprovement: Double
  }

  /// Paired bootstrap: both systems are scored on the same resampled groups, made as for `interval`.
  /// nil without at least two groups.
  package static func compare(
    _ a: [ErrorCounts], _ b: [ErrorCounts], groups speakers: [String]? = nil, resamples: Int = 1000,
    seed: UInt64 = 1
  ) -> Comparison? {
    precondition(a.count == b.count, "comparing \(a.count) with \(b.count) utterances")
    let (first, second) = (grouped(a, speakers), grouped(b, speakers))
    guard first.count >= 2 else { return nil }
    var random = RandomGenerator(seed: seed)
    var differences: [Double] = []
    var wins = 0.0
    for _ in 0..<resamples {
      var (x, y) = (ErrorCounts(), ErrorCounts())
      for _ in first {
        let index = Int.random(in: 0..<first.count, using: &random)
        x += first[index]
        y += second[index]
      }
      let difference = y.rate - x.rate
      differences.append(difference)
      wins += difference < 0 ? 1 : difference == 0 ? 0.5 : 0
    }
    let whole = second.reduce(ErrorCounts(), +).rate - first.reduce(ErrorCounts(), +).rate
    return Comparison(
      difference: whole, interval: percentiles(differences),
      probabilityOfImprovement: wins / Double(resamples))
  }

  /// One entry per unit of resampling.
  private static func grouped(_ counts: [ErrorCounts], _ speakers: [String]?) -> [ErrorCounts] {
    guard let speakers, Set(speakers).count >= 8 else { return counts }
    precondition(
      speakers.count == counts.count, "\(speakers.count) speakers of \(counts.count) utterances")
    var sums: [String: ErrorCounts] = [:]
    for (speaker, count) in zip(speakers, counts) {
      sums[speaker, default: ErrorCounts()] += count
    }
    return sums.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The values at ranks 2.5 % and 97.5 %.
  private static func percentiles(_ values: [Double]) -> ClosedRange<Double> {
    let sorted = values.sorted()
    func at(_ share: Double) -> Double {
      sorted[min(sorted.count - 1, Int((share * Double(sorted.count - 1)).rounded()))]
    }
    return at(0.025)...at(0.975)
  }
}
