// The same numbers for a seed, on every machine and in every version.

import Base
import Testing

@Suite struct RandomGeneratorTests {
  /// The reference implementation's first outputs for seed 1234567 (Vigna, splitmix64.c).
  @Test func firstNumbersAreSplitMix64s() {
    var random = RandomGenerator(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }
}
