// Texts against pyctcdecode's on the same log-probabilities, with and without a language model.

import Foundation
import Kernels
import Speech
import TestSupport
import Testing

struct BeamSearchDecoderTests {
  struct Reference: Decodable {
    struct Case: Decodable {
      /// What pyctcdecode finds with the language model, without it, and what was meant.
      var lm: String
      var beam: String
      var said: String
    }

    var tokens: [String]
    var cases: [Case]
    var beam: Int
    var margin: Double
    var floor: Double
    var lmWeight: Double
    var wordBonus: Double
  }

  private let reference: Reference
  private let emissions: SafetensorsFile
  private let tokenizer: Tokenizer
  private var options = BeamSearchDecoder.Options()

  init() throws {
    reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: fixture("language_model.json")))
    emissions = try SafetensorsFile(contentsOf: fixture("language_model.safetensors"))
    tokenizer = try Tokenizer(pieces: ["<blank>"] + reference.tokens.dropFirst())
    options.beam = reference.beam
    options.beamMargin = reference.margin
    options.tokenFloor = reference.floor
    options.lmWeight = reference.lmWeight
    options.wordBonus = reference.wordBonus
    options.model = try NGramModel(arpa: fixture("language_model.arpa"))
  }

  private func decode(
    _ logProbabilities: Tensor, _ options: BeamSearchDecoder.Options
  ) -> Transcript {
    Decoding.beam(options).decoder(for: tokenizer, frameSeconds: 0.04).decode(logProbabilities)
  }

  @Test func textsAreThoseOfPyctcdecode() throws {
    var plain = options
    plain.model = nil
    plain.wordBonus = 0
    for (index, expected) in reference.cases.enumerated() {
      let logProbabilities = try emissions.tensor("\(index)")
      #expect(decode(logProbabilities, options).text == expected.lm)
      #expect(decode(logProbabilities, plain).text == expected.beam)
    }
    // The references are no texts that the greedy search finds too.
    #expect(reference.cases.contains { $0.lm == $0.said && $0.beam != $0.said })
  }

  /// With one hypothesis and no model the best token of each frame counts, as in greedy decoding.
  @Test func aBeamOfOneIsGreedy() throws {
    var one = options
    one.model = nil
    one.beam = 1
    one.tokenFloor = 0
    one.wordBonus = 0
    let greedy = GreedyCTCDecoder(tokenizer: tokenizer, frameSeconds: 0.04)
    for index in reference.cases.indices {
      let logProbabilities = try emissions.tensor("\(index)")
      #expect(decode(logProbabilities, one) == greedy.decode(logProbabilities))
    }
  }

  @Test func wordsHaveTimesInOrder() throws {
    let logProbabilities = try emissions.tensor("0")
    let words = decode(logProbabilities, options).words
    #expect(words.map(\.word).joined(separator: " ") == reference.cases[0].lm)
    for (word, next) in zip(words, words.dropFirst()) {
      #expect(word.start < word.end && word.end <= next.end)
    }
    #expect((words.last?.end ?? .infinity) <= Double(logProbabilities.rows) * 0.04 + 1e-9)
    #expect(words.allSatisfy { (0...1).contains($0.confidence) })
  }

  @Test func silenceSaysNothing() {
    let blank = Tensor(
      (0..<10 * tokenizer.count).map { $0 % tokenizer.count == 0 ? -0.01 : -9 },
      shape: [10, tokenizer.count])
    #expect(decode(blank, options) == Transcript(tokens: [], words: []))
    #expect(decode(Tensor([], shape: [0, tokenizer.count]), options).text == "")
  }
}
