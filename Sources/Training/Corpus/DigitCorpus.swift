// Real voices: recordings of single digits put together to strings with natural pauses.

import Base
import Foundation
import Speech

/// What `dropscope synthesize --digits` is told.
package struct DigitRequest: Sendable {
  package static let standardHours = 2.0
  /// A folder of `{digit}_{speaker}_{index}.wav`, as in the Free Spoken Digit Dataset.
  package var recordings: URL
  package var output: URL
  /// The speaker that is kept out of train.
  package var heldOut: String
  /// Length of train.
  package var hours = standardHours
  package var seed: UInt64 = 1
  package var force = false

  package init(recordings: URL, output: URL, heldOut: String) {
    self.recordings = recordings
    self.output = output
    self.heldOut = heldOut
  }
}

/// What was made of one split of digit strings.
package struct DigitSummary: Sendable, Equatable {
  package var split: String
  package var speakers: [String]
  package var utterances = 0
  package var words = 0
  package var seconds = 0.0
}

/// Makes digit strings in LibriSpeech layout: `train`, where each recording of the speakers comes up
/// many times in different strings, and `digits`, where each recording of the speaker held out comes
/// up once.
package struct DigitCorpus: Sendable {
  package static let heldOutSplit = "digits"
  private static let words = [
    "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE",
  ]
  /// The network's rate; the recordings' band stays as narrow as it was.
  private static let sampleRate = 16000

  private struct Recording {
    let digit: Int
    let samples: [Float]
  }

  private let request: DigitRequest
  /// By speaker, in the order of the file names.
  private let recordings: [String: [Recording]]
  /// In alphabetical order: a speaker's position here is the number of its folder.
  private let speakers: [String]

  /// Reads the recordings.
  package init(_ request: DigitRequest) throws {
    self.request = request
    let folder = request.recordings
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw InputError(folder.path, expected: "a folder of recordings", found: "nothing readable")
    }
    var recordings: [String: [Recording]] = [:]
    for name in names.sorted() where name.hasSuffix(".wav") {
      let parts = name.dropLast(4).split(separator: "_")
      guard parts.count == 3, let digit = Int(parts[0]), (0...9).contains(digit) else {
        throw InputError(
          folder.appendingPathComponent(name).path,
          expected: "a name like 7_theo_12.wav (digit, speaker, number)", found: "\"\(name)\"")
      }
      let waveform = try AudioFile.read(folder.appendingPathComponent(name))
      let samples = waveform.resampled(to: Self.sampleRate).samples
      recordings[String(parts[1]), default: []].append(Recording(digit: digit, samples: samples))
    }
    guard recordings[request.heldOut] != nil, recordings.count > 1 else {
      throw InputError(
        folder.path, expected: "recordings by \(request.heldOut) and by others",
        found: recordings.isEmpty
          ? "none" : "those of \(recordings.keys.sorted().joined(separator: ", "))")
    }
    self.recordings = recordings
    speakers = recordings.keys.sorted()
  }

  /// Writes both splits and a data card; a split appears under its name when it is complete.
  package func make(
    progress: (Double) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws -> [DigitSummary] {
    try StagedFolder.fill(request.output, force: request.force) { work, publish in
      let total = request.hours * 3600
      let train = try record("train", speakers.filter { $0 != request.heldOut }, in: work) {
        seconds, _ in
        progress(min(seconds / total, 1))
        if isCancelled() { throw Cancelled() }
        return seconds < total
      }
      let all = recordings[request.heldOut]?.count ?? 0
      let heldOut = try record(Self.heldOutSplit, [request.heldOut], in: work) { _, words in
        words < all
      }
      let summaries = [train, heldOut]
      try OutputFile.write(card(summaries), to: work.appendingPathComponent("README.md"))
      for name in summaries.map(\.split) + ["README.md"] { try publish(name) }
      return summaries
    }
  }

  /// Writes strings, by one speaker after the other, while `wantsMore(seconds, words)`.
  private func record(
    _ split: String, _ speakers: [String], in work: URL,
    while wantsMore: (Double, Int) throws -> Bool
  ) throws -> DigitSummary {
    var summary = DigitSummary(split: split, speakers: speakers)
    var transcripts: [String: String] = [:]
    // The recordings of each speaker that the next strings take, shuffled anew when they run out.
    var decks: [String: [Recording]] = [:]
    while try wantsMore(summary.seconds, summary.words) {
      let speaker = speakers[summary.utterances % speakers.count]
      var random = RandomGenerator(
        seed: request.seed, streams: split == "train" ? 11 : 12, UInt64(summary.utterances))
      var string: [Recording] = []
      for _ in 0..<Int.random(in: 2...7, using: &random) {
        if decks[speaker, default: []].isEmpty {
          // A split that uses each recording once ends with the deck.
          guard string.isEmpty || split == "train" else { break }
          decks[speaker] = recordings[speaker]?.shuffled(using: &random)
        }
        string.append(decks[speaker]!.removeLast())
      }
      let number = (self.speakers.firstIndex(of: speaker) ?? 0) + 1
      let position = summary.utterances / speakers.count
      let chapter = "\(number)/\(1 + position / 1000)"
      let id =
        chapter.replacingOccurrences(of: "/", with: "-")
        + String(format: "-%04d", position % 1000)
      let waveform = Waveform(
        samples: Self.composed(string.map(\.samples), using: &random),
        sampleRate: Self.sampleRate)
      let folder = work.appendingPathComponent("\(split)/\(chapter)")
      try OutputFile.makeFolder(folder)
      try FLACFile.write(
        waveform.quantized(bits: 12), to: folder.appendingPathComponent("\(id).flac"))
      let text = string.map { Self.words[$0.digit] }.joined(separator: " ")
      transcripts[chapter, default: ""] += "\(id) \(text)\n"
      summary.utterances += 1
      summary.words += string.count
      summary.seconds += waveform.seconds
    }
    for (chapter, text) in transcripts {
      let name = chapter.replacingOccurrences(of: "/", with: "-") + ".trans.txt"
      try OutputFile.write(text, to: work.appendingPathComponent("\(split)/\(chapter)/\(name)"))
    }
    return summary
  }

  /// The digits at one loudness, each within 2 dB, with pauses of 0.04 to 0.4 s, then as a split of
  /// clean speech is recorded.
  private static func composed(
    _ digits: [[Float]], using random: inout RandomGenerator
  ) -> [Float] {
    func silence(_ seconds: ClosedRange<Float>) -> [Float] {
      [Float](repeating: 0, count: Int(random.uniform(seconds) * Float(sampleRate)))
    }
    var samples = silence(0.1...0.4)
    for (position, digit) in digits.enumerated() {
      if position > 0 { samples += silence(0.04...0.4) }
      var spoken = digit
      Augmentation.setLevel(&spoken, decibels: -20 + random.uniform(-2...2))
      samples += spoken
    }
    samples += silence(0.1...0.4)
    return RecordingCondition.clean.record(samples, voices: [], using: &random)
  }

  private func card(_ summaries: [DigitSummary]) -> String {
    let rows = summaries.map {
      "| `\($0.split)` | \($0.utterances) | \($0.words) "
        + "| \(String(format: "%.1f min", $0.seconds / 60)) | \($0.speakers.joined(separator: ", ")) |"
    }
    let numbers = speakers.enumerated().map { "\($0.offset + 1) \($0.element)" }
    return """
      # Digit strings by people

      Made by `dropscope synthesize --digits DIR --leave-out \(request.heldOut) \
      --hours \(request.hours) --seed \(request.seed)` from \
      \(recordings.values.reduce(0) { $0 + $1.count }) recordings of single digits. The licence of
      the recordings applies to this folder.

      | split | utterances | words | length | speakers |
      |---|---|---|---|---|
      \(rows.joined(separator: "\n"))

      Two to seven digits by one speaker, each within 2 dB of the same loudness, with pauses of 0.04
      to 0.4 s. In `train` a recording comes up in many strings; in `\(Self.heldOutSplit)`, whose
      speaker is heard nowhere else, just once. 16 kHz FLAC, in the recordings' own band; level -28
      to -18 dBFS. Folders: \(numbers.joined(separator: ", ")).

      """
  }
}
