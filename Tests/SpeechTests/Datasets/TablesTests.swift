// Tables by the letter: quoting, line breaks, segments, names of columns, AudioFolder.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct TablesTests {
  private func read(
    _ files: [String: String], split: String = "t", format: String? = nil
  ) throws -> [Utterance] {
    try withTemporaryFolder { root in
      for (path, text) in files {
        let url = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      return try Dataset(contentsOf: root, split: split, format: format).utterances
        .sorted { $0.id.suffix(6) < $1.id.suffix(6) }
    }
  }

  private func texts(_ ending: String, _ table: String) throws -> [String] {
    try read(["t.\(ending)": table]).map(\.transcript)
  }

  private func message(_ ending: String, _ table: String) -> String {
    do {
      return "no error: \(try texts(ending, table))"
    } catch {
      return "\(error)"
    }
  }

  @Test func commasAreRFC4180() throws {
    #expect(
      try texts(
        "csv",
        "path,text\r\na.wav,\"one\r\ntwo, \"\"three\"\"\"\r\nb.wav,4\" pipe\r\n")
        == ["one two, \"three\"", "4\" pipe"])
    #expect(
      try texts("csv", "\u{FEFF}path,text\ra.wav, \"x\" \r\r,\rb.wav,") == ["x", ""])
    #expect(try texts("csv", "path,text\na.wav,a\u{2028}b\u{85}c") == ["a b c"])
  }

  @Test(arguments: [
    ("path,text\nb.wav,x\na.wav,the code, is four\n", "line 3: expected at most 2 fields"),
    ("path,text\na.wav,\"one\ntwo\nthree", "line 2: expected a quotation mark that ends the field"),
    ("path,text\na.wav,\"one\ntwo\" three\n", "line 3: expected a comma or the line's end"),
    ("path,text\na.wav\n", "line 2: expected 2 fields, found 1"),
    ("path,text,text\na.wav,x,y\n", "expected each column once, found \"text\" twice"),
    ("path,text\n,x\n", "line 2: expected the path of an audio file, found none"),
    ("path,text,start,end\na.wav,x,2,1\n", "found start \"2\", end \"1\""),
    ("path,text,start\na.wav,x,2\n", "an end or duration after it, in seconds"),
    ("path,text,start,end\na.wav,x,one,2\n", "found start \"one\", end \"2\""),
  ])
  func refusals(table: String, expected: String) {
    let message = message("csv", table)
    #expect(message.contains(expected) && !message.contains("\n"), "\(message)")
  }

  @Test func tabsHaveNoQuoting() throws {
    #expect(
      try texts(
        "tsv",
        "path\ttext\tspeaker\na.wav\t\"one, two\tbob\nb.wav\t\"three\"\tann\nc.wav\tx\u{301}\t\n")
        == ["\"one, two", "\"three\"", "x\u{301}"])
    #expect(message("tsv", "path\ttext\na.wav\tx\ty\n").contains("line 2: expected at most 2"))
  }

  @Test func startsAndEndsAreSegments() throws {
    let table = """
      file,sentence,start,end
      a.wav,one,0.5,1.5
      a.wav,two,,0.5
      a.wav,all,,
      """
    #expect(try read(["t.csv": table]).map(\.segment) == [0.5...1.5, 0...0.5, nil])
    let durations = try read(["t.tsv": "wav\ttext\tStart Time\tduration\na.wav\tx\t1\t0.25\n"])
    #expect(durations.map(\.segment) == [1...1.25])
    // Alone it describes the file.
    #expect(try read(["t.csv": "wav,text,duration\na.wav,x,3\n"]).map(\.segment) == [nil])
  }

  @Test(arguments: [
    "audio_path,transcription", "audio_filepath,text", "wav,sentence", "file,transcript",
    "Audio File,Text", "filename,normalized_text", "wav-path,raw_transcription",
  ])
  func commonNamesOfColumns(heading: String) throws {
    #expect(try texts("csv", "\(heading)\nx.wav,A word\n") == ["a word"])
  }

  @Test func audioFolders() throws {
    let csv = "file_name,transcription\nclips/x.wav,\"Hello, you\"\n"
    let lines = "{\"file_name\": \"y.wav\", \"text\": \"again\", \"speaker_id\": 3}\n"
    // In the folder, beside a folder that LJSpeech has too.
    let whole = try read(["metadata.csv": csv, "wavs/x.wav": ""], split: "train")
    #expect(whole.map(\.transcript) == ["hello, you"])
    #expect(whole[0].audio.path.hasSuffix("/clips/x.wav"))
    #expect(try read(["metadata.jsonl": lines], split: "train").map(\.speaker) == ["3"])
    // In folders, and below "data".
    for top in ["", "data/"] {
      let files = ["\(top)train/metadata.csv": csv, "\(top)test/metadata.jsonl": lines]
      #expect(try read(files, split: "train").map(\.transcript) == ["hello, you"])
      let test = try read(files, split: "test", format: "audiofolder")
      #expect(test.map(\.transcript) == ["again"])
      #expect(test[0].audio.path.hasSuffix("\(top)test/y.wav"))
    }
  }

  /// Once through each, however much of it there is.
  @Test func longTablesTakeNoLonger() throws {
    let start = ContinuousClock.now
    let quotes =
      String(repeating: " ", count: 100_000) + String(repeating: "x\"", count: 100_000)
    #expect(try texts("csv", "path,text\na.wav,\(quotes)\n").count == 1)
    #expect(message("csv", "path,text\na.wav,\"" + quotes).contains("line 2"))
    #expect(ContinuousClock.now - start < .seconds(5))
  }
}
