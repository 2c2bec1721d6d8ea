// A run goes on with what it was started with, or says what is another.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing
import Training

@Suite struct ResumeTests {
  private func session(
    _ folder: URL, _ corpus: TrainingCorpus, tokenizer: Tokenizer = toneTokenizer,
    resuming: Bool = true
  ) throws -> TrainingSession<TinyBackbone> {
    try TrainingSession(
      trainer: tinyTrainer(tinyOptions(), corpus: corpus), tokenizer: tokenizer, heldOut: nil,
      output: folder, pace: TrainingPace(),
      provenance: Provenance(command: "a test", machine: "a test"),
      resuming: resuming ? Checkpoint.url(in: folder) : nil)
  }

  /// A run that was stopped after its first step.
  private func withStoppedRun(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let start = try session(folder, toneCorpus(40), resuming: false)
      let isComplete = try start.run(shouldStop: { true })
      #expect(!isComplete)
      try body(folder)
    }
  }

  private func refusal(_ folder: URL, _ corpus: TrainingCorpus, _ tokenizer: Tokenizer) -> String {
    let before = try? Data(contentsOf: Checkpoint.url(in: folder))
    let error = #expect(throws: InputError.self) {
      try session(folder, corpus, tokenizer: tokenizer)
    }
    #expect((try? Data(contentsOf: Checkpoint.url(in: folder))) == before)
    return error.map { "\($0)" } ?? ""
  }

  @Test func otherDataAndOtherTokensAreSaid() throws {
    try withStoppedRun { folder in
      let same = try session(folder, toneCorpus(40))
      #expect(same.remark == nil)
      let smaller = refusal(folder, toneCorpus(40).subset(3), toneTokenizer)
      #expect(
        smaller.contains("expected the data of the run's start, 40 utterances of"), "\(smaller)")
      #expect(smaller.contains("found other data, 3 utterances of"), "\(smaller)")
      let all = toneCorpus(40)
      let other = TrainingCorpus(
        name: all.name, sampleRate: 16000, samples: all.samples,
        transcripts: ["ab"] + all.transcripts.dropFirst(), speakers: all.speakers)
      let texts = refusal(folder, other, toneTokenizer)
      #expect(texts.contains("found other texts, speakers, weights or order"), "\(texts)")
      let tokens = refusal(
        folder, all, Tokenizer.train(transcripts: ["turn on the light"], size: 8))
      #expect(tokens.contains("tokens of the run's start, found"), "\(tokens)")
    }
  }

  /// With the metadata of the checkpoint as `change` makes it.
  private func rewrite(_ folder: URL, _ change: (inout [String: Any]) -> Void) throws {
    let url = Checkpoint.url(in: folder)
    let file = try SafetensorsFile(contentsOf: url)
    let key = "dropscope_training"
    var progress =
      try JSONSerialization.jsonObject(with: Data((file.metadata[key] ?? "").utf8))
      as? [String: Any] ?? [:]
    change(&progress)
    let json = try JSONSerialization.data(withJSONObject: progress)
    try SafetensorsWriter.write(
      file.names.map { ($0, try file.tensor($0)) },
      metadata: [key: String(decoding: json, as: UTF8.self)], to: url)
  }

  @Test func anEarlierVersionsRunGoesOnWithAWord() throws {
    try withStoppedRun { folder in
      try rewrite(folder) { $0["identity"] = nil }
      let remark = try session(folder, toneCorpus(40)).remark
      #expect(remark?.contains("could not be checked") == true, "\(remark ?? "")")
      // Also there it does not crash: the second batch of an epoch that has one.
      #expect(
        refusal(folder, toneCorpus(40).subset(2), toneTokenizer).contains("a position within"))
    }
  }

  @Test(arguments: ["position", "gateHistogram", "elapsedSeconds", "options", "skippedSteps"])
  func whatCannotBeIsRefused(field: String) throws {
    try withStoppedRun { folder in
      try rewrite(folder) { progress in
        switch field {
        case "position":
          progress[field] = ["step": 3, "epoch": 1 << 40, "batch": 0, "updates": 3]
        case "gateHistogram": progress[field] = [1]
        case "elapsedSeconds": progress[field] = -1
        case "options":
          var options = progress[field] as? [String: Any] ?? [:]
          options["beta1"] = 1.5
          progress[field] = options
        default: progress[field] = Int.min
        }
      }
      _ = refusal(folder, toneCorpus(40), toneTokenizer)
    }
  }
}
