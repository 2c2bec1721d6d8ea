// Hugging Face's folders of tokens against what transformers decodes: make_tokens.py.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct TokenizerFilesTests {
  private struct Case: Decodable {
    struct Decoded: Decodable {
      var ids: [Int]
      var text: String
    }
    var files: [String: String]
    var count: Int
    var decoded: [Decoded]
  }

  private func folder<Result>(
    _ files: [String: String], _ body: (URL) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      for (name, text) in files {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
      }
      return try body(folder)
    }
  }

  @Test func decodesAsTransformers() throws {
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: fixture("tokens.json")))
    #expect(cases.count == 5)
    for one in cases {
      try folder(one.files) { folder in
        let tokenizer = try Tokenizer(huggingFace: folder, count: one.count, blank: 0)
        for (ids, text) in one.decoded.map({ ($0.ids, $0.text) }) {
          #expect(ExactText(tokenizer.decode(ids)) == ExactText(text), "\(ids)")
        }
      }
    }
  }

  @Test func tokensAreScalars() throws {
    let vocabulary =
      #"{"<pad>": 0, "|": 1, "a": 2, ";": 3, "\u037e": 4, "\u00e9": 5, "e\u0301": 6}"#
    try folder(["vocab.json": vocabulary]) { folder in
      let tokenizer = try Tokenizer(huggingFace: folder, count: 7, blank: 0)
      #expect(tokenizer.encode("a; \u{37E}a") == [1, 2, 3, 1, 4, 2])
      #expect(tokenizer.encode("\u{E9}") == [1, 5] && tokenizer.canEncode("\u{E9}"))
      #expect(!tokenizer.canEncode("e\u{300}"))
    }
  }

  /// One letter stands for both forms of a small sigma.
  @Test func capitalSigmaIsEncodedToByBoth() throws {
    try folder(["vocab.json": "{\"<pad>\": 0, \"|\": 1, \"Σ\": 2, \"Α\": 3}"]) { folder in
      let tokenizer = try Tokenizer(huggingFace: folder, count: 4, blank: 0)
      #expect(tokenizer.encode("σας σα") == [1, 2, 3, 2, 1, 2, 3])
      #expect(tokenizer.decode([1, 2, 3, 2, 1, 2, 3]) == "σας σα")
    }
  }

  @Test func specialPiecesAreThoseThatTheFileCallsSo() throws {
    let file = """
      {"added_tokens": [{"id": 0, "content": "<unk>", "special": true},
       {"id": 5, "content": "<laugh>", "special": false}],
       "model": {"type": "BPE", "unk_token": "[UNK]",
        "vocab": {"<unk>": 0, "\u{2581}a": 1, "[noise]": 2, ";": 3, "\u{37E}": 4, "<laugh>": 5,
         "[UNK]": 6}},
       "decoder": {"type": "Metaspace", "replacement": "\u{2581}"}}
      """
    try folder(["tokenizer.json": file]) { folder in
      let tokenizer = try Tokenizer(huggingFace: folder, count: 8, blank: 7)
      #expect(tokenizer.silent == [0, 6])
      #expect(
        ExactText(tokenizer.decode([1, 2, 3, 4, 0, 5, 6])) == ExactText("a[noise];\u{37E}<laugh>"))
    }
  }

  @Test func anotherPaddingIsWorthAWord() throws {
    let vocabulary = #"{"<pad>": 0, "|": 1, "a": 2, "<s>": 3, "[PAD]": 4}"#
    try folder(["vocab.json": vocabulary]) { folder in
      let file = try VocabularyFile(contentsOf: folder)
      #expect(file.remark(blank: 0) == nil)
      #expect(file.remark(blank: 4)?.contains("\"<pad>\" is token 0") == true)
    }
    try folder(["vocab.json": vocabulary, "tokenizer_config.json": #"{"pad_token": "[PAD]"}"#]) {
      let file = try VocabularyFile(contentsOf: $0)
      #expect(file.remark(blank: 4) == nil && file.remark(blank: 0) != nil)
    }
  }

  /// As MMS has them.
  @Test func aVocabularyForEachLanguage() throws {
    let vocabulary = #"{"eng": {"<pad>": 0, "|": 1, "a": 2}, "fra": {"<pad>": 0, "|": 1, "b": 2}}"#
    func said(_ language: String) -> [String: String] {
      ["vocab.json": vocabulary, "tokenizer_config.json": #"{"target_lang": \#(language)}"#]
    }
    for (language, text) in [("eng", "a"), ("fra", "b")] {
      try folder(said("\"\(language)\"")) { folder in
        #expect(VocabularyFile.language(of: folder) == language)
        #expect(VocabularyFile.languages(of: folder) == ["eng", "fra"])
        let tokenizer = try Tokenizer(huggingFace: folder, count: 3, blank: 0)
        #expect(tokenizer.decode([2]) == text)
      }
    }
    for (files, expected) in [
      (
        said("null"),
        "a target_lang in tokenizer_config.json, found none, and the languages eng, fra"
      ),
      (said("\"deu\""), "target_lang \"deu\", found those of eng, fra"),
    ] {
      try folder(files) { folder in
        do {
          _ = try VocabularyFile(contentsOf: folder)
          Issue.record("it was read")
        } catch {
          #expect("\(error)".contains(expected), "\(error)")
        }
      }
    }
    try folder(["vocab.json": #"{"fra": {"<pad>": 0, "b": 1}}"#]) { folder in
      #expect(VocabularyFile.language(of: folder) == "fra")
      let tokenizer = try Tokenizer(huggingFace: folder, count: 2, blank: 0)
      #expect(tokenizer.decode([1]) == "b")
    }
    try folder(["vocab.json": #"{"<pad>": 0, "b": 1}"#]) { folder in
      #expect(VocabularyFile.language(of: folder) == nil)
      #expect(VocabularyFile.languages(of: folder).isEmpty)
    }
    let names = (100..<125).map(String.init)
    #expect(VocabularyFile.list(names).hasSuffix("118, 119 and 5 more"))
  }

  @Test(arguments: [
    ("vocab.json", "[]", "an object of token and id"),
    ("vocab.json", "{\"a\": \"b\"}", "token and id"),
    ("vocab.json", "{}", "expected tokens, found none"),
    ("vocab.json", "{\"a\": 1", "token and id"),
    ("vocab.json", "{\"a\": 9}", "ids below the model's 3 tokens, found 9"),
    ("vocab.json", "{\"a\": 1, \"b\": 1}", "an id of its own for each token"),
    ("tokenizer.json", "{\"model\": {}}", "a tokenizer with a vocabulary"),
    ("tokenizer.json", "{\"model\": {\"vocab\": [[1]]}}", "a tokenizer with a vocabulary"),
    (
      "tokenizer.json", "{\"model\": {\"vocab\": {\"a\": 1}}, \"decoder\": {\"type\": \"X\"}}",
      "found \"X\""
    ),
  ])
  func refusals(name: String, text: String, expected: String) throws {
    try folder([name: text]) { folder in
      do {
        _ = try Tokenizer(huggingFace: folder, count: 3, blank: 0)
        Issue.record("\(text) was read")
      } catch {
        #expect(error is InputError && "\(error)".contains(expected), "\(error)")
      }
    }
  }

  /// However long a token is: once through it.
  @Test func longTokensTakeNoLonger() throws {
    let start = ContinuousClock.now
    let long = String(repeating: "ab", count: 100_000)
    let vocabulary = "{\"<pad>\": 0, \"a\": 1, \"ab\": 2, \"\(long)\": 3}"
    try folder(["vocab.json": vocabulary]) { folder in
      let tokenizer = try Tokenizer(huggingFace: folder, count: 4, blank: 0)
      #expect(tokenizer.decode([3, 1]).count == 200_001)
    }
    #expect(ContinuousClock.now - start < .seconds(5))
  }
}
