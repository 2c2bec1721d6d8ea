// Learning, encoding and tokens.txt.

import Base
import Foundation
import Speech
import TestSupport
import Testing

struct TokenizerTests {
  private static let sentences = [
    "the cat sat on the mat", "the other cat isn't on the mat", "hand the hat to the bather",
    "that other mother gathers feathers",
  ]

  @Test func learnsTheMostFrequentPairs() {
    // By hand: "aab" three times and "aa" twice give ▁a 5, aa 5, ab 3; of the two with 5, "aa" sorts
    // first. Then ▁aa 5 and aab 3; then ▁aab 3.
    let tokenizer = Tokenizer.train(transcripts: ["aab aa aab", "aa aab"], size: 7)
    #expect(tokenizer.pieces == ["<blank>", "a", "b", "▁", "aa", "▁aa", "▁aab"])
    #expect(tokenizer.encode("aab aa ab") == [6, 5, 3, 1, 2])
  }

  @Test func sameWordsGiveTheSamePieces() {
    let tokenizer = Tokenizer.train(transcripts: Self.sentences, size: 60)
    #expect(tokenizer == Tokenizer.train(transcripts: Self.sentences.reversed(), size: 60))
    #expect(tokenizer.count <= 60)
    #expect(tokenizer.pieces[0] == "<blank>")
    #expect(Set(tokenizer.pieces).count == tokenizer.count)
    // Merges stay within words: the word start is nowhere but at the front.
    #expect(tokenizer.pieces.allSatisfy { !$0.dropFirst().contains("▁") })
  }

  @Test(arguments: [2, 20, 40, 60, 256])
  func encodingAndDecodingAreInverse(size: Int) {
    let tokenizer = Tokenizer.train(transcripts: Self.sentences, size: size)
    for sentence in Self.sentences + ["mat", "this isn't here"] where tokenizer.canEncode(sentence)
    {
      let ids = tokenizer.encode(sentence)
      #expect(tokenizer.decode(ids) == sentence)
      #expect(ids.allSatisfy { (1..<tokenizer.count).contains($0) })
    }
  }

  /// Texts are files, and a file may have no space.
  @Test func textsWithoutSpacesTakeTheirLength() {
    let tokenizer = Tokenizer.train(transcripts: Self.sentences, size: 60)
    let long = String(repeating: "themotherhat", count: 10_000)
    let ids = tokenizer.encode(long)
    #expect(tokenizer.decode(ids) == long)
    #expect(ids.count < long.utf8.count / 2)
    let learnt = Tokenizer.train(transcripts: [long], size: 40)
    #expect(learnt.decode(learnt.encode(long)) == long)
  }

  /// What was learnt as one piece must come out as one piece, or the head has tokens nobody uses.
  @Test func everyLearntPieceIsReached() {
    let tokenizer = Tokenizer.train(transcripts: Self.sentences, size: 256)
    for (id, piece) in tokenizer.pieces.enumerated() where piece.count > 1 && piece.hasPrefix("▁") {
      #expect(tokenizer.encode(String(piece.dropFirst())) == [id])
    }
  }

  /// Marks are tokens of their own, so that every text of theirs can be encoded.
  @Test func combiningMarksLoseNoWord() {
    let texts = ["दुनिया गोल है", "मेरी किताब यहाँ है", "हिन्दी में लिखो", "cafe\u{301} caf\u{E9}"]
    for size in [48, 256] {
      let tokenizer = Tokenizer.train(transcripts: texts, size: size)
      for text in texts {
        #expect(tokenizer.canEncode(text))
        #expect(Array(tokenizer.decode(tokenizer.encode(text)).utf8) == Array(text.utf8))
      }
      let again = Tokenizer.train(transcripts: texts.reversed(), size: size)
      #expect(again.pieces.map { Array($0.utf8) } == tokenizer.pieces.map { Array($0.utf8) })
    }
  }

  @Test func stopsWhenEveryWordIsOnePiece() {
    let tokenizer = Tokenizer.train(transcripts: ["ab cd"], size: 256)
    #expect(tokenizer.pieces.contains("▁ab") && tokenizer.pieces.contains("▁cd"))
    #expect(tokenizer.count < 256)
    #expect(Tokenizer.train(transcripts: [], size: 256).pieces == ["<blank>"])
  }

  @Test func unknownCharactersAreSkipped() {
    let tokenizer = Tokenizer.train(transcripts: ["ab ba"], size: 4)
    #expect(!tokenizer.canEncode("abc"))
    #expect(!tokenizer.canEncode("▁ab"))
    #expect(tokenizer.canEncode(" ab  ba "))
    #expect(tokenizer.decode(tokenizer.encode("xabç 42 b\n▁a")) == "ab b a")
    #expect(tokenizer.encode("42").isEmpty)
    #expect(tokenizer.encode("").isEmpty)
  }

