// The front against its definition.

import Base
import Testing
import Tradeoff

@Suite struct ParetoFrontTests {
  @Test func nothingIsBeatenAndNothingIsMissing() {
    var random = RandomGenerator(seed: 4)
    for count in [0, 1, 2, 40] {
      // Few distinct values, so that there are ties.
      let points = (0..<count).map { _ in
        (
          cost: Double(Int.random(in: 0..<9, using: &random)),
          error: Double(Int.random(in: 0..<9, using: &random))
        )
      }
      let front = ParetoFront.of(points) { $0 }
      for (a, b) in zip(front, front.dropFirst()) {
        #expect(a.cost < b.cost && a.error > b.error)
      }
      for point in points {
        #expect(front.contains { $0.cost <= point.cost && $0.error <= point.error })
      }
    }
  }
}
