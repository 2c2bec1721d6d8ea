// Small random models of every family, and noise for them to hear.

import Backbones
import Base
import Foundation
import Speech
import TestSupport

@testable import Tradeoff

/// One of the models that the tests of backbones have.
func smallModel(_ name: String) throws -> Recognizer {
  try Recognizer(
    contentsOf: fixture("../../BackbonesTests/Fixtures/\(name)").standardizedFileURL)
}

/// Utterances of noise, each a little longer than the one before, by people who take turns.
func noise(
  for recognizer: Recognizer, utterances: Int, speakers: [String], transcript: String, seed: UInt64
) -> LoadedDataset {
  var random = RandomGenerator(seed: seed)
  let samples = (0..<utterances).map { index in
    (0..<8000 + 1600 * index).map { _ in random.uniform(-0.1...0.1) as Float }
  }
  let dataset = Dataset(
    name: "noise", split: "dev",
    utterances: samples.indices.map {
      Utterance(
        id: "u\($0)", speaker: speakers[$0 % speakers.count],
        audio: URL(fileURLWithPath: "/nowhere/\($0).wav"), transcript: transcript)
    })
  return LoadedDataset(
    dataset: dataset, samples: samples, sampleRate: recognizer.backbone.sampleRate)
}
