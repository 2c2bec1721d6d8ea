// Values in the order of their work.

import Base
import Testing

@testable import Tradeoff

@Suite struct IsotonicTests {
  @Test func whatViolatesTheOrderIsPooled() {
    #expect(Isotonic.fit([1, 3, 2, 4], work: [1, 2, 3, 4]) == [1, 2.5, 2.5, 4])
    #expect(Isotonic.fit([4, 3, 2, 1], work: [1, 2, 3, 4]) == [2.5, 2.5, 2.5, 2.5])
    // A block that was pooled is pooled again.
    #expect(Isotonic.fit([2, 4, 1, 0, 9], work: [1, 2, 3, 4, 5]) == [1.75, 1.75, 1.75, 1.75, 9])
    // Places stay where they are, whatever the order of the work.
    #expect(Isotonic.fit([4, 2, 3, 1], work: [4, 3, 2, 1]) == [4, 2.5, 2.5, 1])
    #expect(Isotonic.fit([], work: []) == [])
  }

  @Test func equalWorkIsEqual() {
    #expect(Isotonic.fit([1, 3, 5], work: [1, 1, 2]) == [2, 2, 5])
    #expect(Isotonic.fit([3, 1, 1], work: [2, 1, 2]) == [2, 1, 2])
  }

  /// Against the definition: the greatest of the means that begin before, of the least that end after.
  @Test func itIsTheNearest() {
    var random = RandomGenerator(seed: 3)
    for _ in 0..<200 {
      let values = (0..<7).map { _ in Double(random.uniform(0...1)) }
      let fitted = Isotonic.fit(values, work: (0..<7).map(Double.init))
      for place in 0..<7 {
        let expected = (0...place).map { start in
          (place..<7).map { end in
            values[start...end].reduce(0, +) / Double(end - start + 1)
          }.min()!
        }.max()!
        #expect(abs(fitted[place] - expected) < 1e-12)
      }
    }
  }
}
