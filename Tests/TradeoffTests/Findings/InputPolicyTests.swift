// A network that listens first: which mask an utterance gets, at what cost.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct InputPolicyTests {
  /// Of four layers; by the mean of the first value of the frames, above 0 the second of two masks.
  private static func chooser(_ masks: [String] = ["1100", "0011"]) throws -> MaskChooser {
    let two = try masks.map { try LayerMask($0, layerCount: 4) }
    // Four values a frame are eight inputs; the first hidden value is the first mean where it is above 0.
    var weights = [Float](
      repeating: 0, count: SmallNetwork.weightCount(inputs: 8, hidden: 1, outputs: 12))
    weights[0] = 1
    // Outputs of depth 2 are the second four, those of its second mask the sixth of all.
    weights[9 + 5] = 1
    return MaskChooser(
      candidates: [[], [], [two[0], two[1], two[0], two[0]], [], []],
      network: SmallNetwork(inputs: 8, hidden: 1, outputs: 12, weights: weights))
  }

  private static func policies(_ chooser: MaskChooser?) -> ModelPolicies {
    var atlas = madeUpAtlas(4) { Double($0.number) }
    atlas.findings = AtlasFindings(
      sensitivities: [1, 2, 3, 4], segments: Array(repeating: nil, count: 5), surrogateValues: [],
      chooser: chooser, costs: [])
    return ModelPolicies(layerCount: 4, atlas: .success(atlas))
  }

  private let backbone = FakeBackbone(layerCount: 4, skipRule: .normalized)

  @Test func eachUtteranceHasTheMaskThatSuitsIt() throws {
    let (recognizer, data) = try fake(backbone, utterances: 12)
    let chooser = try Self.chooser()
    let walk = try Self.policies(chooser).askedWalk("input", seed: 1, keeping: 2)
    #expect(walk.mask == nil && walk.mask(of: "0001") == nil && walk.keptCount == 2)
    let evaluator = Evaluator(recognizer, data)
    var masks: Set<String> = []
    for index in data.samples.indices {
      let frames = backbone.frontEnd([data.samples[index]])
      let mean = (0..<frames.values.rows).reduce(0) { $0 + frames.values[$1, 0] }
      let result = try #require(evaluator.evaluate(index, walk))
      #expect(result.mask.description == (mean > 0 ? "0011" : "1100"))
      let plain = try #require(evaluator.evaluate(index, Walk(result.mask)))
      #expect(result.transcript == plain.transcript && result.looks.isEmpty)
      // 3 for each of four values of a frame, and 8 + 12 products and sums.
      #expect(result.operations == plain.operations + Double(12 * frames.values.rows + 40))
      masks.insert(result.mask.description)
    }
    #expect(masks.count == 2)
  }

  /// As long as it may not be attended over at once: the first piece decides, and is paid for.
  @Test func theFirstPieceDecides() throws {
    let (recognizer, short) = try fake(backbone, utterances: 2)
    for sign: Float in [1, -1] {
      // The rest is of the other sign.
      let samples = (0..<70_000).map { $0 < 25_000 ? sign : -4 * sign }
      let data = LoadedDataset(
        dataset: short.dataset, samples: [samples, [0]], sampleRate: 1000)
      let walk = try Self.policies(try Self.chooser()).askedWalk("input", seed: 1, keeping: 2)
      let first = backbone.pieces(samples)[0].samples
      let features = MaskChooser.features(backbone.frontEnd([first]))
      let expected = features[0] > 0 ? "0011" : "1100"
      let result = try #require(Evaluator(recognizer, data).evaluate(0, walk))
      #expect(result.mask.description == expected)
      let passage = backbone.passage(ofLong: samples, by: walk, of: "x")
      #expect(passage.mask == result.mask)
      let plain = Evaluator(recognizer, data).evaluate(0, Walk(result.mask))
      let frames = backbone.frameCount(sampleCount: first.count)
      #expect(result.operations == (plain?.operations ?? 0) + Double(12 * frames + 40))
    }
  }

  @Test func whatWasLearntTellsWalksApart() throws {
    let walk = try Self.policies(Self.chooser()).askedWalk("input", seed: 1, keeping: 2)
    #expect(try Self.policies(Self.chooser()).askedWalk("input", seed: 9, keeping: 2) == walk)
    let other = try Self.policies(Self.chooser(["1100", "0110"]))
    #expect(try other.askedWalk("input", seed: 1, keeping: 2) != walk)
    #expect(walk.description.hasPrefix("input 2 of 4, atlas "))
  }

  @Test func whatWasNotLearntIsSaid() throws {
    let policies = try Self.policies(Self.chooser())
    #expect(policies.refusal("input")?.summary == "its atlas lacks masks")
    #expect(try policies.askedWalk("input", seed: 1, keeping: 4) == .full(4))
    #expect(throws: InputError.self) { try policies.askedWalk("input", seed: 1, keeping: 1) }
    #expect(Self.policies(nil).refusal("input")?.summary == "its atlas lacks masks")
    #expect(policies.refusal("segments")?.summary == "its atlas lacks masks")
    #expect(policies.refusal("zeroth-order") == nil)
    // From before findings were kept.
    let old = ModelPolicies(layerCount: 4, atlas: .success(madeUpAtlas(4) { Double($0.number) }))
    for name in ["zeroth-order", "segments", "input"] {
      #expect(old.refusal(name)?.summary == "its atlas is too old")
      #expect(
        old.refusal(name)?.reason.contains("'dropscope sweep --all-masks --atlas' makes it anew")
          == true)
    }
  }
}
