// How sure each exit has to be, for each budget: searched once, over what is known of some utterances.

import Foundation

/// After DyCE (arXiv 2403.01695): what every exit says and how sure it is, is recorded once; then thresholds
/// are searched exit by exit. Where DyCE weighs accuracy against operations, here the average number of layers
/// is what was asked for and errors are lessened.
struct ExitSearch {
  /// After how many layers, ascending.
  let depths: [Int]
  let layerCount: Int
  /// By utterance and exit.
  let confidences: [[Float]]
  /// By utterance and exit, last of all layers.
  let errors: [[Int]]

  /// How much surer than others an exit has to be, as a difference of log-odds; nil is not asked.
  private typealias Offsets = [Double?]
  private static let grid: [Double?] = [nil, -2, -1, 0, 1, 2]
  /// Times that each exit's offset is looked at anew.
  private static let rounds = 3
  /// Of the layers asked for: so far off costs nothing.
  private static let tolerance = 0.01

  private struct Outcome {
    /// Layers by which the average is off, beyond the tolerance.
    var missed: Double
    var errors: Int
    /// Questions that exits were asked.
    var asked: Int
    var thresholds: [Float]

    func isBetter(than other: Outcome) -> Bool {
      (missed, errors, asked) < (other.missed, other.errors, other.asked)
    }
  }

  /// By exit, `TrainedExits.never` for those that are not asked.
  /// - Parameter count: layers that are to run on the average, 0 < count < layerCount.
  func thresholds(keeping count: Int) -> [Float] {
    // All exits alike, and one alone that as many layers as were asked for do not reach before it.
    let starts: [Offsets] =
      [depths.map { _ in 0 }]
      + depths.filter { $0 <= count }.map { only in depths.map { $0 == only ? 0 : nil } }
    var best: Outcome?
    for start in starts {
      let found = improved(start, count)
      if let known = best, !found.isBetter(than: known) { continue }
      best = found
    }
    return best?.thresholds ?? []
  }

  private func improved(_ start: Offsets, _ count: Int) -> Outcome {
    var (offsets, present) = (start, outcome(start, count))
    for _ in 0..<Self.rounds {
      var changed = false
      for place in depths.indices {
        for offset in Self.grid where offset != offsets[place] {
          var other = offsets
          other[place] = offset
          let tried = outcome(other, count)
          guard tried.isBetter(than: present) else { continue }
          (offsets, present, changed) = (other, tried, true)
        }
      }
      if !changed { break }
    }
    return present
  }

  /// With a limit that is shared but for the offsets, at which about as many layers run as were asked for.
  private func outcome(_ offsets: Offsets, _ count: Int) -> Outcome {
    let scores = confidences.map { row in
      zip(row, offsets).map { confidence, offset in
        offset.map { Self.logOdds(confidence) - $0 } ?? -.infinity
      }
    }
    let values = Set(scores.joined()).subtracting([-.infinity]).sorted()
    let (limit, mean) = ConfidenceLimit.nearest(
      to: Double(count), among: values, lowest: -.infinity
    ) { limit in
      let depths = scores.reduce(0) { sum, row in
        sum + (exit(row, offsets, limit).map { self.depths[$0] } ?? layerCount)
      }
      return Double(depths) / Double(max(1, scores.count))
    }
    var (made, asked) = (0, 0)
    for (row, errors) in zip(scores, errors) {
      let left = exit(row, offsets, limit)
      made += errors[left ?? depths.count]
      asked += offsets.prefix(left.map { $0 + 1 } ?? depths.count).count { $0 != nil }
    }
    return Outcome(
      missed: max(0, abs(mean - Double(count)) - Self.tolerance * Double(count)), errors: made,
      asked: asked,
      thresholds: offsets.map { offset in
        guard let offset, limit < .infinity else { return TrainedExits.never }
        return limit == -.infinity ? 0 : Float(1 / (1 + exp(-(limit + offset))))
      })
  }

  /// The first at which it leaves.
  private func exit(_ scores: [Double], _ offsets: Offsets, _ limit: Double) -> Int? {
    scores.indices.first { offsets[$0] != nil && scores[$0] >= limit }
  }

  /// log(p / (1 - p)), of what is next to certain as of what float32 can tell from it.
  private static func logOdds(_ confidence: Float) -> Double {
    let p = min(max(Double(confidence), 1e-6), 1 - 1e-6)
    return log(p / (1 - p))
  }
}
