// How often stages are used: by a mask, with looks, and on the average.

import Backbones
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct StageUsesTests {
  private let stages = StageValues(
    frontEnd: 1000, layers: [100, 200, 300], skipped: [1, 2, 3], head: 10)

  @Test func aMaskUsesEachStageOnceOrNotAtAll() throws {
    let mask = try LayerMask("101", layerCount: 3)
    #expect(stages.total(StageValues(usesOf: mask)) == 1000 + 100 + 2 + 300 + 10)
    #expect(stages.total(StageValues(usesOf: mask)) == stages.total(mask))
    #expect(StageValues(usesOf: Walk(mask)) == StageValues(usesOf: mask))
  }

  /// A look before the second layer skips two layers for its answer, one before the third only that.
  @Test func everyLookAsksTheHeadAgain() throws {
    let mask = try LayerMask("110", layerCount: 3)
    let uses = StageValues(usesOf: mask, looks: [1, 2])
    #expect(uses == StageValues(frontEnd: 1, layers: [1, 1, 0], skipped: [0, 1, 3], head: 3))
    #expect(stages.total(uses) == stages.total(mask) + 10 + 2 + 3 + 10 + 3)
  }

  @Test func whereMasksDifferEveryLayerRunsEquallyOften() {
    let walk = BernoulliPolicy.walk(keeping: 1, in: PolicyContext(layerCount: 3), seed: 1)
    expectClose(stages.total(StageValues(usesOf: walk)), 1010 + 600.0 / 3 + 6 * 2.0 / 3)
  }
}
