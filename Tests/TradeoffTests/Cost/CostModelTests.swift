// FLOPs and parameters add up over stages, and so do times.

import Backbones
import Testing
import TestSupport

@testable import Tradeoff

@Suite struct CostModelTests {
  @Test(arguments: SkipRule.allCases)
  func operationsAndParametersAddUp(rule: SkipRule) throws {
    let backbone = FakeBackbone(layerCount: 4, skipRule: rule)
    let costs = CostModel(backbone, sampleCounts: [1000, 500, 2500])
    // 40 frames in 4 s of audio; layers cost 1 to 4 MFLOP a frame, front end 3, head 2.
    let skipped = rule == .identity ? 0.0 : 1e3
    expectClose(costs.gflopPerAudioSecond(.full(4)), 15e6 * 40 / 4 / 1e9)
    let walk = Walk(try LayerMask("0101", layerCount: 4))
    expectClose(costs.gflopPerAudioSecond(walk), (11e6 + 2 * skipped) * 40 / 4 / 1e9)
    let none = Walk(LayerMask(layerCount: 4, keeping: []))
    expectClose(costs.gflopPerAudioSecond(none), (5e6 + 4 * skipped) * 40 / 4 / 1e9)
    // Half of the layers on the average, as if each ran equally often: 5 of the 10 MFLOP.
    let drawn = BernoulliPolicy.walk(keeping: 2, in: PolicyContext(layerCount: 4), seed: 1)
    expectClose(costs.gflopPerAudioSecond(drawn), (10e6 + 2 * skipped) * 40 / 4 / 1e9)
    #expect(costs.activeParameters(drawn) == costs.activeParameters(.full(4)))
    let norms = rule == .identity ? 0.0 : 8.0
    #expect(costs.activeParameters(.full(4)) == 1000.0 + 406 + 10)
    #expect(costs.activeParameters(walk) == 1000.0 + 101 + 103 + 2 * norms + 10)
    expectClose(costs.utteranceSeconds, 4.0 / 3)
  }

  @Test func dataSetsAddUpToTheirUtterances() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 7)
    let costs = CostModel(recognizer.backbone, sampleCounts: data.samples.map(\.count))
    let evaluator = Evaluator(recognizer, data)
    let walk = Walk(try LayerMask("110011", layerCount: 6))
    let sum = (0..<7).reduce(0.0) { $0 + (evaluator.evaluate($1, walk)?.operations ?? .nan) }
    expectClose(costs.gflopPerAudioSecond(walk), sum / data.audioSeconds / 1e9)
  }

  /// What one utterance is spared tells what all are, of any lengths.
  @Test(arguments: ["conformer-identity", "wavlm-small", "parakeet-bpe", "bert-keys"])
  func lessOfAModelIsCountedFromOneUtterance(model: String) throws {
    let recognizer = try smallModel(model)
    let sampleCounts = [4000, 16_001, 23_456, 48_000]
    let whole = CostModel(recognizer.backbone, sampleCounts: sampleCounts)
    for compute in [Compute(rank: 0.5), Compute(width: 0.25), Compute(rank: 0.75, width: 0.5)] {
      let thin = try #require(whole.thinned(to: compute, of: recognizer))
      let exact = CostModel(try recognizer.at(compute).backbone, sampleCounts: sampleCounts)
      let stages = zip(thin.stages.layers, exact.stages.layers)
      for (found, expected) in stages { expectClose(found, expected, relative: 1e-12) }
      expectClose(thin.stages.frontEnd, exact.stages.frontEnd, relative: 1e-12)
      expectClose(thin.stages.head, exact.stages.head, relative: 1e-12)
      #expect(thin.parameters == exact.parameters && thin.stages.skipped == exact.stages.skipped)
      #expect(thin.utteranceSeconds == whole.utteranceSeconds)
      #expect(thin.stages.layers != whole.stages.layers)
    }
  }

  @Test func noTimesBeforeTheyAreMeasured() {
    #expect(CostModel(FakeBackbone()).seconds(.full(6)) == nil)
  }

  @Test func timesAddUp() throws {
    var costs = CostModel(FakeBackbone(layerCount: 2), sampleCounts: [1000, 2000, 3000, 6000])
    #expect(costs.utteranceSeconds == 3 && costs.middleHalf == 1...3)
    func point(_ audioSeconds: Double, _ scale: Double) -> LatencyModel.Point {
      LatencyModel.Point(
        audioSeconds: audioSeconds,
        stages: StageValues(
          frontEnd: scale, layers: [2 * scale, 3 * scale], skipped: [0, 0.5 * scale], head: scale),
        decoding: 0.25 * scale)
    }
    costs.latency = LatencyModel([point(1, 1), point(2, 2), point(4, 6)])
    // At 3 s halfway from 2 to 6.
    expectClose(try #require(costs.seconds(.full(2))), 4 * (1 + 2 + 3 + 1 + 0.25))
    let first = try LayerMask("10", layerCount: 2)
    expectClose(try #require(costs.seconds(first)), 4 * (1 + 2 + 0.5 + 1 + 0.25))
    expectClose(try #require(costs.seconds(first, audioSeconds: 2)), 2 * (1 + 2 + 0.5 + 1 + 0.25))
    expectClose(try #require(costs.stageSeconds).layers[1], 12)
    expectClose(try #require(costs.decodingSeconds), 1)
    // Straight on beyond the longest, and to nothing below the shortest.
    expectClose(try #require(costs.seconds(.full(2), audioSeconds: 5)), 8 * 7.25)
    expectClose(try #require(costs.seconds(.full(2), audioSeconds: 0.5)), 7.25 / 2)
    #expect(costs.seconds(.full(2), audioSeconds: 0) == 0)
  }
}
