// How loud a recording is from its start to its end: enough to draw it.

import Speech

/// The loudest sample of each of many equal parts.
package struct SoundOutline: Sendable, Equatable {
  /// As many as the widest terminal has dots.
  private static let parts = 512

  /// Absolute values, in order of time; `parts` of them, or fewer where there are fewer samples.
  package let peaks: [Float]
  package let seconds: Double

  package init(_ waveform: Waveform) {
    seconds = waveform.seconds
    peaks = Self.peaks(waveform.samples, parts: Self.parts)
  }

  /// Of each of so many equal parts, or of each value where there are fewer.
  package static func peaks(_ values: [Float], parts: Int) -> [Float] {
    let count = min(max(0, parts), values.count)
    return (0..<count).map { part in
      values[part * values.count / count..<(part + 1) * values.count / count]
        .reduce(0) { max($0, abs($1)) }
    }
  }
}
