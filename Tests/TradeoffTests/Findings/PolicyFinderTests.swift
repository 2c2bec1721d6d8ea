// What is found beside an atlas: against what all masks say, and the same however it is found.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct PolicyFinderTests {
  /// Five layers and twelve utterances of four speakers.
  private func world() throws -> (FakeBackbone, AtlasWalk, MaskAtlas) {
    let backbone = FakeBackbone(layerCount: 5)
    let (recognizer, data) = try fake(backbone, utterances: 12)
    let walk = AtlasWalk(
      recognizer, data, masks: (0..<32).map { LayerMask(number: $0, layerCount: 5) })
    let atlas = walk.atlas(
      walk.batches.indices.compactMap { walk.run(batch: $0) },
      key: MaskAtlas.Key(
        model: "fake", dataset: "noise", split: "dev", normalization: "none", layers: 5,
        weights: "w", data: "d", utterances: 12, words: 50))
    return (backbone, walk, atlas)
  }

  @Test func everythingIsFoundAlikeByAnyNumberOfThreads() throws {
    let (_, walk, atlas) = try world()
    let findings = try #require(PolicyFinder(atlas, beside: walk, threads: 1).findings())
    #expect(PolicyFinder(atlas, beside: walk, threads: 3).findings() == findings)
    #expect(findings.sensitivities.count == 5 && findings.surrogateValues.count == 5)
    #expect(findings.costs.map(\.policy) == ["zeroth-order", "segments", "shapley", "input"])
    // All masks are known already.
    #expect(findings.costs[1].layerRuns == 0)
    #expect(findings.costs[0].layerRuns == 12 * 25)
    let chooser = try #require(findings.chooser)
    for depth in 1..<5 {
      let masks = chooser.candidates[depth]
      #expect(masks.count == 4 && masks.allSatisfy { $0.keptCount == depth })
      #expect(masks[0] == atlas.best(keeping: depth)?.mask)
    }
    #expect(chooser.network.inputs == 8 && chooser.network.outputs == 16)
  }

  /// Of each segment (layers 1 and 2, and 3 to 5) the first layers, as near full depth as can be.
  @Test func segmentsAreTheNearestThereAre() throws {
    let (_, walk, atlas) = try world()
    let findings = try #require(PolicyFinder(atlas, beside: walk, threads: 1).findings())
    for depth in 1..<5 {
      let candidates = atlas.points.filter { point in
        let mask = point.mask
        return mask.keptCount == depth && (mask[0] || !mask[1]) && (mask[2] || !mask[3])
          && (mask[3] || !mask[4])
      }
      let least = candidates.map(\.divergence).min()
      let found = try #require(findings.segments[depth])
      #expect(candidates.map(\.mask).contains(found) && atlas[found]?.divergence == least)
    }
    #expect(findings.segments[5] == .full(5) && findings.segments[0]?.keptCount == 0)
  }

  /// Where the atlas lacks masks the model is asked, and says the same: all utterances are in one batch.
  @Test func whatIsNotKnownIsMeasured() throws {
    let (backbone, walk, atlas) = try world()
    let whole = try #require(PolicyFinder(atlas, beside: walk, threads: 1).findings())
    #expect(walk.batches.count == 1)
    let some = MaskAtlas(
      key: atlas.key, points: atlas.points.filter { ![3, 9, 28].contains($0.mask.number) },
      fewestErrors: atlas.fewestErrors)
    let before = backbone.layerCalls.count
    let findings = try #require(PolicyFinder(some, beside: walk, threads: 1).findings())
    #expect(findings.segments == whole.segments && findings.costs[1].layerRuns > 0)
    // Everything that ran is said: a run of the batch is one of each of its utterances.
    let said = findings.costs.reduce(0) { $0 + $1.layerRuns }
    #expect(said == 12 * (backbone.layerCalls.count - before))
  }

  /// Of depths that are not in the atlas nothing is found.
  @Test func someDepthsHaveFindings() throws {
    let (_, walk, atlas) = try world()
    let some = MaskAtlas(
      key: atlas.key, points: atlas.points.filter { [4, 1].contains($0.mask.keptCount) },
      fewestErrors: atlas.fewestErrors)
    let findings = try #require(PolicyFinder(some, beside: walk, threads: 1).findings())
    #expect(findings.segments.map { $0 != nil } == [true, true, false, false, true, true])
    #expect(findings.chooser?.candidates.map(\.count) == [0, 4, 0, 0, 4, 0])
    #expect(findings.surrogateValues.isEmpty)
  }

  @Test func itEndsWhenItIsCancelled() throws {
    let (backbone, walk, atlas) = try world()
    for limit in [0, 3, 40] {
      let before = backbone.layerCalls.count
      let finder = PolicyFinder(
        atlas, beside: walk, threads: 1,
        isCancelled: { backbone.layerCalls.count - before >= limit })
      #expect(finder.findings() == nil)
      #expect(backbone.layerCalls.count - before <= limit + 1)
    }
  }

  /// Findings by lot.
  private func found(_ layers: Int) -> MaskAtlas {
    var atlas = madeUpAtlas(layers) { Double($0.number) }
    atlas.findings = drawnFindings(layers)
    return atlas
  }

  @Test func findingsAreReadBack() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      for layers in [1, 3, 12] {
        let atlas = found(layers)
        try atlas.write(to: file)
        let read = try MaskAtlas(contentsOf: file)
        #expect(read.findings == atlas.findings && atlas.findings != nil)
        // What was found is no part of what was measured.
        var without = atlas
        without.findings = nil
        #expect(without.digest == atlas.digest)
        try without.write(to: file)
        #expect(try MaskAtlas(contentsOf: file).findings == nil)
      }
    }
  }

  @Test(arguments: [
    ("layer_runs", "layer_walk", "expected what its findings cost"),
    ("hidden\\\":1,", "hidden\\\":0,", "expected a small network"),
    ("input_network", "input_netwerk", "input_network"),
    ("exit_width\\\":4", "exit_width\\\":0", "expected exits after some of 3 layers"),
    ("exit_inner\\\":2", "exit_inner\\\":3", "exit_weights"),
    ("exit_losses", "exit_lasses", "exit_losses"),
  ]) func damagedOnesAreRefused(text: String, other: String, words: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      try found(3).write(to: file)
      // As many bytes, so that nothing else is wrong.
      let bytes = try #require(String(data: Data(contentsOf: file), encoding: .isoLatin1))
      let damaged = bytes.replacing(text, with: other)
      #expect(damaged != bytes && damaged.utf8.count == bytes.utf8.count)
      try #require(damaged.data(using: .isoLatin1)).write(to: file)
      do {
        _ = try MaskAtlas(contentsOf: file)
        Issue.record("read")
      } catch {
        #expect("\(error)".contains(words) && "\(error)".contains(file.path), "\(error)")
      }
    }
  }
}
