// Digit strings keep the speaker held out apart, say what is spoken, and repeat to the byte.

import Foundation
import Speech
import TestSupport
import Testing

@testable import Training

@Suite struct DigitCorpusTests {
  /// Three recordings of each digit by each speaker: a tone that tells speaker and digit.
  private func recordings(_ speakers: [String], in folder: URL) throws -> URL {
    let place = folder.appendingPathComponent("recordings")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (index, speaker) in speakers.enumerated() {
      for digit in 0..<10 {
        for take in 0..<3 {
          let step = Float(200 + 300 * index + 25 * digit + take) * 2 * .pi / 8000
          try writeWAV(
            Waveform(samples: (0..<1600).map { 0.3 * sin(step * Float($0)) }, sampleRate: 8000),
            to: place.appendingPathComponent("\(digit)_\(speaker)_\(take).wav"))
        }
      }
    }
    return place
  }

  private func make(_ name: String, seed: UInt64 = 1, in folder: URL) throws -> [DigitSummary] {
    var request = DigitRequest(
      recordings: try recordings(["ann", "bob", "cy"], in: folder),
      output: folder.appendingPathComponent(name), heldOut: "bob")
    request.hours = 0.02
    request.seed = seed
    return try DigitCorpus(request).make()
  }

  @Test func splitsAreApartAndSayWhatIsSpoken() throws {
    try withTemporaryFolder { folder in
      let summaries = try make("strings", in: folder)
      #expect(summaries.map(\.split) == ["train", "digits"])
      #expect(summaries[0].speakers == ["ann", "cy"] && summaries[1].speakers == ["bob"])
      #expect((72...80).contains(summaries[0].seconds))
      // Each of bob's 30 recordings once.
      #expect(summaries[1].words == 30)
      let root = folder.appendingPathComponent("strings")
      let heldOut = try Dataset(contentsOf: root, split: "digits")
      #expect(Set(heldOut.utterances.map(\.speaker)) == ["2"])
      let words = heldOut.utterances.flatMap { $0.transcript.split(separator: " ") }
      let counts = Dictionary(grouping: words) { $0 }.mapValues(\.count)
      #expect(counts.count == 10 && counts.values.allSatisfy { $0 == 3 })
      let train = try Dataset(contentsOf: root, split: "train")
      #expect(Set(train.utterances.map(\.speaker)) == ["1", "3"])
      for utterance in train.utterances + heldOut.utterances {
        let waveform = try AudioFile.read(utterance.audio)
        let digits = Double(utterance.transcript.split(separator: " ").count)
        #expect(waveform.sampleRate == 16000 && (1...7).contains(digits))
        // 0.2 s a digit, 0.04 to 0.4 s between them, 0.1 to 0.4 s at each end.
        #expect(waveform.seconds > 0.2 * digits + 0.04 * (digits - 1) + 0.19)
        #expect(waveform.seconds < 0.2 * digits + 0.4 * (digits - 1) + 0.81)
      }
      let card = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
      #expect(card.contains("from 90 recordings") && card.contains("2 bob"))
    }
  }

  @Test func theSameSeedMakesTheSameBytes() throws {
    func bytes(_ folder: URL) throws -> [String: Data] {
      let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      return try Dictionary(
        uniqueKeysWithValues: paths.filter { $0.contains(".") }.map {
          ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
        })
    }
    try withTemporaryFolder { folder in
      for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] {
        _ = try make(name, seed: UInt64(seed), in: folder)
      }
      let all = try ["a", "b", "c"].map { try bytes(folder.appendingPathComponent($0)) }
      #expect(all[0] == all[1] && all[0] != all[2])
    }
  }

  @Test func badRecordingsAreNamed() throws {
    try withTemporaryFolder { folder in
      let place = try recordings(["ann", "bob"], in: folder)
      func error(_ heldOut: String, _ recordings: URL) -> String {
        do {
          _ = try DigitCorpus(
            DigitRequest(
              recordings: recordings, output: folder.appendingPathComponent("out"),
              heldOut: heldOut))
          return "none"
        } catch {
          return "\(error)"
        }
      }
      #expect(error("eve", place).hasSuffix("found those of ann, bob"))
      #expect(
        error("ann", folder.appendingPathComponent("none")).contains("none: expected a folder"))
      try Data().write(to: place.appendingPathComponent("ten_ann_1.wav"))
      #expect(error("ann", place).contains("ten_ann_1.wav: expected a name like"))
    }
  }
}
