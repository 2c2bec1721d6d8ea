// The lists and tables of data sets, layout by layout.

import Base
import Foundation
import Speech

extension FuzzedParsers {
  static let datasets: [FuzzedParser] = [
    list(
      "table-csv", "table", split: "t", "t.csv",
      ["path,text,start,end\na.wav,\"one, \"\"two\"\"\",0.5,1\r\nb.wav,three,,\n"]),
    list(
      "table-tsv", "table", split: "t", "t.tsv",
      ["path\ttext\tspeaker\na.wav\t\"one\tann\nb.wav\ttwo\t\n"]),
    list(
      "commonvoice", "commonvoice", split: "test", "test.tsv",
      ["client_id\tpath\tsentence\nann\tx.mp3\tA word\nbob\ty.mp3\t\"Two\" words\n"],
      besides: ["clips/x.wav": "", "clips/y.wav": ""]),
    list(
      "audiofolder-csv", "audiofolder", split: "train", "metadata.csv",
      ["file_name,text\na.wav,one\n"]),
    list(
      "audiofolder-jsonl", "audiofolder", split: "train", "metadata.jsonl",
      ["{\"file_name\": \"a.wav\", \"transcription\": \"ΟΔΟΣ\"}\n"]),
    list(
      "nemo", "nemo", split: "t", "t.json",
      [
        "{\"audio_filepath\": \"a.wav\", \"text\": \"caf\\u00e9 [x] <y\", \"offset\": 1, "
          + "\"duration\": 2.5, \"speaker\": 7}\n{\"audio_filepath\": \"b.wav\", \"text\": \"\"}\n"
      ]),
    list(
      "librispeech", "librispeech", split: "t", "t/1/2/1-2.trans.txt",
      ["1-2-0 ONE TWO\n1-2-1 IT'S $5\n"], besides: ["t/1/2/1-2-0.wav": "", "t/1/2/1-2-2.wav": ""]),
    kaldi("text", ["a one\nb two\n"]),
    kaldi("wav.scp", ["r r.wav\ns /x/y.flac\n", "r r.ark:123\n", "r sox r.wav -t wav - |\n"]),
    kaldi("segments", ["a r 0.5 1.5\nb r 2 3\n"]),
    kaldi("utt2spk", ["a ann\nb bob\n"]),
    kaldi("reco2file_and_channel", ["r r A\ns s 2\n"]),
    list(
      "tedlium", "tedlium", split: "t", "t/stm/x.stm",
      [";; x\nx 1 ann 0.5 1.5 <o> it 's share(2)\nx 2 bob 1.5 3 and so on\n"]),
    list(
      "ljspeech", "ljspeech", split: "all", "metadata.csv", ["a|in 1933|in nineteen\nb|x|\n"],
      besides: ["wavs/a.wav": ""]),
    list(
      "sphinx-fileids", "sphinx", split: "test", "etc/a_test.fileids", ["ann/x\nbob/y\n"],
      besides: [
        "etc/a_test.transcription": "<s> A WORD </s> (x)\nTWO(2) ++UM++ WORDS (bob/y)\n",
        "wav/ann/x.sph": "", "wav/bob/y.wav": "",
      ]),
    list(
      "sphinx-transcription", "sphinx", split: "test", "etc/a_test.transcription",
      ["<s> A WORD </s> (x)\nTWO(2) ++UM++ WORDS (bob/y)\n"],
      besides: ["etc/a_test.fileids": "ann/x\nbob/y\n", "wav/ann/x.sph": "", "wav/bob/y.wav": ""]),
  ]

  private static func list(
    _ name: String, _ format: String, split: String, _ file: String, _ seeds: [String],
    besides others: [String: String] = [:]
  ) -> FuzzedParser {
    FuzzedParser(name, file: file, seeds, besides: others) { root in
      let data = try Dataset(
        contentsOf: root, split: split, format: format, normalization: .whisper)
      for utterance in data.utterances {
        try FuzzFault.unless(
          !utterance.transcript.unicodeScalars.contains { $0 == "\n" || $0 == "\r" },
          "a transcript of more than a line")
      }
      _ = data.digest
    }
  }

  private static let kaldiFolder = [
    "t/wav.scp": "r r.wav\n", "t/text": "a one\nb two\n", "t/segments": "a r 0.5 1.5\nb r 2 3\n",
    "t/r.wav": "",
  ]

  private static func kaldi(_ file: String, _ seeds: [String]) -> FuzzedParser {
    list(
      "kaldi-\(file.replacing("_", with: "-").replacing(".", with: "-"))", "kaldi", split: "t",
      "t/\(file)", seeds, besides: kaldiFolder.filter { $0.key != "t/\(file)" })
  }
}
