// The end of a talk that is still open to change: up to a pause, and never long.

/// Samples since the last pause. Networks hear them again and again as they become more, so they are ended
/// where somebody pauses, or else where it is quietest before they are too many. Where a window ends
/// depends on the samples alone, not on the pieces in which they come.
package struct CaptionWindow: Sendable {
  /// Seconds of the longest window.
  package static let longest = 8.0
  /// Seconds of silence that end a window.
  package static let pause = 0.6

  /// Loudness is told for so many parts of a second.
  private static let rate = 20
  private static let limit = Int(longest * Double(rate))
  private static let pauseLength = Int(pause * Double(rate))
  /// Of silence before anybody speaks: how much may gather, and how much of it stays.
  private static let silence = (most: rate, kept: rate / 2)
  /// Nothing under this is speech: 60 dB under full scale.
  private static let quiet: Float = 0.001
  /// Nothing under this share of the loudest is: 20 dB.
  private static let share: Float = 0.1

  package let sampleRate: Int
  /// What is not final yet.
  package private(set) var samples: [Float] = []
  /// Of every whole part of `samples`: root mean square.
  private var loudness: [Float] = []
  /// Samples of a part.
  private let part: Int

  package init(sampleRate: Int) {
    self.sampleRate = sampleRate
    part = max(1, sampleRate / Self.rate)
  }

  package var seconds: Double { Double(samples.count) / Double(sampleRate) }

  /// Takes in what comes next, and returns the windows that end with it, in order.
  package mutating func append(_ new: [Float]) -> [[Float]] {
    var ended: [[Float]] = []
    var rest = new[...]
    while !rest.isEmpty {
      let missing = part - samples.count % part
      samples += rest.prefix(missing)
      rest = rest.dropFirst(missing)
      guard samples.count % part == 0 else { break }
      let sum = samples.suffix(part).reduce(0) { $0 + $1 * $1 }
      loudness.append((sum / Float(part)).squareRoot())
      if let parts = endedParts() { ended.append(remove(parts)) }
    }
    return ended
  }

  /// After how many parts the window ends now; nil where it goes on.
  private mutating func endedParts() -> Int? {
    let threshold = max(Self.quiet, Self.share * (loudness.max() ?? 0))
    let silent = loudness.reversed().prefix { $0 < threshold }.count
    if silent == loudness.count {
      // Nobody has spoken: there is nothing to end.
      if silent > Self.silence.most { _ = remove(silent - Self.silence.kept) }
      return nil
    }
    if silent >= Self.pauseLength { return loudness.count - Self.pauseLength / 2 }
    guard loudness.count >= Self.limit else { return nil }
    let last = Self.limit * 2 / 3..<Self.limit
    return (last.min { loudness[$0] < loudness[$1] } ?? last.lowerBound) + 1
  }

  /// The first parts, which leave the window.
  private mutating func remove(_ parts: Int) -> [Float] {
    let removed = Array(samples[..<(parts * part)])
    samples.removeFirst(parts * part)
    loudness.removeFirst(parts)
    return removed
  }
}
