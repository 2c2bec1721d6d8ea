// A split measured and waited for: all of it, in order, mask after mask.

import Backbones
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct MeasuringTests {
  @Test func everyUtteranceInTheDataSetsOrder() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 9)
    let measuring = Measuring(recognizer, data, threads: 2)
    defer { measuring.stop() }
    let evaluator = Evaluator(recognizer, data)
    for mask in [LayerMask.full(6), try LayerMask("101100", layerCount: 6)] {
      var told: [(done: Int, total: Int, words: Int)] = []
      let results = try measuring.run(mask) { told.append(($0, $1, $2.words)) }
      #expect(results.map(\.index) == Array(0..<9))
      #expect(
        results.map(\.transcript)
          == (0..<9).map { evaluator.evaluate($0, mask)?.transcript })
      #expect(told.map(\.done) == Array(1...9) && told.allSatisfy { $0.total == 9 })
      #expect(told.last?.words == results.reduce(0) { $0 + $1.counts.words })
    }
  }

  @Test func audioIsReadOnceForEachRate() throws {
    try withTemporaryFolder { folder in
      let (recognizer, data) = try fake(FakeBackbone(), utterances: 1)
      let file = folder.appendingPathComponent("one.wav")
      try writeWAV(Waveform(samples: data.samples[0], sampleRate: 1000), to: file)
      let dataset = Dataset(
        name: "d", split: "test",
        utterances: [Utterance(id: "1", speaker: "1", audio: file, transcript: "a")])
      let loaded = LoadedDatasets { _ in }
      let first = try loaded.data(dataset, for: recognizer)
      try FileManager.default.removeItem(at: file)
      #expect(try loaded.data(dataset, for: recognizer).samples == first.samples)
      #expect(throws: (any Error).self) {
        try LoadedDatasets { _ in }.data(dataset, for: recognizer)
      }
    }
  }
}
