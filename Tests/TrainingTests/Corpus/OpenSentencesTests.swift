// Free text becomes sentences that somebody could read aloud.

import Base
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct OpenSentencesTests {
  @Test func booksAndTranscripts() throws {
    try withTemporaryFolder { root in
      func write(_ name: String, _ data: Data) throws {
        let file = root.appending(path: name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
      }
      let book = """
        CHAPTER I.\r
        \r
        “It’s a fine day,” said\r
        the well-known man. In 1850 nobody came here.\r
        He left; she stayed behind (alone)! Yes. Naïve people came along.\r
        """
      try write("book.txt", Data(book.utf8))
      try write(
        "old.txt",
        Data("a caf\u{E9} was open. the door was shut".unicodeScalars.map { UInt8($0.value) }))
      try write(
        "sets/1/1-2.trans.txt", Data("1-2-0000 THE DOOR WAS SHUT\n1-2-0001 GO\n1-2-0002\n".utf8))
      try write("sets/readme.md", Data("this is not read".utf8))
      let all = try OpenSentences(contentsOf: [root])
      #expect(
        all.sentences == [
          "it's a fine day said the well known man", "she stayed behind alone",
          "the door was shut",
        ])
      let one = try OpenSentences(contentsOf: [root.appending(path: "book.txt")])
      #expect(one.sentences.count == 2 && one.sources == ["book.txt"])
      let error = #expect(throws: InputError.self) {
        try OpenSentences(contentsOf: [root.appending(path: "none.txt")])
      }
      #expect("\(error!)".contains("none.txt: expected a text or a folder of texts, found nothing"))
      try write("few.txt", Data("go. stop.".utf8))
      #expect(throws: InputError.self) {
        try OpenSentences(contentsOf: [root.appending(path: "few.txt")])
      }
    }
  }

  /// The share that was asked for, in train alone; without text the same sentences as ever.
  @Test func aShareOfTrain() {
    let voices = VoiceCatalog.all
    let sentences = ["nobody had ever said this", "nor was that ever said"]
    let plain = CorpusPlan(seed: 4, voices: voices)
    let open = CorpusPlan(seed: 4, voices: voices, open: (sentences, 0.25))
    var serials: [Int: Int] = [:]
    let said = open.trainingUtterances(from: 0, count: 2000, serials: &serials).map(\.text)
    let count = said.filter(sentences.contains).count
    #expect(abs(count - 500) < 80)
    #expect(sentences.allSatisfy { sentence in said.contains(sentence) })
    for split in [CorpusSplit.dev, .testClean, .testOther] {
      #expect(
        open.heldOutUtterances(of: split).map(\.text)
          == plain.heldOutUtterances(of: split).map(\.text))
    }
  }
}
