// A split measured and waited for: all of it, in order, mask after mask.

import Backbones
import Base
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
    for walk in [Walk.full(6), Walk(try LayerMask("101100", layerCount: 6))] {
      var told: [(done: Int, total: Int, words: Int)] = []
      let results = try measuring.run(walk) { told.append(($0, $1, $2.words)) }
      #expect(results.map(\.index) == Array(0..<9))
      #expect(
        results.map(\.transcript)
          == (0..<9).map { evaluator.evaluate($0, walk)?.transcript })
      #expect(told.map(\.done) == Array(1...9) && told.allSatisfy { $0.total == 9 })
      #expect(told.last?.words == results.reduce(0) { $0 + $1.counts.words })
    }
  }

  /// Policies choose one walk several times, and others between.
  @Test func whatIsAskedForAgainIsNotRunAgain() throws {
    let backbone = FakeBackbone()
    let (recognizer, data) = try fake(backbone, utterances: 9)
    let measuring = Measuring(recognizer, data, threads: 2)
    defer { measuring.stop() }
    let first = try measuring.run(.full(6))
    _ = try measuring.run(Walk(try LayerMask("010101", layerCount: 6)))
    let (calls, frontEnds) = (backbone.layerCalls.count, backbone.frontEndCalls)
    var told: [Int] = []
    #expect(try measuring.run(.full(6)) { done, total, _ in told += [done, total] } == first)
    #expect(backbone.layerCalls.count == calls && backbone.frontEndCalls == frontEnds)
    #expect(told == [9, 9])
  }

  /// And measures on.
  @Test func aModelWithoutSuchPartsSaysSo() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 2)
    let measuring = Measuring(recognizer, data, threads: 1)
    defer { measuring.stop() }
    do {
      _ = try measuring.run(.full(6), compute: Compute(width: 0.5))
      Issue.record("measured")
    } catch {
      #expect("\(error)".contains("expected a model with feed-forward parts"))
    }
    #expect(try measuring.run(.full(6)).count == 2)
  }

  /// One bad file of three: named, left out and counted; where it is strict, it ends the reading.
  @Test func whatCannotBeReadIsLeftOut() throws {
    try withTemporaryFolder { folder in
      let (recognizer, data) = try fake(FakeBackbone(), utterances: 3)
      let files = (0..<3).map { folder.appendingPathComponent("\($0).wav") }
      for index in [0, 2] {
        try writeWAV(Waveform(samples: data.samples[index], sampleRate: 1000), to: files[index])
      }
      try Data().write(to: files[1])
      let dataset = Dataset(
        name: "d", split: "test",
        utterances: files.enumerated().map {
          Utterance(id: "\($0)", speaker: "1", audio: $1, transcript: "a b")
        }, leftOut: [InputError("orphan")])
      var told = 0
      let loaded = LoadedDatasets { _ in told += 1 }
      let read = try loaded.data(dataset, for: recognizer)
      #expect(read.readable == [0, 2] && read.samples[1].isEmpty && told == 1)
      #expect(read.leftOut.count == 2 && "\(read.leftOut[1])".contains("1.wav"))
      #expect(try loaded.data(dataset, for: recognizer).readable == [0, 2] && told == 1)
      let measuring = Measuring(recognizer, read, threads: 2)
      defer { measuring.stop() }
      let results = try measuring.run(.full(6))
      #expect(results.map(\.index) == [0, 2])
      let summary = Summary(
        results, model: "m", dataset: dataset, policy: "first", walk: .full(6), threads: 1,
        machine: "x")
      #expect(summary.utterances == 2 && summary.skipped == 2 && summary.words == 4)
      #expect(summary.skippedRemark == ", 2 left out")
      // Again, as remembered.
      #expect(try measuring.run(.full(6)).map(\.index) == [0, 2])

      let strict = LoadedDatasets(isStrict: true)
      #expect(throws: InputError("orphan")) { try strict.data(dataset, for: recognizer) }
      let bad = Dataset(name: "d", split: "test", utterances: [dataset.utterances[1]])
      #expect(throws: InputError.self) { try LoadedDatasets().data(bad, for: recognizer) }
    }
  }

  /// No word in any reference: all that is recognised is inserted, and nothing is no number.
  @Test func referencesMayBeEmpty() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 4)
    let silent = Dataset(
      name: "d", split: "test",
      utterances: data.dataset.utterances.map {
        Utterance(id: $0.id, speaker: $0.speaker, audio: $0.audio, transcript: "")
      })
    let measuring = Measuring(
      recognizer, LoadedDataset(dataset: silent, samples: data.samples, sampleRate: 1000),
      threads: 1)
    defer { measuring.stop() }
    let summary = Summary(
      try measuring.run(.full(6)), model: "m", dataset: silent, policy: "first", walk: .full(6),
      threads: 1, machine: "x")
    #expect(summary.words == 0 && summary.insertions > 0)
    #expect(summary.deletions == 0 && summary.substitutions == 0)
    #expect(summary.wer == 1 && summary.cer == 1 && summary.skipped == 0)
    #expect(try JSON.line(summary).contains("\"wer\":1,"))
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
