// Programs that are measured in turns, so that a machine whose pace changes favours none.

import Base
import Foundation

struct Turns {
  /// How many rounds are worth their time.
  struct Rounds {
    var fewest: Int
    var most: Int
    /// Enough of them, where there are the fewest.
    var seconds: Double
  }

  static let ofRecordings = Rounds(fewest: 5, most: 25, seconds: 6)
  static let ofSplits = Rounds(fewest: 3, most: 5, seconds: 30)

  /// Threads that wait for more work stay awake for a while, and would take the next one's processors:
  /// PyTorch's spent up to 10 ms after their last.
  private static let rest = 0.02

  /// How many take turns.
  let count: Int

  /// - Parameter measure: what the one at this place took; the same unit for all.
  /// - Returns: of each, what it took in every round.
  func take(_ rounds: Rounds, _ measure: (Int) throws -> Double) rethrows -> [[Double]] {
    var taken = [[Double]](repeating: [], count: count)
    let start = ContinuousClock.now
    while taken[0].count < rounds.most,
      taken[0].count < rounds.fewest || (ContinuousClock.now - start).seconds < rounds.seconds
    {
      for turn in 0..<count {
        if count > 1 { Thread.sleep(forTimeInterval: Self.rest) }
        taken[turn].append(try measure(turn))
      }
    }
    return taken
  }
}
