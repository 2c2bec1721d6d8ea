// FLOPs and parameters add up over stages; the latency model returns what it was calibrated with.

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

  @Test func noEstimateBeforeCalibration() {
    #expect(CostModel(FakeBackbone()).estimatedSeconds(.full(6)) == nil)
  }

  @Test func estimatesFollowTheMeasuredLayers() throws {
    let backbone = FakeBackbone(layerCount: 4, layerSeconds: 0.004)
    var costs = CostModel(backbone, sampleCounts: [2000])
    costs.latency = LatencyModel(calibrating: backbone, audioSeconds: [1, 3], repeats: 2)
    let full = try #require(costs.estimatedSeconds(.full(4)))
    let half = try #require(costs.estimatedSeconds(Walk(LayerMask("1001", layerCount: 4))))
    // Sleeps may take longer than asked for on a loaded machine, never shorter.
    #expect(full >= 0.016 && half >= 0.008 && half < full)
    // Calibration runs each layer `repeats` times at each length.
    #expect(backbone.layerCalls.count == 4 * 2 * 2)
  }

  @Test func interpolatesBetweenLengthsAndIsNeverNegative() throws {
    let model = LatencyModel(
      calibrating: FakeBackbone(layerCount: 2, layerSeconds: 0.001), audioSeconds: [1, 2, 4],
      repeats: 1)
    for point in model.points {
      let same = model.seconds(audioSeconds: point.audioSeconds)
      expectClose(same.total(.full(2)), point.stages.total(.full(2)))
    }
    let (a, b) = (model.points[1].stages.total(.full(2)), model.points[2].stages.total(.full(2)))
    let middle = model.seconds(audioSeconds: 3)
    expectClose(middle.total(.full(2)), (a + b) / 2)
    #expect(model.seconds(audioSeconds: 0).layers.allSatisfy { $0 >= 0 })
    #expect(model.seconds(audioSeconds: 100).layers.allSatisfy { $0 >= 0 })
  }
}
