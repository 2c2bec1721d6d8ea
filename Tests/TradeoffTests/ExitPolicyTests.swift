// Leaving where the recogniser is sure: when, at what cost, and with what thresholds.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import TestSupport
import Testing

@testable import Tradeoff

/// As sure as the first sample says, and by a tenth surer with every layer that runs.
private final class SureBackbone: Backbone {
  static let modelType = "sure"
  let layerCount = 6
  let tokenCount = FakeBackbone.pieces.count
  let blank = 0
  let frameSeconds = 0.1
  let sampleRate = 1000
  private let calls = Mutex((layers: 0, heads: 0))

  /// How often a layer was run and the head asked.
  var counts: (layers: Int, heads: Int) { calls.withLock { $0 } }

  func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    HiddenFrames(
      packing: utterances.map { samples in
        Tensor(
          [Float](repeating: samples[0], count: frameCount(sampleCount: samples.count)),
          shape: [frameCount(sampleCount: samples.count), 1])
      })
  }

  func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    calls.withLock { $0.layers += 1 }
    return HiddenFrames(
      values: Tensor(input.values.values.map { $0 + 0.1 }, shape: input.values.shape),
      lengths: input.lengths)
  }

  func head(_ input: HiddenFrames) -> Tensor {
    calls.withLock { $0.heads += 1 }
    let values = (0..<input.values.rows).flatMap { row in
      let sure = min(0.99, max(0.05, input.values[row, 0]))
      return (0..<tokenCount).map { log($0 == 1 ? sure : (1 - sure) / Float(tokenCount - 1)) }
    }
    return Tensor(values, shape: [input.values.rows, tokenCount])
  }

  var parameters: StageValues { operations(sampleCount: 100) }

  func operations(sampleCount: Int) -> StageValues {
    StageValues(
      frontEnd: 1000, layers: Array(repeating: 100, count: layerCount),
      skipped: Array(repeating: 1, count: layerCount), head: 10)
  }

  func frameCount(sampleCount: Int) -> Int { sampleCount / 100 }
}

@Suite struct ExitPolicyTests {
  private let backbone = SureBackbone()
  private let recognizer: Recognizer
  private let data: LoadedDataset
  private let policies: ModelPolicies
  private let confidences: [[Double]]

  /// A hundred utterances that begin from 0.1 to below 0.4 sure.
  init() throws {
    recognizer = Recognizer(
      backbone: backbone, tokenizer: try Tokenizer(pieces: FakeBackbone.pieces), name: "sure",
      folder: URL(fileURLWithPath: "/nowhere/sure"))
    let samples = (0..<100).map { index in
      [Float](repeating: 0.1 + 0.003 * Float(index), count: 300)
    }
    let dataset = Dataset(
      name: "d", split: "dev",
      utterances: samples.indices.map {
        Utterance(
          id: "\($0)", speaker: "s", audio: URL(fileURLWithPath: "/nowhere/\($0).wav"),
          transcript: "a")
      })
    data = LoadedDataset(dataset: dataset, samples: samples, sampleRate: 1000)
    confidences = samples.map { samples in
      (0...6).map { Double(samples[0]) + 0.1 * Double($0) }
    }
    var atlas = madeUpAtlas(6) { Double($0.number) }
    atlas.confidences = confidences
    policies = ModelPolicies(layerCount: 6, atlas: .success(atlas))
  }

  private func results(_ walk: Walk) -> [UtteranceResult] {
    let evaluator = Evaluator(recognizer, data)
    return data.samples.indices.compactMap { evaluator.evaluate($0, walk) }
  }

  /// Of the first layers, so many.
  private func first(_ count: Int) -> LayerMask { LayerMask(layerCount: 6, keeping: 0..<count) }

