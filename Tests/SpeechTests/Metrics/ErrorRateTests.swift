// Bootstrap intervals where the answer is known, exactly or from the normal approximation.

import Base
import Speech
import TestSupport
import Testing

struct ErrorRateTests {
  private func utterance(errors: Int, words: Int = 10) -> ErrorCounts {
    ErrorCounts(substitutions: errors, deletions: 0, insertions: 0, words: words)
  }

  @Test func intervalOfABinomialRate() throws {
    // 2,000 words of which 20 % are wrong: standard error sqrt(0.2 * 0.8 / 2000) = 0.0089.
    var random = RandomGenerator(seed: 3)
    let counts = (0..<2000).map { _ in utterance(errors: random.uniform() < 0.2 ? 1 : 0, words: 1) }
    let rate = counts.reduce(ErrorCounts(), +).rate
    let interval = try #require(ErrorRate.interval(counts))
    #expect(interval.contains(rate))
    expectClose(interval.lowerBound, rate - 1.96 * 0.0089, absolute: 0.003)
    expectClose(interval.upperBound, rate + 1.96 * 0.0089, absolute: 0.003)
    #expect(ErrorRate.interval(counts) == interval, "the same seed gives the same interval")
  }

  @Test func longUtterancesWeighMore() throws {
    // The rate is the ratio of sums: 10 / 110 whatever is drawn together.
    let counts = [utterance(errors: 10, words: 100), utterance(errors: 0, words: 10)]
    let interval = try #require(ErrorRate.interval(counts))
    #expect(interval == 0...0.1)
  }

  @Test func resamplesSpeakersOnceThereAreEight() throws {
    // Speakers differ and utterances of one do not, so the speakers are what there is to know of.
    let counts = (0..<400).map { utterance(errors: $0 % 8) }
    let speakers = (0..<400).map { "speaker \($0 % 8)" }
    func width(_ range: ClosedRange<Double>?) throws -> Double {
      let range = try #require(range)
      return range.upperBound - range.lowerBound
    }
    let byUtterance = try width(ErrorRate.interval(counts))
    let bySpeaker = try width(ErrorRate.interval(counts, groups: speakers))
    #expect(bySpeaker > 5 * byUtterance)
    let seven = speakers.map { $0 == "speaker 7" ? "speaker 6" : $0 }
    #expect(try width(ErrorRate.interval(counts, groups: seven)) == byUtterance)
  }

  @Test func tooLittleToResample() {
    #expect(ErrorRate.interval([]) == nil)
    #expect(ErrorRate.interval([utterance(errors: 1)]) == nil)
    #expect(ErrorRate.compare([], []) == nil)
  }

  @Test func comparesPairByPair() throws {
    // b errs one word less in each: the difference is certain although the rates vary a lot.
    let a = (0..<50).map { utterance(errors: 1 + $0 % 9) }
    let b = (0..<50).map { utterance(errors: $0 % 9) }
    let comparison = try #require(ErrorRate.compare(a, b))
    expectClose(comparison.difference, -0.1, relative: 1e-12)
    expectClose(comparison.interval.lowerBound, -0.1, relative: 1e-9)
    expectClose(comparison.interval.upperBound, -0.1, relative: 1e-9)
    #expect(comparison.probabilityOfImprovement == 1)
    #expect(ErrorRate.compare(b, a)?.probabilityOfImprovement == 0)
    #expect(ErrorRate.compare(a, a)?.probabilityOfImprovement == 0.5)
  }
}
