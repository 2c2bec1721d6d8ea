// Importance by disturbed forward passes, where its value is known, and how layers are shared out by it.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Tradeoff

/// Frames of one value, to which each layer adds what it is worth; the head says "a" with that for a logit, or
/// nothing.
private struct SlopingBackbone: Backbone {
  static let modelType = "sloping"
  static let worth: [Float] = [0.5, 0.125, 1]
  let layerCount = 3
  let tokenCount = 2
  let blank = 0
  let frameSeconds = 0.1
  let sampleRate = 1000

  /// The first sample of each frame.
  func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    HiddenFrames(
      packing: utterances.map { samples in
        let frames = frameCount(sampleCount: samples.count)
        return Tensor((0..<frames).map { samples[100 * $0] }, shape: [frames, 1])
      })
  }

  func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    HiddenFrames(
      values: Tensor(input.values.values.map { $0 + Self.worth[index] }, shape: input.values.shape),
      lengths: input.lengths)
  }

  func head(_ input: HiddenFrames) -> Tensor {
    LogSoftmax.forward(
      Tensor(input.values.values.flatMap { [0, $0] }, shape: [input.values.rows, 2]))
  }

  var parameters: StageValues { operations(sampleCount: 100) }

  func operations(sampleCount: Int) -> StageValues {
    StageValues(frontEnd: 1, layers: [1, 1, 1], skipped: [0, 0, 0], head: 1)
  }

  func frameCount(sampleCount: Int) -> Int { sampleCount / 100 }
}

@Suite struct ZerothOrderTests {
  /// Utterances of one frame that ought to say "a": the loss is log(1 + e^-x), its slope -1 / (1 + e^x).
  @Test func slopesAreThoseOfTheLoss() throws {
    let starts: [Float] = [-2, 0.25, 1]
    let recognizer = Recognizer(
      backbone: SlopingBackbone(), tokenizer: try Tokenizer(pieces: ["<blank>", "a"]),
      name: "sloping", folder: URL(fileURLWithPath: "/nowhere/sloping"))
    let dataset = Dataset(
      name: "d", split: "dev",
      // The last has no frame for its second word.
      utterances: ["a", "a", "a a"].enumerated().map {
        Utterance(
          id: "\($0)", speaker: "s", audio: URL(fileURLWithPath: "/nowhere/\($0).wav"),
          transcript: $1)
      })
    let data = LoadedDataset(
      dataset: dataset, samples: starts.map { [Float](repeating: $0, count: 100) },
      sampleRate: 1000)
    let walk = AtlasWalk(recognizer, data, masks: [])
    #expect(walk.batches.count == 1)
    let (sums, alignable) = try #require(walk.sensitivities(batch: 0))
    #expect(alignable == 2)
    for layer in 0..<3 {
      let expected = starts.prefix(2).reduce(0.0) { sum, start in
        // After all layers 1.625 more than before.
        let slope = Double(SlopingBackbone.worth[layer]) / (1 + exp(Double(start) + 1.625))
        return sum + slope * slope
      }
      expectClose(sums[layer], expected, relative: 5e-3)
    }
    #expect(walk.sensitivities(batch: 0, isCancelled: { true }) == nil)
  }

  /// Each of four layers, and after it the later ones twice.
  @Test func runsAreCounted() throws {
    let backbone = FakeBackbone(layerCount: 4)
    let (recognizer, data) = try fake(backbone, utterances: 3)
    let walk = AtlasWalk(recognizer, data, masks: [])
    for batch in walk.batches.indices { _ = walk.sensitivities(batch: batch) }
    #expect(backbone.layerCalls.count == walk.batches.count * walk.sensitivityRuns)
    #expect(walk.sensitivityRuns == 16)
  }

  /// Worked out by hand: of 6, 3 and 1 the first gets 6, 6 / 3 and 6 / 5 a layer.
  @Test(arguments: [
    (0, [0, 0, 0]), (1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1]), (4, [2, 1, 1]),
    (5, [3, 1, 1]), (6, [3, 2, 1]), (7, [3, 3, 1]), (8, [3, 3, 2]), (9, [3, 3, 3]),
  ]) func layersAreSharedOut(count: Int, shares: [Int]) {
    #expect(ZerothOrderPolicy.share(count, by: [6, 3, 1], rooms: [3, 3, 3]) == shares)
    // Where nothing counts there are as many.
    #expect(ZerothOrderPolicy.share(count, by: [0, 0, 0], rooms: [3, 3, 3]).reduce(0, +) == count)
  }

  /// Segments of sums 6, 3 and 1: each keeps its most important layers, and no mask loses what a smaller has.
  @Test func masksAreNested() {
    let importance = [1.0, 3, 2, 0, 1, 2, 0.5, 0.5, 0]
    let masks = (0...9).map {
      ZerothOrderPolicy.mask(keeping: $0, by: importance).description
    }
    #expect(
      masks == [
        "000000000", "010000000", "010001000", "010001100", "011001100", "111001100", "111011100",
        "111111100", "111111110", "111111111",
      ])
  }
}
