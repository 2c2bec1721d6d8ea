// Leaving through trained exits: what is said, what it costs, and what is said of those that are not trained.

import Backbones
import Kernels
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct TrainedExitTests {
  private let backbone = FakeBackbone(layerCount: 6, skipRule: .normalized)

  /// Exits after 2 and 4 layers that add 3 and 5 to every value.
  private func exits(_ thresholds: [Float]) -> TrainedExits {
    let blocks = [Float(3), 5].map { change in
      var block = ExitBlock(width: 4, inner: 2, seed: 1)
      for place in 0..<4 {
        block.weights.mutablePointer[block.layout.outBias.offset + place] = change
      }
      return block
    }
    return TrainedExits(
      depths: [2, 4], blocks: blocks, thresholds: Array(repeating: thresholds, count: 7),
      losses: Array(repeating: TrainedExits.Losses(untrained: 2, trained: 1), count: 2))
  }

  private func policies(_ exits: TrainedExits?) -> ModelPolicies {
    var atlas = madeUpAtlas(6) { Double($0.number) }
    atlas.confidences = [[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]]
    atlas.findings = drawnFindings(6)
    atlas.findings?.exits = exits
    return ModelPolicies(layerCount: 6, atlas: .success(atlas))
  }

  /// What is said of samples after some layers, the others skipped, through an exit.
  private func said(_ samples: [Float], after depth: Int, adding change: Float) -> Tensor {
    let first = (0..<depth).reduce(backbone.frontEnd([samples])) { backbone.layer($1, $0) }
    var last = (depth..<6).reduce(first) { backbone.skip($1, $0) }
    last.values = Tensor(last.values.values.map { $0 + change }, shape: last.values.shape)
    return backbone.head(last)
  }

  /// The head is 0.9 sure of everything.
  @Test(arguments: [
    ([0.5, 0.5] as [Float], 2, 3 as Float), ([0.99, 0.5], 4, 5), ([TrainedExits.never, 0.5], 4, 5),
    ([0.99, 0.99], 6, 0),
  ]) func itSaysWhatTheExitSays(thresholds: [Float], depth: Int, change: Float) throws {
    let (recognizer, data) = try fake(backbone, utterances: 6)
    let walk = policies(exits(thresholds)).walk("exit", seed: 1, keeping: 3)
    let evaluator = Evaluator(recognizer, data)
    let mask = LayerMask(layerCount: 6, keeping: 0..<depth)
    let asked = [2, 4].filter { place in place <= depth && thresholds[place / 2 - 1] <= 1 }
    for index in data.samples.indices {
      let result = try #require(evaluator.evaluate(index, walk))
      #expect(result.mask == mask)
      let expected = said(data.samples[index], after: depth, adding: change)
      #expect(
        result.transcript
          == recognizer.decoder().decode(expected).normalized(by: data.dataset.normalization))
      // The last answer is the utterance's own; the others cost a head and what is skipped for it. Every
      // question costs an exit.
      let looks = asked.filter { $0 < depth }
      let stages = backbone.operations(sampleCount: data.samples[index].count)
      let frames = Double(backbone.frameCount(sampleCount: data.samples[index].count))
      #expect(result.looks == looks)
      #expect(
        result.operations
          == stages.total(StageValues(usesOf: mask, looks: looks))
          + Double(asked.count) * frames * Double(2 * (8 + 8 + 2 * ExitBlock.taps)))
      // A deeper walk goes on from an exit's frames.
      #expect(evaluator.evaluate(index, .full(6))?.mask == .full(6))
    }
  }

  /// The first piece decides for all, and all leave by the same exit.
  @Test func longRecordingsLeaveByOneExit() throws {
    let samples = (0..<70_000).map { Float($0 % 300) / 300 }
    let walk = policies(exits([0.99, 0.5])).walk("exit", seed: 1, keeping: 3)
    let passage = backbone.passage(ofLong: samples, by: walk, of: "a")
    #expect(passage.mask == LayerMask(layerCount: 6, keeping: 0..<4) && passage.exit == 4)
    let pieces = backbone.pieces(samples)
    #expect(pieces.count > 1)
    let expected = pieces.flatMap {
      said($0.samples, after: 4, adding: 5).rows($0.own).values
    }
    #expect(passage.logProbabilities.values == expected)
  }

  @Test func whatWasLearntTellsWalksApart() {
    let walk = policies(exits([0.5, 0.5])).walk("exit", seed: 1, keeping: 3)
    #expect(walk == policies(exits([0.5, 0.5])).walk("exit", seed: 9, keeping: 3))
    #expect(walk != policies(exits([0.5, 0.6])).walk("exit", seed: 1, keeping: 3))
    #expect(walk != policies(nil).walk("exit", seed: 1, keeping: 3))
    #expect(policies(exits([0.5, 0.5])).walk("exit", seed: 1, keeping: 6) == .full(6))
  }

  /// It leaves by the head as it is, and says so.
  @Test func untrainedOnesAreSaid() {
    #expect(policies(exits([0.5, 0.5])).shortfall("exit") == nil)
    let policies = policies(nil)
    #expect(policies.refusal("exit") == nil && policies.shortfall("cascade") == nil)
    #expect(policies.shortfall("exit")?.summary == "untrained")
    #expect(
      policies.shortfall("exit")?.reason.hasPrefix(
        "expected exits that were trained for m, found none: it leaves by the head as it is")
        == true)
    #expect(ModelPolicies(layerCount: 6).shortfall("exit") == nil)
  }
}
