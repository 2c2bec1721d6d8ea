// Ways of decoding are told apart wherever results are kept or put together.

import Backbones
import Base
import Foundation
import Speech
import Testing

@testable import Tradeoff

@Suite struct DecodingTests {
  /// A search that likes words more than the network does: its texts are not those of greedy decoding.
  static let beam = {
    var options = BeamSearchDecoder.Options()
    options.beam = 10
    options.wordBonus = 20
    return options
  }()

  private func texts(_ results: [UtteranceResult]) -> [String] { results.map(\.transcript.text) }

  @Test func theEvaluatorUsesWhatItIsGiven() throws {
    let backbone = FakeBackbone()
    let (recognizer, data) = try fake(backbone, utterances: 4)
    let evaluator = Evaluator(recognizer, data)
    let walk = Walk.full(6)
    let decoder = recognizer.decoder(.beam(Self.beam))
    for index in 0..<4 {
      let greedy = try #require(evaluator.evaluate(index, walk))
      let calls = backbone.layerCalls.count
      let searched = try #require(evaluator.evaluate(index, walk, decoder: decoder))
      // No layer runs twice for another way to read the same frames.
      #expect(backbone.layerCalls.count == calls)
      #expect(searched.transcript.words.count > greedy.transcript.words.count)
      #expect(greedy.decodeSeconds > 0 && searched.decodeSeconds > 0)
      let stages =
        searched.frontEndSeconds + searched.layerSeconds.reduce(0, +) + searched.headSeconds
      #expect(abs(searched.seconds - stages - searched.decodeSeconds) < 1e-9)
    }
  }

  /// Greedy results are remembered, and are not the answer to another question.
  @Test func theWorkerAsksAnewForAnotherDecoder() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 8)
    let measuring = Measuring(recognizer, data, threads: 2)
    defer { measuring.stop() }
    let walk = Walk.full(6)
    let greedy = texts(try measuring.run(walk))
    let searched = texts(try measuring.run(walk, decoding: .beam(Self.beam)))
    #expect(greedy != searched)
    #expect(texts(try measuring.run(walk)) == greedy)
    var wider = Self.beam
    wider.wordBonus = 0
    #expect(texts(try measuring.run(walk, decoding: .beam(wider))) == greedy)
    #expect(texts(try measuring.run(walk, decoding: .beam(Self.beam))) == searched)
  }

  private func point(_ decoding: Decoding, _ index: Int) throws -> SweepPoint {
    let masks = try ["1111", "1010"].map { try LayerMask($0, layerCount: 4) }
    let entries = masks.map {
      SweepPlan.Entry(
        model: "m", dataset: "d", split: "s", policy: "spread", seed: nil,
        walk: Walk($0), decoding: decoding)
    }
    var counts = ErrorCounts()
    counts.words = 10
    let result = UtteranceResult(
      index: 0, mask: masks[index], transcript: Transcript(tokens: [], words: []), alignment: [],
      counts: counts,
      audioSeconds: 1, seconds: 0.01, layerSeconds: [], frontEndSeconds: 0, headSeconds: 0,
      decodeSeconds: 0.004, operations: 1)
    let utterance = Utterance(
      id: "1", speaker: "1", audio: URL(fileURLWithPath: "/x"), transcript: "a")
    return SweepPoint(
      summary: Summary(
        [result], model: "m", dataset: Dataset(name: "d", split: "s", utterances: [utterance]),
        policy: "spread", walk: Walk(masks[index]), decoding: decoding, threads: 1, machine: "none"),
      seed: nil, sweep: SweepPlan([entries]).identifier, point: index, points: 2)
  }

  @Test func sweepsAreNotMixed() throws {
    let (greedy, searched) = (Decoding.greedy, Decoding.beam(Self.beam))
    #expect(try point(greedy, 0).sweep != point(searched, 0).sweep)
    var longer = Self.beam
    longer.beam = 11
    #expect(try point(searched, 0).sweep != point(.beam(longer), 0).sweep)

    let both = [try point(searched, 0), try point(searched, 1)]
    #expect(try SweepFile.merge([("a", [both[1]]), ("b", [both[0]])]) == both)
    #expect {
      try SweepFile.merge([("a", [try point(greedy, 0)]), ("b", [both[1]])])
    } throws: {
      "\($0)" == "b: expected greedy decoding, as in a, found beam 10, word bonus 20.0"
    }

    let mixed = [try point(greedy, 0)] + both
    #expect(SweepGroup.of(mixed).map(\.points.count) == [1, 1, 1])
    let saved = SavedSweep.of(SweepGroup.of(mixed))
    #expect(saved.map(\.decoding) == ["greedy", "beam 10, word bonus 20.0"])
    #expect(saved.map(\.points.count) == [1, 2])
    #expect(!SweepPoint.csv([mixed[0]]).contains("decod"))
    let table = SweepPoint.csv(both).split(separator: "\n")
    #expect(table[0].hasSuffix("decoding,decode_ms_p50,decode_ms_p95"))
    #expect(table[1].hasSuffix("\"beam 10, word bonus 20.0\",4.0,4.0"))
  }

  @Test func linesSayHowWordsWereFound() throws {
    let greedy = try JSON.line(point(.greedy, 0))
    for name in ["decoder", "lm", "beam", "lm_weight", "word_bonus", "decode_ms"] {
      #expect(!greedy.contains("\"\(name)\""))
    }
    let line = try JSON.line(point(.beam(Self.beam), 0))
    #expect(line.contains("\"beam\":10,") && line.contains("\"decoder\":\"beam\""))
    #expect(line.contains("\"decode_ms\":{\"p50\":4,\"p95\":4}"))
    #expect(line.contains("\"word_bonus\":20") && !line.contains("\"lm"))
    #expect(
      try JSONDecoder().decode(SweepPoint.self, from: Data(line.utf8))
        == point(.beam(Self.beam), 0))
  }
}
