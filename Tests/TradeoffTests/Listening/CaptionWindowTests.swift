// A window ends at a pause, or where it is quietest before it is too long, however its samples come.

import Testing

import Tradeoff

@Suite struct CaptionWindowTests {
  /// Of a thousand samples a second; loudness is told for parts of 50.
  private func parts(_ stretches: (loudness: Float, parts: Int)...) -> [Float] {
    stretches.flatMap { loudness, parts in
      // Sample by sample the sign changes, as in sound.
      (0..<50 * parts).map { $0 % 2 == 0 ? loudness : -loudness }
    }
  }

  /// The parts that windows ended with, and what is left, after samples that come `step` at a time.
  private func windows(_ samples: [Float], step: Int) -> (ended: [[Float]], left: [Float]) {
    var window = CaptionWindow(sampleRate: 1000)
    var ended: [[Float]] = []
    for start in stride(from: 0, to: samples.count, by: step) {
      ended += window.append(Array(samples[start..<min(samples.count, start + step)]))
      // Whatever comes: under eight seconds, and a part that is not whole.
      #expect(window.samples.count < 8050)
    }
    return (ended, window.samples)
  }

  @Test(arguments: [1, 7, 50, 333, 100_000]) func itEndsInThePauses(step: Int) {
    let samples = parts((0.5, 20), (0, 30), (0.25, 10), (0, 14))
    let (ended, left) = windows(samples, step: step)
    // Six parts of silence after what was said; silence of more than a second is shortened to a half.
    #expect(ended == [Array(samples[..<1300]), Array(samples[(37 * 50)..<(66 * 50)])])
    #expect(left == Array(samples[(66 * 50)...]))
  }

  @Test(arguments: [1, 7, 50, 333, 100_000]) func whoNeverPausesIsCutWhereItIsQuietest(step: Int) {
    var samples = parts((0.5, 120), (0.2, 1), (0.5, 279))
    var (ended, left) = windows(samples, step: step)
    #expect(ended.map(\.count) == [121, 107, 107].map { 50 * $0 })
    // Nothing is lost.
    #expect(ended.joined() + left == samples)
    // The last third counts alone: a dip before it is no place to cut.
    samples = parts((0.5, 60), (0.2, 1), (0.5, 139))
    (ended, left) = windows(samples, step: step)
    #expect(ended.map(\.count) == [107 * 50])
    #expect(ended.joined() + left == samples)
  }

  @Test(arguments: [1, 7, 50, 333, 100_000]) func silenceDoesNotGather(step: Int) {
    let (ended, left) = windows(parts((0, 60)), step: step)
    #expect(ended.isEmpty && left.count == 16 * 50)
    // What is said after it begins with some of it.
    let samples = parts((0.0005, 60), (0.5, 10))
    #expect(windows(samples, step: step).left == Array(samples[(44 * 50)...]))
  }

  /// Quiet speech is speech, and a pause in it is a tenth as loud.
  @Test func loudnessIsRelative() {
    let samples = parts((0.01, 20), (0.0009, 12))
    #expect(windows(samples, step: 50).ended.map(\.count) == [26 * 50])
    #expect(windows(parts((0.01, 20), (0.0011, 40)), step: 50).ended.isEmpty)
  }

  /// Hours of it, at the rate of a recorder.
  @Test func aLongTalkStaysSmall() {
    var window = CaptionWindow(sampleRate: 16000)
    let second = (0..<16000).map { $0 % 2 == 0 ? 0.1 : -0.1 as Float }
    var count = 0
    for _ in 0..<600 {
      for ended in window.append(second) {
        count += ended.count
        #expect(ended.count <= 8 * 16000)
      }
      #expect(window.samples.count <= 8 * 16000)
    }
    #expect(count + window.samples.count == 600 * 16000)
  }
}
