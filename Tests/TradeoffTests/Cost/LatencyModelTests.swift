// What is made of a pass's times: the fastest, pooled where the work is equal. The clock is made up.

import Backbones
import Base
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct LatencyModelTests {
  /// What each stage takes, three times as much when it is run first.
  private final class Clock {
    var calls: [LatencyModel.Stage: Int] = [:]
    private let layers: [Double]

    init(layers: [Double]) { self.layers = layers }

    func measure(_ stage: LatencyModel.Stage, _ body: () -> Void) -> Double {
      body()
      calls[stage, default: 0] += 1
      let seconds =
        switch stage {
        case .frontEnd: 0.002
        case .layer(let index): layers[index]
        case .skip: 0.0001
        case .head: 0.001
        case .decoding: 0.0005
        }
      return calls[stage] == 1 ? 3 * seconds : seconds
    }
  }

  @Test func theFastestIsKeptAndEqualWorkPooled() throws {
    let (recognizer, data) = try fake(FakeBackbone(layerCount: 4), utterances: 7)
    // The work grows from layer to layer: the second and the fourth came out too fast.
    let clock = Clock(layers: [0.004, 0.001, 0.006, 0.005])
    let model = try #require(
      LatencyModel(
        measuring: recognizer, data.samples, rounds: 2, limit: .infinity, measure: clock.measure))
    #expect(model.points.map(\.audioSeconds) == [0.3, 0.4, 0.6])
    for point in model.points {
      for (seconds, expected) in zip(point.stages.layers, [0.0025, 0.0025, 0.0055, 0.0055]) {
        expectClose(seconds, expected)
      }
      #expect(point.stages.skipped == [0, 0, 0, 0])
      #expect(point.stages.frontEnd == 0.002 && point.stages.head == 0.001)
      #expect(point.decoding == 0.0005)
    }
    expectClose(try #require(model.unevenness), 0.6)
    // 2 rounds of 5 depths of 3 utterances.
    #expect(clock.calls[.frontEnd] == 30 && clock.calls[.layer(0)] == 24)
    #expect(clock.calls[.skip(0)] == 6)
    // The very first pass took three times as long, the others up to 1.3 times the pooled sum.
    expectClose(model.slowdowns.within(1), 3)
    #expect(model.slowdowns.values.count == 30 && model.slowdowns.within(0.9) < 1.4)
    #expect(model.day == nil)
  }

  /// However noisy the clock, a mask never takes longer than one that has more of the same layers, and of
  /// layers of equal work never longer than one that has more of them.
  @Test func lessWorkIsNeverDearer() throws {
    for isEven in [true, false] {
      let (recognizer, data) = try fake(FakeBackbone(isEven: isEven), utterances: 5)
      var random = RandomGenerator(seed: 11)
      let model = try #require(
        LatencyModel(
          measuring: recognizer, data.samples, rounds: 1,
          measure: { _, body in
            body()
            return Double(random.uniform(0.001...0.1))
          }))
      let masks = (0..<64).map { LayerMask(number: $0, layerCount: 6) }
      // Shorter than measured, between and longer.
      for length in [0.05, 0.4, 20] {
        let seconds = masks.flatMap { model.seconds($0, audioSeconds: [length]) }
        for (a, x) in zip(masks, seconds) {
          for (b, y) in zip(masks, seconds) {
            let isWithin = (0..<6).allSatisfy { !a[$0] || b[$0] }
            if isWithin || (isEven && a.keptCount < b.keptCount) { #expect(x <= y + 1e-12) }
          }
        }
      }
    }
  }

  @Test func itStopsWhenTimeIsUpOrNobodyWaits() throws {
    let (recognizer, data) = try fake(FakeBackbone(layerCount: 2), utterances: 3)
    let clock = Clock(layers: [1, 1])
    _ = LatencyModel(
      measuring: recognizer, data.samples, rounds: 5, limit: 0.5, measure: clock.measure)
    // One round of 3 depths of 3 utterances took longer.
    #expect(clock.calls[.head] == 9)
    var passes = 0
    let cancelled = LatencyModel(
      measuring: recognizer, data.samples,
      isCancelled: {
        passes += 1
        return passes > 4
      },
      measure: { _, body in
        body()
        return 1
      })
    #expect(cancelled == nil && passes == 5)
  }

  @Test func lengthsDiffer() {
    func lengths(_ counts: [Int]) -> [Int] {
      LatencyModel.chosen(counts.map { Array(repeating: 0.1, count: $0) }, sampleRate: 100)
        .map(\.count)
    }
    #expect(lengths(Array(1...11).map { $0 * 100 }) == [200, 600, 1000])
    // Nothing longer than 15 s, and none that is hardly longer than another.
    #expect(lengths([100, 110, 115, 120, 9000, 9000]) == [110, 1500])
    #expect(lengths([800, 800, 800]) == [400, 800])
    #expect(lengths([]) == [150, 300] && lengths([5]) == [150, 300])
  }

  @Test func slowdownsComeUpEvenly() {
    let slowdowns = Slowdowns([1.5, 1, 2, 1.1, 1.2, 1.3, 1.4, 1.6, 1.7, 9])
    #expect(slowdowns.within(0.9) == 2 && slowdowns.within(0.5) == 1.4)
    #expect(slowdowns.within(0) == 1)
    let drawn = (0..<1000).map { slowdowns.ofPass($0) }
    #expect(abs(drawn.count { $0 == 9 } - 100) <= 3 && abs(drawn.count { $0 == 1 } - 100) <= 3)
    #expect(drawn.prefix(3) == [1, 1.6, 1.2])
    #expect(Slowdowns().within(0.9) == 1 && Slowdowns().ofPass(7) == 1)
  }

  @Test func lengthsFarOutsideAreNotCovered() {
    let stages = StageValues(frontEnd: 1, layers: [1], skipped: [0], head: 1)
    let model = LatencyModel([1, 2].map { LatencyModel.Point(audioSeconds: $0, stages: stages) })
    #expect(model.covers(audioSeconds: 0.5) && model.covers(audioSeconds: 4))
    #expect(!model.covers(audioSeconds: 0.4) && !model.covers(audioSeconds: 4.1))
  }

  @Test func busyIsWhatOthersUse() {
    let stages = StageValues(frontEnd: 1, layers: [1], skipped: [0], head: 1)
    func isBusy(_ share: Double?) -> Bool {
      LatencyModel(
        [1, 2].map { LatencyModel.Point(audioSeconds: $0, stages: stages) }, othersShare: share
      ).isBusy
    }
    #expect(!isBusy(nil) && !isBusy(0.05) && isBusy(0.5))
  }
}