  @Test func decodingTakesAnySequence() throws {
    let tokenizer = try Tokenizer(pieces: ["<blank>", "▁", "a", "▁b"])
    #expect(tokenizer.decode([1, 1, 0, 2, 2, 3, 1]) == "aa b")
    #expect(tokenizer.decode([2]) == "a")
    #expect(tokenizer.decode([]) == "")
  }

  @Test func tokensFileKeepsEverything() throws {
    let tokenizer = Tokenizer.train(transcripts: Self.sentences, size: 50)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("tokens.txt")
      try tokenizer.write(to: url)
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.hasPrefix("<blank>\n'\na\n") && text.hasSuffix("\n"))
      #expect(try Tokenizer(contentsOf: url) == tokenizer)
      // Windows line ends, and no newline at the end.
      try Data(tokenizer.pieces.joined(separator: "\r\n").utf8).write(to: url)
      #expect(try Tokenizer(contentsOf: url) == tokenizer)
    }
  }

  @Test(arguments: [
    ("", "expected \"<blank>\" on the first line, found nothing"),
    ("a\nb\n", "expected \"<blank>\" on the first line, found \"a\""),
    ("<blank>\n", "expected a token a line, found the blank alone"),
    ("<blank>\na\n\nb\n", "expected a token without spaces on line 3, found an empty line"),
    ("<blank>\na b\n", "expected a token without spaces on line 2, found \"a b\""),
    ("<blank>\na\nb\na\n", "expected distinct tokens, found \"a\" on lines 2 and 4"),
  ])
  func badTokensFile(text: String, expected: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("tokens.txt")
      try Data(text.utf8).write(to: url)
      #expect(throws: InputError("\(url.path): \(expected)")) { try Tokenizer(contentsOf: url) }
    }
  }

  @Test func sentencepieceListCallsTheBlankAt() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("tokens.txt")
      try Data("@\n<s>\n</s>\n\u{2581}THE\nA\n\u{2581}\n".utf8).write(to: url)
      let tokenizer = try Tokenizer(contentsOf: url)
      #expect(tokenizer.blank == 0 && tokenizer.silent == [1, 2])
      #expect(tokenizer.decode([1, 3, 0, 5, 4, 4, 2]) == "the aa")
      // Only sentencepiece's own marks stand for nothing.
      try Data("@\r\n<unk>\r\n<laugh>\r\n;\r\n\u{37E}\r\n".utf8).write(to: url)
      let other = try Tokenizer(contentsOf: url)
      #expect(other.silent == [1] && other.encode(";\u{37E}") == [3, 4])
      try Data("@\n<unk>\nx\u{2028}y".utf8).write(to: url)
      #expect(throws: InputError.self) { try Tokenizer(contentsOf: url) }
    }
  }

  /// Decoders that the folders of BackbonesTests, made by Hugging Face's own library, do not have.
  @Test(arguments: [
    (#"{"type": "WordPiece"}"#, ["##aff", "un", "able"], [1, 0, 2], "unaff able"),
    (#"{"type": "CTC", "word_delimiter_token": "|"}"#, ["|", "a", "b"], [1, 0, 2], "a b"),
    (#"{"type": "Metaspace", "replacement": "_"}"#, ["_A", "_b", "b"], [0, 1, 2], "a bb"),
    ("null", ["\u{2581}a", "b"], [0, 1, 0], "ab a"),
  ])
  func tokenizerFile(decoder: String, pieces: [String], ids: [Int], expected: String) throws {
    try withTemporaryFolder { folder in
      let vocabulary = Dictionary(uniqueKeysWithValues: zip(pieces, 0...))
      let json = String(decoding: try JSONEncoder().encode(vocabulary), as: UTF8.self)
      try Data(#"{"model": {"vocab": \#(json)}, "decoder": \#(decoder)}"#.utf8)
        .write(to: folder.appendingPathComponent("tokenizer.json"))
      let tokenizer = try Tokenizer(
        huggingFace: folder, count: pieces.count + 1, blank: pieces.count)
      #expect(tokenizer.decode(ids) == expected)
    }
  }

  @Test func unreadableTokensFile() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("tokens.txt")
      #expect(throws: InputError.self) { try Tokenizer(contentsOf: url) }
      try Data([0x3C, 0xFF, 0xFE]).write(to: url)
      #expect(throws: InputError("\(url.path): expected UTF-8 text, found other bytes")) {
        try Tokenizer(contentsOf: url)
      }
    }
  }
}
