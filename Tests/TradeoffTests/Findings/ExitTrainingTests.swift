// Exits of a small random network: what they learn, on whom, and that nothing else depends on it.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct ExitTrainingTests {
  private let recognizer: Recognizer
  private let data: LoadedDataset
  private let walk: AtlasWalk

  /// Four layers, and eight utterances of noise of four speakers.
  init() throws {
    recognizer = try smallModel("conformer-normalized")
    data = noise(
      for: recognizer, utterances: 8, speakers: ["0", "1", "2", "3"], transcript: "a b", seed: 4)
    walk = AtlasWalk(recognizer, data, masks: [])
  }

  private func examples() throws -> [ExitTraining.Example] {
    try walk.batches.indices.flatMap { try #require(walk.exitExamples(batch: $0, depths: [1])) }
  }

  private func training() throws -> ExitTraining {
    let examples = try examples()
    return ExitTraining(
      backbone: try #require(recognizer.backbone as? any DifferentiableHeadBackbone),
      heard: Array(examples[..<4]), unheard: Array(examples[4...]))
  }

  /// What the head is given after a layer when the others are skipped, and what all of them say.
  @Test func examplesAreTheFramesOfTheNetwork() throws {
    let backbone = recognizer.backbone
    let layers = backbone.layerCount
    let utterances = walk.batches.flatMap { $0 }
    for (example, index) in zip(try examples(), utterances) {
      let samples = data.samples[index]
      let one = backbone.layer(0, backbone.frontEnd([samples]))
      let skipped = (1..<layers).reduce(one) { backbone.skip($1, $0) }
      expectClose(example.frames[0], skipped.values, relative: 1e-4)
      expectClose(
        example.whole, backbone.logProbabilities([samples], mask: .full(layers)), relative: 1e-4)
      #expect(example.target == recognizer.tokenizer.encode("a b"))
    }
    #expect(walk.exitExamples(batch: 0, depths: [1], isCancelled: { true }) == nil)
  }

  @Test func gradientsAreThoseOfDifferences() throws {
    let training = try training()
    let width = training.heard[0].frames[0].columns
    var block = ExitBlock(width: width, inner: 3, seed: 1)
    // Away from the identity, where only the last product has a gradient.
    let drawn = randomTensor(block.weights.count, seed: 2, scale: 0.3)
    for parameter in block.layout.all.parameters {
      for place in parameter.offset..<parameter.offset + parameter.count {
        block.weights.mutablePointer[place] += drawn.pointer[place]
      }
    }
    let examples = Array(training.heard[..<2])
    let gradients = training.lossAndGradients(of: block, exit: 0, examples).gradients
    let places = block.layout.all.parameters.flatMap { [$0.offset, $0.offset + $0.count - 1] }
    expectClose(
      places.map { gradients.pointer[$0] },
      numericalGradient(block.weights, at: places) { weights in
        let other = ExitBlock(width: width, inner: 3, weights: weights)
        return training.lossAndGradients(of: other, exit: 0, examples).loss
      }, relative: 2e-2, absolute: 1e-3)
  }

  @Test func lessIsLostOnWhatIsHeardAndNoMoreElsewhere() throws {
    let training = try training()
    var steps = 0
    let trained = training.block(exit: 0, done: { steps += 1 })
    let (block, losses) = try #require(trained)
    #expect(steps == ExitTraining.steps)
    #expect(losses.trained <= losses.untrained)
    let untrained = ExitBlock(width: block.width, inner: block.inner, seed: 0)
    func loss(_ block: ExitBlock) -> Double {
      training.lossAndGradients(of: block, exit: 0, training.heard).loss
    }
    #expect(loss(block) < loss(untrained))
    // What a file of float16 gives back, and the same every time.
    #expect(ElementType.float16.rounded(block.weights).values == block.weights.values)
    #expect(try #require(training.block(exit: 0)).block == block)
    #expect(training.block(exit: 0, isCancelled: { true }) == nil)
  }

  @Test func speakersAreInOneHalf() {
    let (heard, unheard) = ExitTraining.halves(["a", "b", "a", "c", "a", "b", "d"])
    // Three of a; then b and c go to the other, d to the first of equal ones.
    #expect(heard == [0, 2, 4, 6] && unheard == [1, 3, 5])
    // Of one speaker utterances.
    let alone = ExitTraining.halves(["a", "a", "a"])
    #expect(alone.heard == [0, 2] && alone.unheard == [1])
  }

  /// Beside what is known already, with any number of threads, and counted.
  @Test func theFinderAddsThemToWhatThereIs() throws {
    let layers = recognizer.backbone.layerCount
    let full = AtlasWalk(
      recognizer, data, masks: (0..<1 << layers).map { LayerMask(number: $0, layerCount: layers) })
    let atlas = full.atlas(
      full.batches.indices.compactMap { full.run(batch: $0) },
      key: MaskAtlas.Key(
        model: "m", dataset: "noise", split: "dev", normalization: "none", layers: layers,
        weights: "w", data: "d", utterances: 8, words: 16))
    let finder = PolicyFinder(atlas, beside: full, threads: 2)
    let whole = try #require(finder.findings())
    let exits = try #require(whole.exits)
    #expect(finder.isComplete(whole) && exits.depths == TrainedExits.depths(of: layers))
    #expect(exits.blocks.count == exits.depths.count && exits.thresholds.count == layers + 1)
    let cost = try #require(whole.costs.last)
    #expect(cost.policy == "exit" && cost.layerRuns == 8 * layers)
    #expect(cost.trainingSteps == exits.depths.count * ExitTraining.steps)
    // As a file from before has it.
    var old = whole
    old.exits = nil
    old.costs.removeLast()
    #expect(!finder.isComplete(old))
    #expect(PolicyFinder(atlas, beside: full, threads: 1).findings(beside: old) == whole)
    #expect(finder.findings(beside: whole) == whole)
    // A backbone whose head takes no gradients has none, and nothing to wait for.
    let (other, otherData) = try fake(FakeBackbone(layerCount: layers), utterances: 4)
    let without = PolicyFinder(
      atlas, beside: AtlasWalk(other, otherData, masks: full.masks), threads: 1)
    #expect(without.isComplete(old))
    let cancelled = PolicyFinder(atlas, beside: full, threads: 1, isCancelled: { true })
    #expect(cancelled.findings(beside: old) == nil)
  }
}
