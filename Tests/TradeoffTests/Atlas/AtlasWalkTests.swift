// Every mask, with no layer run twice for masks that begin alike.

import Backbones
import Base
import Speech
import TestSupport
import Testing

@testable import Tradeoff

struct AtlasWalkTests {
  @Test(arguments: SkipRule.allCases) func beginningsAreShared(rule: SkipRule) throws {
    let backbone = FakeBackbone(layerCount: 5, skipRule: rule)
    let (recognizer, data) = try fake(backbone, utterances: 7)
    let masks = (0..<32).map { LayerMask(number: $0, layerCount: 5) }
    let walk = AtlasWalk(recognizer, data, masks: masks.shuffled())
    #expect(walk.batches.flatMap { $0 }.sorted() == Array(0..<7))
    let parts = walk.batches.indices.compactMap { walk.run(batch: $0) }
    // 2^5 - 1, and full depth once before: its outputs are what others are compared with.
    #expect(backbone.layerCalls.count == walk.batches.count * (31 + 5))
    let atlas = walk.atlas(parts, key: key(data))
    #expect(atlas.isComplete && atlas.points.map(\.mask) == masks)
    let evaluator = Evaluator(recognizer, data)
    for mask in masks {
      let results = (0..<7).compactMap { evaluator.evaluate($0, Walk(mask)) }
      #expect(atlas[mask]?.errors == results.reduce(0) { $0 + $1.counts.errors })
      for (index, result) in results.enumerated() {
        #expect(atlas.fewestErrors[index][mask.keptCount] <= result.counts.errors)
      }
    }
    // The mask that is kept makes as few errors as any of its depth.
    #expect(atlas.utterances == data.dataset.utterances.map(\.id))
    for (index, best) in atlas.bestMasks.enumerated() {
      #expect(best.map(\.keptCount) == Array(0...5))
      for (depth, mask) in best.enumerated() {
        let errors = evaluator.evaluate(index, Walk(mask))?.counts.errors
        #expect(errors == atlas.fewestErrors[index][depth])
      }
    }
    for (index, sure) in atlas.confidences.enumerated() {
      for depth in 0...5 {
        let mask = LayerMask(layerCount: 5, keeping: 0..<depth)
        let said = backbone.logProbabilities([data.samples[index]], mask: mask)
        expectClose(sure[depth], Confidence.mean(said, rows: 0..<said.rows))
      }
    }
    for depth in 0...5 {
      let rates = atlas.points.filter { $0.mask.keptCount == depth }.map(\.errors)
      #expect(atlas.best(keeping: depth)?.errors == rates.min())
    }
  }

  /// Longer than may be attended over at once: in pieces, as the evaluator has it.
  @Test func longUtterancesGoInPieces() throws {
    let backbone = FakeBackbone(layerCount: 3)
    let (recognizer, short) = try fake(backbone, utterances: 2)
    var random = RandomGenerator(seed: 7)
    let samples = [70_000, 900].map { count in
      (0..<count).map { _ in random.uniform(-1...1) as Float }
    }
    let data = LoadedDataset(dataset: short.dataset, samples: samples, sampleRate: 1000)
    let masks = (0..<8).map { LayerMask(number: $0, layerCount: 3) }
    let walk = AtlasWalk(recognizer, data, masks: masks)
    let parts = walk.batches.indices.compactMap { walk.run(batch: $0) }
    #expect(parts.reduce(0) { $0 + $1.frames } == 700 + 9)
    let atlas = walk.atlas(parts, key: key(data, layers: 3))
    #expect(backbone.longestHeard <= 30_000)
    let evaluator = Evaluator(recognizer, data)
    for mask in masks {
      let results = (0..<2).compactMap { evaluator.evaluate($0, Walk(mask)) }
      #expect(atlas[mask]?.errors == results.reduce(0) { $0 + $1.counts.errors })
    }
  }

  @Test func someMasksTakeTheirOwnLayersOnly() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (recognizer, data) = try fake(backbone, utterances: 1)
    let masks = try ["110000", "110001", "000000"].map { try LayerMask($0, layerCount: 6) }
    let part = try #require(AtlasWalk(recognizer, data, masks: masks).run(batch: 0))
    #expect(Array(backbone.layerCalls.dropFirst(6)).sorted() == [0, 1, 5])
    let atlas = AtlasWalk(recognizer, data, masks: masks).atlas([part], key: key(data, layers: 6))
    #expect(!atlas.isComplete && atlas[.full(6)] == nil && atlas.points.count == 3)
  }

  @Test func itEndsBeforeTheNextLayer() throws {
    let backbone = FakeBackbone(layerCount: 5)
    let (recognizer, data) = try fake(backbone, utterances: 1)
    let masks = (0..<32).map { LayerMask(number: $0, layerCount: 5) }
    for limit in [0, 3, 9] {
      let before = backbone.layerCalls.count
      let walk = AtlasWalk(recognizer, data, masks: masks)
      #expect(
        walk.run(batch: 0, isCancelled: { backbone.layerCalls.count - before >= limit }) == nil)
      #expect(backbone.layerCalls.count - before == limit)
    }
  }

  private func key(_ data: LoadedDataset, layers: Int = 5) -> MaskAtlas.Key {
    MaskAtlas.Key(
      model: "fake", dataset: "d", split: "test", normalization: "none", layers: layers,
      weights: "w", data: "c", utterances: data.samples.count,
      words: data.dataset.utterances.reduce(0) { $0 + $1.words.count })
  }
}
