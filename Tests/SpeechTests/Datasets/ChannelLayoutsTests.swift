// Lists that name a channel, and audio of kinds and in places that once were taken for something else.

import Base
import Foundation
import Speech
import SampleFiles
import TestSupport
import Testing

@Suite struct ChannelLayoutsTests {
  private let left = (0..<16000).map { Int(8000 * sin(Double($0) * 0.1)) }
  private let right = (0..<16000).map { Int(5000 * sin(Double($0) * 0.3)) }

  private func write(_ path: String, _ data: Data, in root: URL) throws {
    let url = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  private func write(_ path: String, _ text: String, in root: URL) throws {
    try write(path, Data(text.utf8), in: root)
  }

  /// A call of both sides; or of one.
  private func call(_ path: String, _ sides: [[Int]], in root: URL) throws {
    let data = left.indices.flatMap { frame in
      sides.flatMap { AudioBytes.little($0[frame], 2) }
    }
    try write(
      path, Data(AudioBytes.wav(channels: sides.count, rate: 16000, data)), in: root)
  }

  private func floats(_ side: [Int]) -> [Float] { side.map { Float($0) / 32768 } }

  private func heard(_ dataset: Dataset) throws -> [[Float]] {
    try dataset.utterances.map { try $0.waveform().samples }
  }

  /// A recording's line names its side; so does, in some lists, an utterance's.
  @Test(arguments: ["call-1 call A\ncall-2 call B\n", "a call 1\nb call 2\n"])
  func kaldiSides(list: String) throws {
    try withTemporaryFolder { root in
      let isByUtterance = list.hasPrefix("a ")
      try call("call.wav", [left, right], in: root)
      try write(
        "test/wav.scp",
        isByUtterance ? "call ../call.wav\n" : "call-1 ../call.wav\ncall-2 ../call.wav\n",
        in: root)
      try write(
        "test/segments",
        isByUtterance ? "a call 0 1\nb call 0.5 1\n" : "a call-1 0 1\nb call-2 0.5 1\n", in: root)
      try write("test/text", "a one\nb two\n", in: root)
      try write("test/reco2file_and_channel", list, in: root)
      let dataset = try Dataset(contentsOf: root, split: "test")
      #expect(dataset.utterances.map(\.channel) == [.side(1), .side(2)])
      #expect(try heard(dataset) == [floats(left), Array(floats(right)[8000...])])
      // What is asked for on the command line counts more.
      let second = try Dataset(contentsOf: root, split: "test", channel: 2)
      #expect(try heard(second) == [floats(right), Array(floats(right)[8000...])])
      #expect(second.digest != dataset.digest)
      try write("test/reco2file_and_channel", "a call left\n", in: root)
      #expect(message(root, "test").contains("line 1: expected RECORDING FILE CHANNEL"))
    }
  }

  @Test func kaldiArchivesAreNotTheFilesBesideThem() throws {
    try withTemporaryFolder { root in
      try call("test/raw.wav", [left], in: root)
      try write("test/raw.ark", "archive", in: root)
      try write("test/text", "u1 a word\n", in: root)
      for place in ["raw.ark:123", "raw.ark", "raw.ark:9[0:5]", "raw.1:44", "/none/raw.ark:5"] {
        try write("test/wav.scp", "u1 \(place)\n", in: root)
        #expect(
          message(root, "test").hasSuffix(
            "line 1: expected an audio file; archives of samples or features are not read, "
              + "found \"\(place)\""))
      }
      // What is behind a dot may belong to a name.
      try write("test/wav.scp", "u1 raw.2\n", in: root)
      let gone = try Dataset(contentsOf: root, split: "test").utterances[0]
      let error = #expect(throws: InputError.self) { try gone.waveform() }
      let said = try #require(error).description
      #expect(said.contains("raw.2: ") && said.hasSuffix("found no such file"), "\(said)")
    }
  }

