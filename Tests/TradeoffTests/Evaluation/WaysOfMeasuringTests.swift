// Whichever way a split is measured, the errors are the same: a real model on real audio, masks drawn by lot.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

struct WaysOfMeasuringTests {
  private struct Measured {
    let recognizer: Recognizer
    let data: LoadedDataset
    let masks: [LayerMask]
    /// Of each mask and utterance: every layer run for it alone.
    let plain: [[ErrorCounts]]
  }

  /// Once for all tests.
  private static let measured = Result {
    let assets = fixture("../../../Assets").standardizedFileURL
    let recognizer = try Recognizer(contentsOf: assets.appendingPathComponent("Models/dld-plus"))
    let all = try Dataset(
      contentsOf: assets.appendingPathComponent("Datasets/heldout"), split: "dev")
    let data = try LoadedDataset(
      Dataset(name: all.name, split: all.split, utterances: Array(all.utterances.prefix(10))),
      for: recognizer)
    var random = RandomGenerator(seed: 5)
    let count = recognizer.backbone.layerCount
    let masks =
      [.full(count), LayerMask(layerCount: count, keeping: [])]
      + (0..<5).map { _ in
        LayerMask(layerCount: count, keeping: (0..<count).filter { _ in random.uniform() < 0.6 })
      }
    let decoder = recognizer.decoder()
    let plain = masks.map { mask in
      data.samples.enumerated().map { index, samples in
        let said = decoder.decode(recognizer.backbone.logProbabilities([samples], mask: mask))
        return Alignment.count(data.dataset.utterances[index].words, said.text.words)
      }
    }
    return Measured(recognizer: recognizer, data: data, masks: masks, plain: plain)
  }

  private let recognizer: Recognizer
  private let data: LoadedDataset
  private let masks: [LayerMask]
  private let plain: [[ErrorCounts]]

  init() throws {
    let measured = try Self.measured.get()
    (recognizer, data) = (measured.recognizer, measured.data)
    (masks, plain) = (measured.masks, measured.plain)
    #expect(plain[0].reduce(0) { $0 + $1.errors } < plain[1].reduce(0) { $0 + $1.errors })
  }

