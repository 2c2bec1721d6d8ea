// What holds for every layout in the catalogue, and for one that is not in it yet.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct LayoutCatalogueTests {
  private static let names = DatasetCatalog.all.names

  /// A small folder of each layout, by path; audio is not opened, so it may be empty. Its one split has
  /// one utterance, "a word".
  private static let examples: [String: (files: [String: String], split: String)] = [
    "audiofolder": (
      ["test/metadata.csv": "file_name,transcription\nx.wav,A word\n", "test/x.wav": ""], "test"
    ),
    "ljspeech": (["metadata.csv": "x|A word|a word\n", "wavs/x.wav": ""], "all"),
    "commonvoice": (
      ["test.tsv": "client_id\tpath\tsentence\nann\tx.mp3\tA word\n", "clips/x.wav": ""], "test"
    ),
    "tedlium": (
      [
        "legacy/test/stm/x.stm": "x 1 ann 0.5 1.5 <o> a word\n", "legacy/test/sph/x.sph": "",
      ], "test"
    ),
    "kaldi": (
      ["test/wav.scp": "u1 x.wav\n", "test/text": "u1 a word\n", "test/x.wav": ""], "test"
    ),
    "sphinx": (
      [
        "etc/a_test.fileids": "ann/x\n", "etc/a_test.transcription": "<s> A WORD </s> (x)\n",
        "wav/ann/x.sph": "",
      ], "test"
    ),
    "librispeech": (
      ["test/1/2/1-2.trans.txt": "1-2-0000 A WORD\n", "test/1/2/1-2-0000.flac": ""], "test"
    ),
    "nemo": (
      ["test.json": "{\"audio_filepath\": \"x.wav\", \"text\": \"a word\"}\n", "x.wav": ""], "test"
    ),
    "table": (["test.csv": "path,text\nx.wav,a word\n", "x.wav": ""], "test"),
  ]

  private func write(_ files: [String: String], to root: URL) throws {
    for (path, text) in files {
      let url = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  private func message(_ read: () throws -> Void) -> String {
    do {
      try read()
      return "no error"
    } catch {
      return error is InputError ? "\(error)" : "no input error: \(error)"
    }
  }

  @Test(arguments: names) func recognisesItsOwn(name: String) throws {
    let example = try #require(Self.examples[name], "an example of \(name) for this test")
    try withTemporaryFolder { root in
      try write(example.files, to: root)
      #expect(DatasetCatalog.all.first { $0.recognizes(root) }?.name == name)
      #expect(try Dataset.splits(of: root) == [example.split])
      let dataset = try Dataset(contentsOf: root, split: example.split)
      #expect(dataset.utterances.map(\.transcript) == ["a word"])
      #expect(
        try Dataset(contentsOf: root, split: example.split, format: name).utterances
          == dataset.utterances)
    }
  }

  @Test(arguments: names) func refusesWhatIsNone(name: String) throws {
    try withTemporaryFolder { root in
      try write(["notes/readme": "nothing", "list.txt": "nothing"], to: root)
      let isRecognised = try DatasetCatalog.all.named(name).recognizes(root)
      #expect(!isRecognised)
      let refusal = message { _ = try Dataset(contentsOf: root, split: "test", format: name) }
      #expect(refusal.hasPrefix(root.path) && refusal.contains("expected a split \"test\""))
      #expect(!refusal.contains("\n"))
    }
  }

  /// A type that conforms and an entry in the catalogue: nothing else is needed.
  @Test func anotherLayout() throws {
    let layouts = DatasetCatalog.all + [SentencesLayout.self]
    try withTemporaryFolder { root in
      try write(["sentences.txt": "a word\nanother\n"], to: root)
      #expect(message { _ = try Dataset.splits(of: root) }.contains("found a folder that is none"))
      #expect(try Dataset.splits(of: root, layouts: layouts) == ["everything"])
      let dataset = try Dataset(contentsOf: root, split: "everything", layouts: layouts)
      #expect(dataset.utterances.map(\.transcript) == ["a word", "another"])
      #expect(
        try Dataset(
          contentsOf: root, split: "everything", format: "sentences", layouts: layouts
        ).utterances == dataset.utterances)
      #expect(
        message { _ = try Dataset(contentsOf: root, split: "x", format: "zip", layouts: layouts) }
          .hasPrefix("format: expected one of audiofolder, ljspeech, commonvoice"))
    }
  }

  /// Lists come from anywhere: what they have wrong is told, not obeyed.
  @Test func listsCannotReachTheTerminal() throws {
    try withTemporaryFolder { root in
      try write(["test.json": "\"audio_filepath\" \u{1B}]0;title\u{7}\u{202E}\n"], to: root)
      let refusal = message { _ = try Dataset(contentsOf: root, split: "test") }
      #expect(refusal.contains(#"\u{1B}]0;title\u{7}\u{202E}"#), "\(refusal)")
      #expect(refusal.harmless == refusal)
    }
  }
}

/// A line an utterance, all in one recording that need not be there.
private enum SentencesLayout: DatasetLayout {
  static let name = "sentences"
  static let summary = "sentences.txt"

  private static func list(_ root: URL) -> URL { root.appendingPathComponent("sentences.txt") }

  static func recognizes(_ root: URL) -> Bool {
    FileManager.default.fileExists(atPath: list(root).path)
  }

  static func splits(_ root: URL) -> [String] { recognizes(root) ? ["everything"] : [] }

  static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    try String(contentsOf: list(root), encoding: .utf8).split(separator: "\n").enumerated().map {
      Utterance(
        id: "\($0.offset)", speaker: "ann", audio: root.appendingPathComponent("x.wav"),
        transcript: String($0.element))
    }
  }
}
