// Every layout on a small folder with real audio, and the awkward cases of each.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct LayoutsTests {
  /// Half a second of a tone; WAV or FLAC by the name.
  private func audio(_ path: String, in root: URL, seconds: Double = 0.5, rate: Int = 16000) throws
  {
    let url = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    let samples = (0..<Int(seconds * Double(rate))).map { 0.3 * sin(Float($0) * 0.2) }
    let waveform = Waveform(samples: samples, sampleRate: rate)
    try url.pathExtension == "flac"
      ? FLACFile.write(waveform, to: url) : writeWAV(waveform, to: url)
  }

  private func text(_ path: String, _ text: String, in root: URL) throws {
    let url = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// Recognised as `format`, with these splits, ids, words and seconds; every waveform can be read.
  private func expect(
    _ root: URL, _ format: String, splits: [String], _ split: String,
    _ expected: [(speaker: String, transcript: String, seconds: Double)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try Dataset.splits(of: root) == splits, sourceLocation: sourceLocation)
    let dataset = try Dataset(contentsOf: root, split: split)
    #expect(
      try Dataset(contentsOf: root, split: split, format: format).utterances == dataset.utterances,
      sourceLocation: sourceLocation)
    #expect(
      dataset.utterances.map(\.speaker) == expected.map(\.speaker), sourceLocation: sourceLocation)
    #expect(
      dataset.utterances.map(\.transcript) == expected.map(\.transcript),
      sourceLocation: sourceLocation)
    for (utterance, expected) in zip(dataset.utterances, expected) {
      expectClose(try utterance.waveform().seconds, expected.seconds, relative: 1e-3)
    }
  }

  @Test func kaldi() throws {
    try withTemporaryFolder { root in
      try audio("wavs/one two.wav", in: root, seconds: 2)
      try audio("data/dev/b.flac", in: root)
      try text(
        "data/dev/wav.scp",
        "rec1 \(root.path)/wavs/one two.wav\r\nrec2 b.flac\r\n", in: root)
      try text(
        "data/dev/text", "\u{FEFF}u2 Good BYE\r\nu1  HELLO  you\r\nu3 È UN CAFFÈ\r\n", in: root)
      try text("data/dev/segments", "u1 rec1 0.25 1.00\nu2 rec1 1.5 2.0\nu3 rec2 0 0.5\n", in: root)
      try text("data/dev/utt2spk", "u1 ann\nu2 bob\nu3 ann\n", in: root)
      let data = root.appendingPathComponent("data")
      try expect(
        data, "kaldi", splits: ["dev"], "dev",
        [("ann", "hello you", 0.75), ("bob", "good bye", 0.5), ("ann", "è un caffè", 0.5)])
      // The folder itself is a split by its own name.
      let dev = data.appendingPathComponent("dev")
      #expect(try Dataset(contentsOf: dev, split: "dev").utterances.count == 3)
      try text("data/dev/segments", "u1 rec1 0.25 9.00\nu2 rec1 1.5 2.0\nu3 rec2 0 0.5\n", in: root)
      let late = try Dataset(contentsOf: dev, split: "dev").utterances[0]
      #expect(throws: InputError.self) { try late.waveform() }
      #expect(message(dev, "dev") == "no error")
      try text("data/dev/text", "u1 hello\n", in: root)
      try text("data/dev/segments", "u1 rec9 0.25 1\n", in: root)
      #expect(message(dev, "dev").contains("\"rec9\" in wav.scp"))
      try text("data/dev/segments", "u1 rec1 1 0.25\n", in: root)
      #expect(message(dev, "dev").contains("START END"))
      for times in ["0 inf", "1e300 2e300", "nan 1"] {
        try text("data/dev/segments", "u1 rec1 \(times)\n", in: root)
        #expect(message(dev, "dev").contains("START END"))
      }
      try text("data/dev/segments", "u2 rec1 0 1\n", in: root)
      #expect(message(dev, "dev").contains("a line for \"u1\" in segments"))
      try FileManager.default.removeItem(at: dev.appendingPathComponent("segments"))
      try text("data/dev/wav.scp", "u1 sph2pipe -f wav x.sph |\n", in: root)
      #expect(message(dev, "dev").contains("commands are not run"))
      try text("data/dev/wav.scp", "u1 gone.wav\n", in: root)
      let gone = try Dataset(contentsOf: dev, split: "dev").utterances[0]
      #expect(throws: InputError.self) { try gone.waveform() }
    }
  }

  @Test func sphinx() throws {
    try withTemporaryFolder { root in
      try audio("wav/clstk/ann/an1-ann-b.wav", in: root)
      try audio("wav/clstk/bob/cen1.flac", in: root, seconds: 1)
      try audio("wav/clstk/ann/cen1.flac", in: root, seconds: 2)
      try audio("wav/plain.wav", in: root)
      try text("etc/x_train.fileids", "clstk/ann/an1-ann-b\r\nplain\r\n", in: root)
      try text(
        "etc/x_train.transcription",
        "<s> ENTER <sil> THE(2) ++NOISE++ (SIC) </s> (plain)\n<s> Go </s> (an1-ann-b)\n", in: root)
      try text("etc/x_test.fileids", "clstk/bob/cen1\nclstk/ann/cen1\n", in: root)
      try text(
        "etc/x_test.transcription", "D O E (clstk/ann/cen1)\nR O E (clstk/bob/cen1)\n", in: root)
      try text("etc/x.dic", "GO G OW\n", in: root)
      try expect(
        root, "sphinx", splits: ["test", "train"], "train",
        [("ann", "go", 0.5), ("plain", "enter the (sic)", 0.5)])
      // Names that two folders have are told apart by their paths.
      try expect(
        root, "sphinx", splits: ["test", "train"], "test",
        [("ann", "d o e", 2), ("bob", "r o e", 1)])
      try text("etc/x_test.transcription", "D O E (cen1)\n", in: root)
      #expect(message(root, "test").contains("(clstk/bob/cen1)"))
      try text("etc/x_test.transcription", "D O E (cen1)\nD (cen1)\n", in: root)
      #expect(message(root, "test").contains("line 2: expected each id once"))
      try text("etc/x_test.transcription", "D O E\n", in: root)
      #expect(message(root, "test").contains("expected WORDS (ID), found \"D O E\""))
      try text("etc/x_test.fileids", "clstk/ann/gone\n", in: root)
      try text("etc/x_test.transcription", "D O E (gone)\n", in: root)
      let gone = try Dataset(contentsOf: root, split: "test").utterances[0]
      #expect(throws: InputError.self) { try gone.waveform() }
      try text("wav/clstk/ann/gone.raw", "", in: root)
      #expect(message(root, "test").contains("only .raw"))
      // Nothing was said: what is recognised there is inserted.
      try text("etc/x_test.transcription", "<s> </s> (gone)\n", in: root)
      try audio("wav/clstk/ann/gone.wav", in: root)
      #expect(try Dataset(contentsOf: root, split: "test").utterances[0].transcript == "")
      // Two data sets in one folder.
      try text("etc/y_test.fileids", "clstk/ann/gone\n", in: root)
      try text("etc/y_test.transcription", "GO (gone)\n", in: root)
      #expect(try Dataset.splits(of: root) == ["train", "x_test", "y_test"])
    }
  }

  @Test func nemo() throws {
    try withTemporaryFolder { root in
      try audio("clips/ä b.wav", in: root, seconds: 1)
      try audio("c.flac", in: root)
      try text(
        "test.json",
        """
        {"audio_filepath": "clips/ä b.wav", "duration": 0.5, "offset": 0.25, "text": "Hello THERE"}
        {"audio_filepath": "\(root.path)/c.flac", "duration": 0.5, "text": "again", "speaker": "s"}

        """, in: root)
      try expect(
        root, "nemo", splits: ["test"], "test",
        [("s", "again", 0.5), ("ä b", "hello there", 0.5)].sorted { $0.1 < $1.1 })
      let manifest = root.appendingPathComponent("test.json")
      #expect(try Dataset(contentsOf: manifest, split: "test").name == "test")
      for (line, speaker, words) in [
        ("{\"audio_filepath\": \"c.flac\", \"text\": \" \", \"speaker\": 7}", "7", ""),
        ("{\"audio_filepath\": \"c.flac\", \"text\": \"a\u{2028}b\u{85}c\"}", "c", "a b c"),
        ("{\"wav\": \"c.flac\", \"sentence\": \"x\", \"speaker_id\": 2.0}", "2", "x"),
      ] {
        try text("test.json", line + "\n", in: root)
        try expect(root, "nemo", splits: ["test"], "test", [(speaker, words, 0.5)])
      }
      try text(
        "test.json",
        "{\"audio_filepath\": \"c.flac\", \"text\": \"x\", \"offset\": 1e300, \"duration\": 2}\n",
        in: root)
      #expect(message(root, "test").contains("a start (offset) of at least 0"))
      try text("test.json", "{\"audio_filepath\": \"c.flac\"}\n", in: root)
      #expect(message(root, "test").contains("audio_filepath and text"))
    }
  }

  @Test func commonVoice() throws {
    try withTemporaryFolder { root in
      try audio("clips/x1.flac", in: root, rate: 48000)
      try text("clips/x2.mp3", "ID3", in: root)
      try text(
        "test.tsv", "client_id\tpath\tsentence\tup_votes\r\nabc\tx1.mp3\tHe said \"no\".\t2\r\n",
        in: root)
      try expect(root, "commonvoice", splits: ["test"], "test", [("abc", "he said \"no\".", 0.5)])
      try text("test.tsv", "client_id\tpath\tsentence\nabc\tx2.mp3\tyes\n", in: root)
      let clip = try Dataset(contentsOf: root, split: "test").utterances[0]
      #expect(clip.audio.lastPathComponent == "x2.mp3")
      #expect(throws: InputError.self) { try clip.waveform() }
    }
  }

  @Test func ljSpeech() throws {
    try withTemporaryFolder { root in
      try audio("wavs/LJ001-0001.wav", in: root, rate: 22050)
      try audio("wavs/LJ001-0002.wav", in: root, rate: 22050)
      try text(
        "metadata.csv", "LJ001-0001|in 1933|in nineteen thirty three\nLJ001-0002|\"Yes|\n", in: root
      )
      #expect(try Dataset(contentsOf: root, split: "all").utterances.last?.transcript == "")
      try text("metadata.csv", "LJ001-0001|in 1933|in nineteen thirty three\n", in: root)
      try expect(
        root, "ljspeech", splits: ["all"], "all", [("LJ", "in nineteen thirty three", 0.5)])
    }
  }

  @Test func tables() throws {
    try withTemporaryFolder { root in
      try audio("my audio/one, two.wav", in: root)
      try audio("three.flac", in: root)
      try text(
        "mine.csv",
        "Speaker,Path,Text\nann,\"my audio/one, two.wav\",\"He said \"\"no\"\", twice\"\n,three.flac,THREE\n",
        in: root)
      try expect(
        root, "table", splits: ["mine"], "mine",
        [("ann", "he said \"no\", twice", 0.5), ("three", "three", 0.5)])
      try text("other.tsv", "file\ttranscript\nthree.flac\tthree\n", in: root)
      #expect(try Dataset.splits(of: root) == ["mine", "other"])
      #expect(
        try Dataset(contentsOf: root.appendingPathComponent("other.tsv"), split: "other")
          .utterances.count == 1)
      try text("mine.csv", "sound,words\nthree.flac,three\n", in: root)
      #expect(message(root, "mine").contains("raw_transcription), found sound, words"))
    }
  }

  @Test func tedlium() throws {
    func sphere(_ path: String, _ root: URL, coding: String = "pcm", seconds: Int = 2) throws {
      let url = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let count = 16000 * seconds
      var header =
        "NIST_1A\n   1024\nsample_count -i \(count)\nsample_rate -i 16000\nchannel_count -i 1\n"
        + "sample_n_bytes -i 2\nsample_byte_format -s2 10\nsample_coding -s\(coding.count) \(coding)\n"
        + "end_head\n"
      header += String(repeating: " ", count: 1024 - header.utf8.count)
      var data = Data(header.utf8)
      for i in 0..<count {
        withUnsafeBytes(of: Int16(i % 1000).bigEndian) { data.append(contentsOf: $0) }
      }
      try data.write(to: url)
    }
    try withTemporaryFolder { root in
      try sphere("legacy/test/sph/AimeeMullins_2009P.sph", root)
      try text(
        "legacy/test/stm/AimeeMullins_2009P.stm",
        """
        ;; a remark
        AimeeMullins_2009P 1 AimeeMullins 0.50 1.25 <o,f0,female> i 'd like to <sil> share(2) it
        AimeeMullins_2009P 1 inter_segment_gap 1.25 1.40 <o,,> ignore_time_segment_in_scoring
        AimeeMullins_2009P 1 AimeeMullins 1.40 2.0 <o,f0,female> {NOISE} yes (AimeeMullins-1)

        """, in: root)
      try expect(
        root, "tedlium", splits: ["test"], "test",
        [("AimeeMullins", "i'd like to share it", 0.75), ("AimeeMullins", "yes", 0.6)])
      let dataset = try Dataset(contentsOf: root, split: "test")
      #expect(dataset.utterances[0].id == "AimeeMullins_2009P-0000050-0000125")
      // Big-endian samples, cut at the segment's start.
      let samples = try dataset.utterances[0].waveform().samples
      #expect(samples[5] == Float((8000 + 5) % 1000) / 32768)
      try sphere(
        "legacy/test/sph/AimeeMullins_2009P.sph", root, coding: "pcm,embedded-shorten-v2.00")
      let shorten = dataset.utterances[0].audio
      do {
        _ = try AudioFile.read(shorten)
        Issue.record("shorten was read")
      } catch {
        #expect("\(error)".contains("sph2pipe") && "\(error)".contains("shorten"))
      }
      try text(
        "legacy/test/stm/AimeeMullins_2009P.stm", "AimeeMullins_2009P 1 x 2 1 <o> hm\n", in: root)
      #expect(message(root, "test").contains("START END"))
      try text(
        "legacy/test/stm/AimeeMullins_2009P.stm", "AimeeMullins_2009P 1 x 1 inf <o> hm\n", in: root)
      #expect(message(root, "test").contains("START END"))
    }
  }

  @Test func libriSpeechMayLieOneFolderDeeper() throws {
    try withTemporaryFolder { root in
      try audio("LibriSpeech/dev-clean/1/2/1-2-0000.flac", in: root)
      try text("LibriSpeech/dev-clean/1/2/1-2.trans.txt", "1-2-0000 A WORD\n", in: root)
      try expect(root, "librispeech", splits: ["dev-clean"], "dev-clean", [("1", "a word", 0.5)])
      #expect(message(root, "test").contains("the splits dev-clean"))
    }
  }

  @Test func formatsAreNamed() throws {
    #expect(Set(DatasetCatalog.all.map { $0.name }).count == DatasetCatalog.all.count)
    #expect(DatasetCatalog.all.allSatisfy { !$0.summary.isEmpty })
    #expect(throws: InputError.self) { try DatasetCatalog.all.named("zip") }
    try withTemporaryFolder { root in
      try text("notes/readme", "nothing", in: root)
      #expect(message(root, "test").contains("kaldi, sphinx, librispeech, nemo"))
      #expect(message(root, "test").contains("found a folder that is none"))
      #expect(throws: InputError.self) { try Dataset.splits(of: root) }
    }
  }
}
