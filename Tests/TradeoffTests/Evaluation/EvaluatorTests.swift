// Prefix reuse must change nothing but the work.

import Backbones
import Base
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct EvaluatorTests {
  /// From scratch, every stage run.
  private func expected(
    _ recognizer: Recognizer, _ data: LoadedDataset, _ index: Int, _ m: LayerMask
  )
    -> Transcript
  {
    recognizer.decoder().decode(
      recognizer.backbone.logProbabilities([data.samples[index]], mask: m))
  }

  private func randomMask(_ layers: Int, _ random: inout RandomGenerator) -> LayerMask {
    LayerMask(layerCount: layers, keeping: (0..<layers).filter { _ in random.uniform() < 0.5 })
  }

  @Test(arguments: SkipRule.allCases, [1 << 29, 3000, 0])
  func anySequenceOfMasksEqualsFromScratch(rule: SkipRule, memoryLimit: Int) throws {
    let (recognizer, data) = try fake(FakeBackbone(layerCount: 8, skipRule: rule), utterances: 5)
    let evaluator = Evaluator(recognizer, data, memoryLimit: memoryLimit)
    var random = RandomGenerator(seed: 11)
    for _ in 0..<200 {
      let mask = randomMask(8, &random)
      let index = Int(random.next() % 5)
      // Some are given up on the way and must leave nothing wrong behind.
      var left = Int(random.next() % 16)
      let result = evaluator.evaluate(index, Walk(mask)) {
        left -= 1
        return left < 0
      }
      guard let result else { continue }
      #expect(result.transcript == expected(recognizer, data, index, mask))
      #expect(result.index == index)
      #expect(
        result.operations
          == recognizer.backbone.operations(
            sampleCount: data.samples[index].count
          ).total(mask))
    }
  }

  /// Longer than may be attended over at once: in pieces, of which nothing is kept.
  @Test func longUtterancesGoPieceByPiece() throws {
    let backbone = FakeBackbone(layerCount: 3)
    let (recognizer, short) = try fake(backbone, utterances: 1)
    var random = RandomGenerator(seed: 7)
    let samples = (0..<70_000).map { _ in random.uniform(-1...1) as Float }
    let data = LoadedDataset(dataset: short.dataset, samples: [samples], sampleRate: 1000)
    let evaluator = Evaluator(recognizer, data)
    let mask = try LayerMask("101", layerCount: 3)
    let pieces = backbone.pieces(samples)
    #expect(pieces.count == 4)
    for _ in 0..<2 {
      let before = backbone.layerCalls.count
      let result = try #require(evaluator.evaluate(0, Walk(mask)))
      #expect(backbone.layerCalls.count - before == 2 * 4)
      // No frame of this network hears another one.
      #expect(
        result.transcript
          == recognizer.decoder().decode(backbone.logProbabilities([samples], mask: mask)))
      #expect(result.audioSeconds == 70)
    }
    expectClose(
      backbone.logProbabilities(ofLong: samples, mask: mask),
      backbone.logProbabilities([samples], mask: mask))
    let frames = backbone.frontEnd(pieces: pieces)
    expectClose(frames.values, backbone.frontEnd(pieces.map(\.samples)).values)
    expectClose(backbone.head(frames, of: pieces), backbone.head(backbone.frontEnd([samples])))
  }

  @Test func runsOnlyFromTheFirstDifference() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (recognizer, data) = try fake(backbone, utterances: 1)
    let evaluator = Evaluator(recognizer, data)
    func layersRun(_ mask: String) throws -> [Int] {
      let before = backbone.layerCalls.count
      _ = evaluator.evaluate(0, Walk(try LayerMask(mask, layerCount: 6)))
      return Array(backbone.layerCalls.dropFirst(before))
    }
    #expect(try layersRun("111111") == [0, 1, 2, 3, 4, 5])
    #expect(try layersRun("111111") == [])
    #expect(try layersRun("111011") == [4, 5])
    #expect(try layersRun("111001") == [5])
    #expect(try layersRun("111000") == [])
    #expect(try layersRun("011000") == [1, 2])
    #expect(backbone.frontEndCalls == 1)
  }

  @Test func secondsOfSharedStagesAreThoseMeasuredWhenTheyRan() throws {
    let backbone = FakeBackbone(layerCount: 4, layerSeconds: 0.01)
    let (recognizer, data) = try fake(backbone, utterances: 1)
    let evaluator = Evaluator(recognizer, data)
    let full = try #require(evaluator.evaluate(0, .full(4)))
    let dropped = try #require(evaluator.evaluate(0, Walk(LayerMask("1101", layerCount: 4))))
    #expect(Array(dropped.layerSeconds[0..<2]) == Array(full.layerSeconds[0..<2]))
    #expect(dropped.frontEndSeconds == full.frontEndSeconds)
    #expect(dropped.layerSeconds[2] == 0 && dropped.layerSeconds[3] >= 0.01)
    for result in [full, dropped] {
      let sum =
        result.frontEndSeconds + result.layerSeconds.reduce(0, +) + result.headSeconds
      // What an identity skip takes to be skipped is counted too, and is next to nothing.
      #expect(result.seconds >= sum && result.seconds < sum + 0.005)
    }
    #expect(full.seconds >= 0.04)
  }

  @Test func memoryStaysWithinItsLimit() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (recognizer, data) = try fake(backbone, utterances: 4)
    // Utterance 0 has 3 frames: 7 stages of 3 x 4 floats, 336 bytes. Only it fits.
    let evaluator = Evaluator(recognizer, data, memoryLimit: 400)
    for index in 0..<4 { _ = evaluator.evaluate(index, .full(6)) }
    let before = backbone.layerCalls.count
    _ = evaluator.evaluate(0, .full(6))
    #expect(backbone.layerCalls.count == before)
    _ = evaluator.evaluate(1, .full(6))
    #expect(backbone.layerCalls.count == before + 6)
  }

  @Test func alignsWithTheReference() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 2)
    let evaluator = Evaluator(recognizer, data)
    let right = try #require(evaluator.evaluate(0, .full(6)))
    #expect(right.counts.errors == 0 && right.counts.words == right.transcript.words.count)
    let other = try #require(evaluator.evaluate(1, .full(6)))
    #expect(
      other.counts == Alignment.count(["a", "b"], other.transcript.words.map(\.word)))
    #expect(other.audioSeconds == 0.4)
  }
}
