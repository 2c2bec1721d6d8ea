// A sweep's file as curves: a model and a policy each, draws of one depth put together.

import Backbones
import Foundation
import Speech
import Testing

@testable import Tradeoff

@Suite struct SavedSweepTests {
  @Test func aCurveForEachModelAndPolicy() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 5)
    let evaluator = Evaluator(recognizer, data)
    func point(_ model: String, _ policy: String, _ kept: Int, seed: UInt64? = nil) -> SweepPoint {
      let walk = ModelPolicies(layerCount: 6).walk(policy, seed: seed ?? 1, keeping: kept)
      return SweepPoint(
        summary: Summary(
          (0..<5).compactMap { evaluator.evaluate($0, walk) }, model: model,
          dataset: data.dataset, policy: policy, walk: walk, threads: 1, machine: "m"),
        seed: seed, sweep: "s", point: 0, points: 6)
    }
    let draws = [1, 2].map { point("a", "random", 3, seed: $0) }
    let points =
      [point("a", "spread", 3), point("a", "spread", 6), point("b", "spread", 6)] + draws
    let sweeps = SavedSweep.of(SweepGroup.of(points))
    #expect(sweeps.map { "\($0.model) \($0.policy)" } == ["a spread", "a random", "b spread"])
    #expect(sweeps.map { $0.points.map(\.keptLayers) } == [[6, 3], [3], [6]])
    let mean = (draws[0].summary.wer + draws[1].summary.wer) / 2
    #expect(abs(sweeps[1].points[0].errorRate - mean) < 1e-12)
    #expect(sweeps[2].points[0].gflop == points[2].summary.gflopPerAudioSecond)
  }
}
