// Folders in LibriSpeech's layout, whole and broken.

import Base
import Foundation
import Speech
import TestSupport
import Testing

struct DatasetTests {
  /// Writes files by path, then reads a split. Audio is not opened, so it may be empty.
  private func read(_ files: [String: String], split: String = "dev") throws -> Dataset {
    try withTemporaryFolder { root in
      for (path, text) in files {
        let url = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      return try Dataset(contentsOf: root, split: split)
    }
  }

  private func message(_ files: [String: String], split: String = "dev") -> String {
    do {
      _ = try read(files, split: split)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private let whole = [
    "SPEAKERS.TXT": "; ID",
    "dev/20/7/20-7.trans.txt": "20-7-0001 IT'S  THE SECOND\r\n20-7-0000 THE FIRST\r\n",
    "dev/20/7/20-7-0000.flac": "", "dev/20/7/20-7-0001.wav": "",
    "dev/3/1/3-1.trans.txt": "\n3-1-0000 ONE\n\n", "dev/3/1/3-1-0000.flac": "",
    "dev/.hidden/1/x.flac": "", "dev/3/1/._3-1-0000.flac": "", "dev/3/1/notes.txt": "x",
    "test-clean/1/1/1-1.trans.txt": "1-1-0 A", "test-clean/1/1/1-1-0.flac": "",
  ]

  @Test func readsASplit() throws {
    let dataset = try read(whole)
    #expect(dataset.split == "dev")
    #expect(dataset.utterances.map(\.id) == ["20-7-0000", "20-7-0001", "3-1-0000"])
    #expect(dataset.utterances.map(\.speaker) == ["20", "20", "3"])
    #expect(dataset.utterances.map(\.transcript) == ["the first", "it's the second", "one"])
    #expect(dataset.utterances[1].words == ["it's", "the", "second"])
    #expect(dataset.utterances[1].audio.lastPathComponent == "20-7-0001.wav")
  }

  @Test func followsLinks() throws {
    try withTemporaryFolder { root in
      let chapter = root.appendingPathComponent("elsewhere/3/1")
      try FileManager.default.createDirectory(at: chapter, withIntermediateDirectories: true)
      try Data("3-1-0 ONE".utf8).write(to: chapter.appendingPathComponent("3-1.trans.txt"))
      try Data().write(to: chapter.appendingPathComponent("3-1-0.flac"))
      try FileManager.default.createSymbolicLink(
        at: root.appendingPathComponent("dev"),
        withDestinationURL: root.appendingPathComponent("elsewhere"))
      #expect(try Dataset(contentsOf: root, split: "dev").utterances.map(\.id) == ["3-1-0"])
    }
  }

  @Test(arguments: ["train", "", ".", "..", "dev/3", "SPEAKERS.TXT"])
  func namesTheSplitsThereAre(split: String) {
    let text = message(whole, split: split)
    #expect(text.contains("expected a split \"\(split)\", found the splits dev, test-clean"))
  }

  @Test func missingRootAndEmptySplit() throws {
    let nowhere = URL(fileURLWithPath: "/nonexistent/corpus")
    #expect(
      throws: InputError("/nonexistent/corpus: expected a data set folder, found nothing")
    ) { try Dataset(contentsOf: nowhere, split: "dev") }
    #expect(message(["README": ""]).hasSuffix("found a folder that is none"))
    #expect(
      message(["dev/3/1/notes.txt": "", "test/3/1/3-1.trans.txt": "3-1-0 ONE\n"]).hasSuffix(
        "dev: expected speaker/chapter folders with .trans.txt files, found none"))
  }

  /// Of a tree unpacked in part: reading the audio tells.
  @Test func transcriptWithoutItsAudio() throws {
    let dataset = try read(["dev/3/1/3-1.trans.txt": "3-1-0000 ONE\n"])
    #expect(dataset.utterances.map(\.audio.lastPathComponent) == ["3-1-0000.flac"])
    #expect(dataset.leftOut.isEmpty)
    #expect(throws: InputError.self) { try dataset.utterances[0].waveform() }
  }

  @Test func audioWithoutItsTranscript() throws {
    let dataset = try read([
      "dev/3/1/3-1.trans.txt": "3-1-0000 ONE\n", "dev/3/1/3-1-0000.flac": "",
      "dev/3/1/3-1-0001.flac": "", "dev/3/2/3-2-0000.wav": "",
    ])
    #expect(dataset.utterances.map(\.id) == ["3-1-0000"])
    let left = dataset.leftOut.map { "\($0)" }
    #expect(left.count == 2)
    #expect(
      left[0].hasSuffix(
        "dev/3/1/3-1-0001.flac: expected a line \"3-1-0001 ...\" in a .trans.txt beside it, found none"
      ))
  }

  @Test func lineSeparatorsAreText() throws {
    let dataset = try read([
      "dev/3/1/3-1.trans.txt": "3-1-0000 ONE\u{2028}TWO\u{B}THREE\r3-1-0001 ΟΔΟΣ\n",
      "dev/3/1/3-1-0000.flac": "", "dev/3/1/3-1-0001.flac": "",
    ])
    #expect(dataset.utterances.map(\.transcript) == ["one two three", "οδος"])
  }

  @Test func malformedLines() throws {
    let audio = ["dev/3/1/3-1-0000.flac": "", "dev/3/1/3-1-0001.flac": ""]
    func lines(_ text: String) -> String {
      message(audio.merging(["dev/3/1/3-1.trans.txt": text]) { $1 })
    }
    // Nothing was said.
    let list = ["dev/3/1/3-1.trans.txt": "3-1-0000 ONE\n\n3-1-0001\n"]
    let silent = try read(audio.merging(list) { $1 }).utterances
    #expect(silent.map(\.transcript) == ["one", ""] && silent[1].words == [])
    #expect(
      lines("3-1-0000 ONE\n3-1-0000 TWO\n").hasSuffix(
        "3-1.trans.txt, line 2: expected each id once, found 3-1-0000 again"))
  }

  @Test func oneAudioFileForEachId() {
    #expect(
      message([
        "dev/3/1/3-1.trans.txt": "3-1-0 ONE", "dev/3/1/3-1-0.flac": "", "dev/3/1/3-1-0.wav": "",
      ]).hasSuffix("3-1-0.wav: expected one audio file for each id, found 3-1-0.flac as well"))
    #expect(
      message([
        "dev/3/1/a.trans.txt": "x ONE", "dev/3/1/x.flac": "",
        "dev/3/2/a.trans.txt": "x ONE", "dev/3/2/x.flac": "",
      ]).contains("expected an id of its own"))
  }
}