  /// At one compute after the other, by the same evaluator: never what another one made.
  @Test func computesDoNotMix() throws {
    let evaluator = Evaluator(recognizer, data)
    let decoder = recognizer.decoder()
    let computes = [
      Compute.full, Compute(width: 0.5), Compute(precision: .int8), Compute(rank: 0.5),
      Compute(rank: 0.5, width: 0.5, precision: .int8),
    ]
    for compute in computes + computes.reversed() {
      let thin = try recognizer.at(compute)
      for mask in [masks[2], masks[0]] {
        for index in 0..<2 {
          let result = try #require(evaluator.evaluate(index, Walk(mask), by: thin))
          let said = decoder.decode(
            thin.backbone.logProbabilities([data.samples[index]], mask: mask))
          #expect(result.transcript.tokens == said.tokens, "\(compute) \(mask)")
          #expect(
            result.operations
              == thin.backbone.operations(sampleCount: data.samples[index].count).total(mask))
        }
      }
    }
  }

  /// What was measured before is remembered as what it was.
  @Test func everyComputeIsMeasuredByItself() throws {
    let measuring = Measuring(recognizer, data, threads: 2)
    defer { measuring.stop() }
    let walk = Walk(masks[2])
    func operations(_ compute: Compute) throws -> Double {
      try measuring.run(walk, compute: compute).reduce(0) { $0 + $1.operations }
    }
    let half = Compute(width: 0.5)
    let (whole, thin) = (try operations(.full), try operations(half))
    #expect(thin < 0.9 * whole)
    #expect(try operations(.full) == whole && operations(half) == thin)
  }

  /// Numbers of 8 bits make about as many errors as floats do.
  @Test func wordsInBytes() throws {
    let measuring = Measuring(recognizer, data, threads: 2)
    defer { measuring.stop() }
    func errors(_ compute: Compute) throws -> ErrorCounts {
      try measuring.run(Walk(masks[0]), compute: compute).reduce(ErrorCounts()) { $0 + $1.counts }
    }
    let (whole, bytes) = (try errors(.full), try errors(Compute(precision: .int8)))
    #expect(bytes.words == whole.words)
    #expect(abs(bytes.errors - whole.errors) <= 2 + whole.words / 50)
  }

  @Test func reusedAndKept() throws {
    let evaluator = Evaluator(recognizer, data)
    var random = RandomGenerator(seed: 6)
    for _ in 0..<2 {
      for place in masks.indices.shuffled(using: &random) {
        for index in data.samples.indices {
          let result = try #require(evaluator.evaluate(index, Walk(masks[place])))
          #expect(result.counts == plain[place][index])
        }
      }
    }
  }

  @Test(arguments: [1, 3]) func sideBySide(threads: Int) throws {
    let measuring = Measuring(recognizer, data, threads: threads)
    defer { measuring.stop() }
    for (mask, expected) in zip(masks, plain) {
      #expect(try measuring.run(Walk(mask)).map(\.counts) == expected)
    }
  }

  @Test(arguments: [3]) func inShards(count: Int) throws {
    let entries = masks.map {
      SweepPlan.Entry(
        model: recognizer.name, dataset: data.dataset.name, split: "dev", policy: "manual",
        seed: nil, walk: Walk($0))
    }
    let plan = SweepPlan([entries])
    var found: [String: [ErrorCounts]] = [:]
    for shard in 1...count {
      let measuring = Measuring(recognizer, data, threads: 2)
      defer { measuring.stop() }
      for entry in plan.entries[plan.shard(shard, of: count)] {
        found[entry.walk.description] = try measuring.run(entry.walk).map(\.counts)
      }
    }
    #expect(found == Dictionary(zip(masks.map(\.description), plain)) { $1 })
  }

  @Test func inAnAtlas() throws {
    let distinct = Array(Set(masks))
    let walk = AtlasWalk(recognizer, data, masks: distinct)
    let parts = walk.batches.indices.compactMap { walk.run(batch: $0) }
    #expect(parts.count == walk.batches.count && walk.batches.count > 1)
    let key = MaskAtlas.Key(
      model: recognizer.name, dataset: data.dataset.name, split: "dev", normalization: "none",
      layers: recognizer.backbone.layerCount, weights: "", data: "", utterances: data.samples.count,
      words: plain[0].reduce(0) { $0 + $1.words })
    let atlas = walk.atlas(parts.reversed(), key: key)
    for (mask, expected) in zip(masks, plain) {
      #expect(atlas[mask]?.errors == expected.reduce(0) { $0 + $1.errors })
    }
    #expect(atlas[masks[0]]?.divergence ?? 1 < 1e-5)
    #expect(atlas[masks[1]]?.divergence ?? 0 > 1)
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      try atlas.write(to: file)
      let read = try MaskAtlas(contentsOf: file)
      #expect(read.key == key && read.points.map(\.mask) == atlas.points.map(\.mask))
      #expect(read.points.map(\.errors) == atlas.points.map(\.errors))
      #expect(read.fewestErrors == atlas.fewestErrors)
      for (index, part) in parts.enumerated() {
        let file = folder.appendingPathComponent("part")
        try part.write(to: file, key: key, masks: walk.masks)
        func again(
          _ key: MaskAtlas.Key, _ utterances: [Int], masks: [LayerMask] = walk.masks
        ) -> AtlasWalk.Part? {
          AtlasWalk.Part(contentsOf: file, key: key, utterances: utterances, masks: masks)
        }
        #expect(again(key, walk.batches[index]) == part)
        for field in [\MaskAtlas.Key.weights, \.data, \.normalization] {
          var other = key
          other[keyPath: field] = "other"
          #expect(again(other, walk.batches[index]) == nil)
        }
        #expect(again(key, walk.batches[index].reversed() + [0]) == nil)
        // As many masks, and others.
        let others = walk.masks.dropLast() + [try LayerMask("100000000000", layerCount: 12)]
        #expect(again(key, walk.batches[index], masks: Array(others)) == nil)
      }
    }
  }

  @Test func packed() throws {
    let decoder = recognizer.decoder()
    let lengths = data.samples.map { recognizer.backbone.frameCount(sampleCount: $0.count) }
    for (mask, expected) in zip(masks, plain) {
      let all = recognizer.backbone.logProbabilities(data.samples, mask: mask)
      var start = 0
      for (index, length) in lengths.enumerated() {
        let said = decoder.decode(all.rows(start..<start + length))
        let words = data.dataset.utterances[index].words
        #expect(Alignment.count(words, said.text.words) == expected[index])
        start += length
      }
    }
  }
}
