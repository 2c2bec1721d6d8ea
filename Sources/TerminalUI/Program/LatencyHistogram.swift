// How long the program takes to answer a key on screen.

/// Counts durations in buckets of a quarter millisecond up to 64 ms; longer ones share the last.
package struct LatencyHistogram: Sendable, Equatable {
  private static let bucketsPerMillisecond = 4.0
  private var buckets = [Int](repeating: 0, count: 257)
  package private(set) var count = 0
  package private(set) var maximum: Duration = .zero

  package init() {}

  package mutating func add(_ duration: Duration) {
    let milliseconds = duration / .milliseconds(1)
    let bucket = Int(min(256, max(0, milliseconds * Self.bucketsPerMillisecond)))
    buckets[bucket] += 1
    count += 1
    maximum = max(maximum, duration)
  }

  /// A duration that `fraction` (0 to 1) of the measurements do not exceed, rounded up to a bucket's
  /// end and never above the maximum. Nil when nothing was measured.
  package func percentile(_ fraction: Double) -> Duration? {
    guard count > 0 else { return nil }
    let rank = max(1, Int((fraction * Double(count)).rounded(.up)))
    var seen = 0
    for (index, number) in buckets.enumerated() {
      seen += number
      if seen >= rank {
        if index == 256 { break }
        return min(maximum, .milliseconds(1) * (Double(index + 1) / Self.bucketsPerMillisecond))
      }
    }
    return maximum
  }
}