  @Test(arguments: ["exit", "cascade"]) func theMeanIsWhatWasAskedFor(name: String) throws {
    for count in 1..<6 {
      let walk = policies.walk(name, seed: 1, keeping: count)
      #expect(walk.mask == nil && walk.mask(of: "1") == nil && walk.keptCount == count)
      let results = results(walk)
      let depths = results.map(\.mask.keptCount)
      #expect(zip(results, depths).allSatisfy { $0.mask == first($1) })
      let mean = Double(depths.reduce(0, +)) / 100
      #expect(abs(mean - Double(count)) <= 0.02 * Double(count), "\(walk): \(mean)")
      // Who is surer from the start leaves no later.
      #expect(depths == depths.sorted(by: >))
      if name == "cascade" { #expect(depths.allSatisfy { [(count + 1) / 2, 6].contains($0) }) }
      #expect(results.map(\.mask) == self.results(walk).map(\.mask))
    }
    #expect(policies.walk(name, seed: 1, keeping: 6) == .full(6))
    #expect(policies.walk(name, seed: 1, keeping: 0) == Walk(first(0)))
  }

  /// Every question that was not the last word costs a head, and the norms of what would be skipped.
  @Test func questionsAreCounted() throws {
    let walk = policies.walk("exit", seed: 1, keeping: 4)
    for index in [0, 40, 99] {
      let before = backbone.counts
      let result = try #require(Evaluator(recognizer, data).evaluate(index, walk))
      let depth = result.mask.keptCount
      let after = backbone.counts
      #expect(after.layers - before.layers == depth)
      #expect(after.heads - before.heads == min(depth, 5) + (depth == 6 ? 1 : 0))
      let plain = backbone.operations(sampleCount: 300).total(first(depth))
      let looks = (1..<6).prefix(depth == 6 ? 5 : depth - 1)
      #expect(result.operations == looks.reduce(plain) { $0 + 10 + Double(6 - $1) })
      #expect(result.headSeconds > 0 && result.layerSeconds.count == 6)
      #expect((0..<6).allSatisfy { $0 < depth || result.layerSeconds[$0] == 0 })
      // What is said is what its mask says.
      let alone = Evaluator(recognizer, data).evaluate(index, Walk(result.mask))
      #expect(result.transcript == alone?.transcript)
    }
  }

  /// An exit takes the frames of a deeper walk, and a deeper walk goes on from an exit's.
  @Test func framesAreReused() throws {
    let evaluator = Evaluator(recognizer, data)
    let walk = policies.walk("exit", seed: 1, keeping: 3)
    _ = evaluator.evaluate(50, .full(6))
    var before = backbone.counts.layers
    let result = try #require(evaluator.evaluate(50, walk))
    #expect(backbone.counts.layers == before && result.mask.keptCount < 6)
    let other = Evaluator(recognizer, data)
    _ = other.evaluate(50, walk)
    before = backbone.counts.layers
    _ = other.evaluate(50, .full(6))
    #expect(backbone.counts.layers - before == 6 - result.mask.keptCount)
  }

  /// Given up before a layer, it leaves nothing wrong behind.
  @Test func itEndsBeforeALayer() throws {
    let evaluator = Evaluator(recognizer, data)
    let walk = policies.walk("exit", seed: 1, keeping: 4)
    let expected = try #require(Evaluator(recognizer, data).evaluate(3, walk))
    for limit in 0..<expected.mask.keptCount {
      let before = backbone.counts.layers
      let result = evaluator.evaluate(3, walk) { backbone.counts.layers - before >= limit }
      #expect(result == nil)
      evaluator.forget()
    }
    #expect(evaluator.evaluate(3, walk)?.mask == expected.mask)
  }

  /// The first piece decides for all, wherever it is heard.
  @Test func longRecordingsHaveOneMask() throws {
    let walk = policies.walk("exit", seed: 1, keeping: 3)
    var samples = [Float](repeating: 0.2, count: 70_000)
    let pieces = backbone.pieces(samples)
    #expect(pieces.count > 1)
    let short = backbone.passage(pieces[0].samples, by: walk, of: "a")
    samples.replaceSubrange(35_000..., with: [Float](repeating: 0.39, count: 35_000))
    let long = backbone.passage(ofLong: samples, by: walk, of: "a")
    #expect(long.mask == short.mask && long.logProbabilities.rows == 700)
    let dataset = Dataset(
      name: "d", split: "s", utterances: [data.dataset.utterances[0]])
    let evaluator = Evaluator(
      recognizer, LoadedDataset(dataset: dataset, samples: [samples], sampleRate: 1000))
    #expect(evaluator.evaluate(0, walk)?.mask == short.mask)
  }

  /// Nothing between one and all can be had where all are as sure; the nearer is taken.
  @Test func thresholdsLieBetweenConfidences() {
    let same = [[0, 0.5, 0.5, 0.5, 0.5], [0, 0.5, 0.5, 0.5, 0.5]]
    func threshold(_ count: Int, _ exits: [Int]) -> Double {
      ExitPolicy.threshold(for: count, exits: exits, of: 4, same)
    }
    #expect(threshold(1, [1, 2, 3]) == 0 && threshold(3, [1, 2, 3]) == .infinity)
    // One of two leaves after a layer, the other runs all four: 2.5 layers.
    let two = [[0, 0.25, 0, 0, 0], [0, 0.75, 0, 0, 0]]
    #expect(ExitPolicy.threshold(for: 3, exits: [1], of: 4, two) == 0.5)
    #expect(CascadePolicy.exits(keeping: 6, of: 12) == [3])
    #expect(ExitPolicy.exits(keeping: 6, of: 4) == [1, 2, 3])
  }

  @Test func anAtlasWithoutConfidencesIsRefused() {
    let old = ModelPolicies(layerCount: 6, atlas: .success(madeUpAtlas(6) { Double($0.number) }))
    for name in ["exit", "cascade"] {
      #expect(old.refusal(name)?.summary == "its atlas is too old")
      #expect(
        old.refusal(name)?.reason.hasPrefix(
          "expected an atlas of m with confidences, found one from before they were kept") == true)
    }
  }
}
