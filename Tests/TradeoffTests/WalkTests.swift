// Walks: masks for all utterances, and masks of each.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct WalkTests {
  private func drawn(_ count: Int, of layers: Int, seed: UInt64 = 1) -> Walk {
    BernoulliPolicy.walk(keeping: count, in: PolicyContext(layerCount: layers), seed: seed)
  }

  @Test func equalOnesDecideAlike() throws {
    let mask = try LayerMask("1010", layerCount: 4)
    #expect(Walk(mask) == Walk(mask) && Walk(mask).hashValue == Walk(mask).hashValue)
    #expect(Walk(mask) != Walk(try LayerMask("0101", layerCount: 4)) && Walk(mask).maker == nil)
    let walk = drawn(2, of: 4)
    #expect(walk == drawn(2, of: 4) && walk.hashValue == drawn(2, of: 4).hashValue)
    for other in [drawn(2, of: 4, seed: 2), drawn(1, of: 4), drawn(2, of: 5), Walk(mask)] {
      #expect(walk != other && walk.description != other.description)
    }
    #expect(walk.description == "bernoulli 2 of 4, seed 1" && walk.dropRatio == 0.5)
    #expect(walk.mask == nil && Walk(mask).mask == mask && Walk(mask).description == "1010")
    #expect(Walk.utterance(file: "/a/10-1-0000.flac") == "10-1-0000")
  }

  /// Worked out by another program: what is drawn must not change with a version of this one.
  @Test func drawsAreTheSameEverywhere() {
    let walk = drawn(6, of: 12)
    #expect(walk.mask(of: "1089-134686-0000")?.description == "101011111011")
    #expect(walk.mask(of: "a")?.description == "110010010001")
    #expect(drawn(6, of: 12, seed: 2).mask(of: "a")?.description == "001111010000")
  }

  /// Small random models, some utterances of noise, and what every mask does to them.
  private func small(_ name: String) throws -> (Recognizer, LoadedDataset, ModelPolicies) {
    let recognizer = try smallModel(name)
    let data = noise(
      for: recognizer, utterances: 6, speakers: ["1"], transcript: "a b c", seed: 3)
    let layers = recognizer.backbone.layerCount
    let walk = AtlasWalk(
      recognizer, data,
      masks: (0..<1 << layers).map { LayerMask(number: $0, layerCount: layers) })
    var atlas = walk.atlas(
      walk.batches.indices.compactMap { walk.run(batch: $0) },
      key: MaskAtlas.Key(
        model: name, dataset: "noise", split: "dev", normalization: "none", layers: layers,
        weights: "w", data: data.dataset.digest, utterances: 6, words: 18))
    atlas.findings = PolicyFinder(atlas, beside: walk, threads: 2).findings()
    return (
      recognizer, data,
      ModelPolicies(
        layerCount: layers, atlas: .success(atlas), split: TestedSplit(data.dataset))
    )
  }

  /// How many layers an utterance runs by the policy `cascade`, by the atlas' confidences.
  private func depth(_ count: Int, _ atlas: MaskAtlas, _ utterance: Int) -> Int {
    let layers = atlas.key.layers
    let exits = CascadePolicy.exits(keeping: count, of: layers)
    let threshold = CascadePolicy.threshold(
      for: count, exits: exits, of: layers, atlas.confidences)
    return exits.first { atlas.confidences[utterance][$0] >= threshold } ?? layers
  }

  /// What an utterance says at its exits, from the samples on: the first that is sure enough.
  private func left(
    _ count: Int, _ exits: TrainedExits, _ backbone: any Backbone, _ samples: [Float]
  ) -> (depth: Int, said: Tensor) {
    let layers = backbone.layerCount
    var frames = backbone.frontEnd([samples])
    for layer in 0..<layers {
      if let limit = exits.limits(keeping: count)[layer], let block = exits.block(after: layer) {
        let last = (layer..<layers).reduce(frames) { backbone.skip($1, $0) }
        let said = backbone.head(block(last))
        if Confidence.mean(said, rows: 0..<said.rows) >= limit { return (layer, said) }
      }
      frames = backbone.layer(layer, frames)
    }
    return (layers, backbone.head(frames))
  }

  /// Every policy with backbones of several families: each utterance runs exactly the layers that it is said
  /// to run, with any number of threads and after any other walk, as if its mask were that of all.
  @Test(arguments: ["conformer-normalized", "wavlm-small", "parakeet-bpe", "bert-relative"])
  func everyPolicyWithEveryFamily(name: String) throws {
    let (recognizer, data, policies) = try small(name)
    let layers = recognizer.backbone.layerCount
    let alone = Evaluator(recognizer, data)
    let sideBySide = Measuring(recognizer, data, threads: 3)
    defer { sideBySide.stop() }
    let atlas = try #require(policies.atlas)
    for policy in PolicyCatalog.names {
      for count in 1..<layers {
        let walk = policies.walk(policy, seed: 1, keeping: count)
        let results = try sideBySide.run(walk)
        if policy == "oracle" {
          #expect(results.map(\.counts.errors) == atlas.fewestErrors.map { $0[count] })
        }
        for result in results {
          let mask = result.mask
          if let known = walk.mask(of: data.dataset.utterances[result.index].id) {
            #expect(mask == known && (policy == "bernoulli" || mask.keptCount == count))
          } else if policy == "input" {
            let start = recognizer.backbone.frontEnd([data.samples[result.index]])
            let picked = try #require(walk.picked(by: start))
            #expect(mask == picked.mask && mask.keptCount == count)
            let plain = try #require(alone.evaluate(result.index, Walk(mask)))
            #expect(result.operations == plain.operations + picked.operations)
          } else if policy == "cascade" {
            let kept = depth(count, atlas, result.index)
            #expect(mask == LayerMask(layerCount: layers, keeping: 0..<kept), "\(walk)")
          } else {
            let exits = try #require(atlas.findings?.exits)
            let left = left(count, exits, recognizer.backbone, data.samples[result.index])
            #expect(mask == LayerMask(layerCount: layers, keeping: 0..<left.depth), "\(walk)")
            let text = recognizer.decoder().decode(left.said)
              .normalized(by: data.dataset.normalization)
            #expect(result.transcript == text)
          }
          #expect((0..<layers).allSatisfy { mask[$0] || result.layerSeconds[$0] == 0 })
          let one = try #require(alone.evaluate(result.index, Walk(mask)))
          #expect(result.transcript == one.transcript || policy == "exit")
          #expect(result.operations >= one.operations)
          if walk.mask(of: "") != nil { #expect(result.operations == one.operations) }
        }
      }
    }
  }

  /// The frames of an utterance's last mask serve its next, whoever chose either.
  @Test func framesAreReusedBetweenWalks() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (recognizer, data) = try fake(backbone, utterances: 8)
    let evaluator = Evaluator(recognizer, data)
    let walk = drawn(3, of: 6)
    for index in 0..<8 { _ = evaluator.evaluate(index, walk) }
    let masks = data.dataset.utterances.compactMap { walk.mask(of: $0.id) }
    #expect(backbone.layerCalls.count == masks.reduce(0) { $0 + $1.keptCount })
    let before = backbone.layerCalls.count
    for index in 0..<8 { #expect(evaluator.evaluate(index, Walk(masks[index])) != nil) }
    #expect(backbone.layerCalls.count == before)
  }

  /// JSON says how often each layer ran in place of a mask, and reads back.
  @Test func summariesTellShares() throws {
    let (recognizer, data) = try fake(FakeBackbone(layerCount: 4), utterances: 8)
    let evaluator = Evaluator(recognizer, data)
    let walk = drawn(2, of: 4)
    let results = (0..<8).compactMap { evaluator.evaluate($0, walk) }
    let points = SweepPoint.of(
      [VisitedWalk(model: "fake", walk: walk, results: results)], dataset: data.dataset,
      threads: 1, machine: "m")
    let summary = points[0].summary
    #expect(summary.mask == nil && summary.keptLayers == 2 && summary.dropRatio == 0.5)
    #expect(summary.policy == "bernoulli" && points[0].seed == 1)
    let shares = (0..<4).map { layer in
      Double(data.dataset.utterances.count { walk.mask(of: $0.id)?[layer] == true }) / 8
    }
    #expect(summary.layerShares == shares)
    expectClose(try #require(summary.meanKeptLayers), shares.reduce(0, +))
    let text = try JSON.line(points[0])
    #expect(text.contains("\"layer_shares\":[") && text.contains("\"mean_kept_layers\":"))
    #expect(!text.contains("\"mask\":"))
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("points.jsonl")
      try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
      #expect(try SweepFile.read(file) == points)
      let lacking = text.replacing(#/"layer_shares":\[[^\]]*\],/#, with: "")
      #expect(lacking != text)
      try lacking.write(to: file, atomically: true, encoding: .utf8)
      do {
        _ = try SweepFile.read(file)
        Issue.record("read")
      } catch {
        #expect("\(error)".contains("a mask, or of each layer how often it ran (layer_shares)"))
      }
    }
    let rows = SweepPoint.csv(points).split(separator: "\n")
    #expect(rows[0].hasSuffix(",threads,machine,mean_kept_layers,layer_shares"))
    #expect(rows[1].hasSuffix(shares.map { "\($0)" }.joined(separator: " ")))
    // Draws of one depth belong together.
    let other = SweepPoint.of(
      [VisitedWalk(model: "fake", walk: drawn(2, of: 4, seed: 9), results: results)],
      dataset: data.dataset, threads: 1, machine: "m")
    #expect(SweepGroup.of(points + other).map(\.points.count) == [2])
  }

  /// In the order of a plan, and with an identifier of its own.
  @Test func plansHoldBoth() throws {
    func plan(_ walks: [Walk]) -> SweepPlan {
      SweepPlan([
        walks.map {
          SweepPlan.Entry(
            model: "m", dataset: "d", split: "s", policy: "p", seed: nil, walk: $0)
        }
      ])
    }
    let mask = Walk(try LayerMask("1100", layerCount: 4))
    let both = plan([mask, drawn(2, of: 4)])
    #expect(Set(both.entries.map(\.walk)) == [mask, drawn(2, of: 4)])
    #expect(both.identifier != plan([mask, drawn(2, of: 4, seed: 2)]).identifier)
  }
}
