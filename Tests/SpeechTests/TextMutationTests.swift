// Faulty copies of every text that data sets and tokenizers are read from: read or refused, in a sentence.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct TextMutationTests {
  /// Writes faulty copies to a file and reads them.
  private func expectSentences(
    _ name: String, _ seeds: [String], besides files: [String: String] = [:],
    _ read: (URL) throws -> Void
  ) throws {
    try withTemporaryFolder { root in
      for (path, text) in files {
        let url = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      let file = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      var mutations = Mutations(seeds)
      for _ in 0..<Mutations.count {
        let data = mutations.next()
        try data.write(to: file)
        do {
          try read(root)
        } catch let error as InputError {
          let sentence = error.description
          #expect(sentence == sentence.harmless && sentence.utf8.count < 4000)
        } catch {
          Issue.record("\(error) of \(data.base64EncodedString())")
        }
      }
    }
  }

  private func expectSentences(
    ofData format: String, split: String, _ name: String, _ seeds: [String],
    besides files: [String: String] = [:]
  ) throws {
    try expectSentences(name, seeds, besides: files) { root in
      _ = try Dataset(contentsOf: root, split: split, format: format, normalization: .whisper)
    }
  }

  @Test func tables() throws {
    try expectSentences(
      ofData: "table", split: "t", "t.csv",
      ["path,text,start,end\na.wav,\"one, \"\"two\"\"\",0.5,1\r\nb.wav,three,,\n"])
    try expectSentences(
      ofData: "table", split: "t", "t.tsv",
      ["path\ttext\tspeaker\na.wav\t\"one\tann\nb.wav\ttwo\t\n"])
    try expectSentences(
      ofData: "audiofolder", split: "train", "metadata.csv", ["file_name,text\na.wav,one\n"])
  }

  @Test func lists() throws {
    try expectSentences(
      ofData: "nemo", split: "t", "t.json",
      [
        "{\"audio_filepath\": \"a.wav\", \"text\": \"caf\\u00e9 [x] <y\", \"offset\": 1, "
          + "\"duration\": 2.5, \"speaker\": 7}\n{\"audio_filepath\": \"b.wav\", \"text\": \"\"}\n"
      ])
    try expectSentences(
      ofData: "audiofolder", split: "train", "metadata.jsonl",
      ["{\"file_name\": \"a.wav\", \"transcription\": \"ΟΔΟΣ\"}\n"])
    try expectSentences(
      ofData: "librispeech", split: "t", "t/1/2/1-2.trans.txt", ["1-2-0 ONE TWO\n1-2-1 IT'S $5\n"],
      besides: ["t/1/2/1-2-0.wav": "", "t/1/2/1-2-2.wav": ""])
    try expectSentences(
      ofData: "kaldi", split: "t", "t/segments", ["a r 0.5 1.5\nb r 2 3\n"],
      besides: ["t/wav.scp": "r r.wav\n", "t/text": "a one\nb two\n", "t/r.wav": ""])
    try expectSentences(
      ofData: "tedlium", split: "t", "t/stm/x.stm", [";; x\nx 1 ann 0.5 1.5 <o> it 's share(2)\n"])
    try expectSentences(
      ofData: "ljspeech", split: "all", "metadata.csv", ["a|in 1933|in nineteen\nb|x|\n"],
      besides: ["wavs/a.wav": ""])
  }

  @Test func vocabularies() throws {
    func read(_ folder: URL) throws {
      let tokenizer = try Tokenizer(huggingFace: folder, count: 12, blank: 0)
      _ = tokenizer.decode(Array(0..<12))
      _ = tokenizer.encode("a b\u{301} σς ;")
    }
    try expectSentences(
      "vocab.json",
      [
        "{\"<pad>\": 0, \"|\": 1, \"a\": 2, \";\": 3, \"\u{37E}\": 4, \"\u{3A3}\": 5, "
          + "\"<laugh>\": 6}"
      ], read)
    try expectSentences(
      "tokenizer_config.json",
      [
        "{\"pad_token\": {\"content\": \"a\"}, "
          + "\"added_tokens_decoder\": {\"2\": {\"special\": true}}}"
      ],
      besides: ["vocab.json": "{\"<pad>\": 0, \"|\": 1, \"a\": 2}"], read)
    try expectSentences(
      "tokenizer.json",
      [
        "{\"added_tokens\": [{\"id\": 0, \"content\": \"<unk>\", \"special\": true}], \"model\": {\"vocab\": "
          + "[[\"<unk>\", 0], [\"\u{2581}a\", -1.5], [\"<0x41>\", -2]], \"byte_fallback\": true}, "
          + "\"decoder\": {\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Metaspace\", "
          + "\"replacement\": \"\u{2581}\"}]}}",
        "{\"model\": {\"vocab\": {\"\u{120}a\": 1, \"b\": 2, \"\u{C3}\": 3}}, "
          + "\"decoder\": {\"type\": \"ByteLevel\"}}",
      ], read)
    try expectSentences("tokens.txt", ["<blank>\n\u{2581}\na\nb\n\u{2581}ab\n", "@\n<s>\nA\n"]) {
      _ = try Tokenizer(contentsOf: $0.appendingPathComponent("tokens.txt")).encode("ab b")
    }
  }
}