  /// NIST's STM: the label is optional, and both sides of a call may speak at once.
  @Test func stmLabelsAndSides() throws {
    try withTemporaryFolder { root in
      try call("test/sph/talk.wav", [left, right], in: root)
      try write(
        "test/stm/talk.stm",
        """
        talk A ann 0.0 1.0 the first word counts
        talk B bob 0.0 1.0 <o,f0,not known> and here too
        talk 2 bob 0.5 1.0 <o> <sil> yes

        """, in: root)
      let dataset = try Dataset(contentsOf: root, split: "test")
      #expect(
        dataset.utterances.map(\.transcript) == ["the first word counts", "yes", "and here too"])
      #expect(dataset.utterances.map(\.channel) == [.side(1), .side(2), .side(2)])
      #expect(
        try heard(dataset) == [floats(left), Array(floats(right)[8000...]), floats(right)])
      #expect(dataset.utterances[0].id == "talk-0000000-0000100")
      // Talks of one channel are that side; where it is not the first, that is said.
      try call("test/sph/talk.wav", [left], in: root)
      let one = try Dataset(contentsOf: root, split: "test").utterances
      // Read anew: what segments are cut from is kept for a while.
      try call("test/sph/other.wav", [left], in: root)
      try write("test/stm/talk.stm", "other 1 ann 0 1 one\nother B bob 0 1 two\n", in: root)
      let others = try Dataset(contentsOf: root, split: "test").utterances
      #expect(one.count == 3 && others.count == 2)
      #expect(try others[0].waveform().remarks.isEmpty)
      let waveform = try others[1].waveform()
      #expect(waveform.samples == floats(left) && waveform.remarks.count == 1)
      try write("test/stm/talk.stm", "talk left ann 0 1 one\n", in: root)
      #expect(message(root, "test").contains("TALK CHANNEL SPEAKER"))
    }
  }

  /// Other kinds lie where FLAC would: they are listed, never before a copy, and read where ffmpeg is.
  @Test func foreignAudioIsListedWhereThereIsNoCopy() throws {
    try withTemporaryFolder { root in
      try write("dev/1/2/1-2.trans.txt", "1-2-0 ONE\n1-2-1 TWO\n", in: root)
      try write("dev/1/2/1-2-0.opus", "OggS", in: root)
      try write("dev/1/2/1-2-1.opus", "OggS", in: root)
      try call("dev/1/2/1-2-1.wav", [left], in: root)
      let dataset = try Dataset(contentsOf: root, split: "dev")
      #expect(dataset.utterances.map(\.audio.pathExtension) == ["opus", "wav"])
      // Told by its content, whatever its name says.
      let error = #expect(throws: InputError.self) { try dataset.utterances[0].waveform() }
      let reason =
        ExternalDecoder.installed == nil
        ? "or ffmpeg in PATH, which decodes others" : "expected sound that ffmpeg decodes"
      #expect(try #require(error).description.contains(reason))
      try write("dev/1/2/1-2-1.trans.txt", "", in: root)
    }
  }

  @Test func whatIsNotDecodedIsRefusedWhenItIsRead() throws {
    try withTemporaryFolder { root in
      try write("test.csv", "path,text\nnotes.txt,one\n", in: root)
      try write("notes.txt", "no sound", in: root)
      let text = try Dataset(contentsOf: root, split: "test").utterances[0]
      let error = #expect(throws: InputError.self) { try text.waveform() }
      let said = try #require(error).description
      #expect(
        said.contains("notes.txt: expected a WAV, FLAC, SPHERE, AIFF or AU file"), "\(said)")
      try write("test.csv", "path,text\nx.aiff,one\n", in: root)
      let big = left.flatMap { AudioBytes.big($0, 2) }
      try write(
        "x.aiff", Data(AudioBytes.aiff(rate: 16000, frames: left.count, big)), in: root)
      #expect(try heard(Dataset(contentsOf: root, split: "test")) == [floats(left)])
    }
  }
}
