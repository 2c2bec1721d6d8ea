// The built program over data with faults, and what it writes for other programs to score.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite(.serialized) struct DataEndToEndTests {
  private func withWorld(_ body: (SmallWorld, [String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 4)
      try body(
        world,
        ["evaluate", "--model", world.model.path, "--data", world.data.path, "--split", "test"])
    }
  }

  private func run(_ arguments: [String]) throws -> ProgramOutcome {
    try runProgram(dropscope.path, arguments)
  }

  /// A file too short, one missing, one that no transcript names.
  @Test func whatCannotBeReadIsNamedLeftOutAndCounted() throws {
    try withWorld { world, evaluate in
      let chapter = world.data.appending(path: "test/10/1")
      let files = (0..<4).map { chapter.appending(path: "10-1-000\($0).wav") }
      try FileManager.default.copyItem(at: files[0], to: chapter.appending(path: "10-1-0009.wav"))
      try Data().write(to: files[1])
      try FileManager.default.removeItem(at: files[2])
      let outcome = try run(evaluate + ["--json"])
      let lines = outcome.errors.lines
      #expect(outcome.status == 0 && lines.count == 5)
      #expect(lines[0].contains("10-1-0009.wav") && lines[1].contains("10-1-0001.wav"))
      #expect(lines[2].contains("10-1-0002.flac"))
      #expect(lines[3].hasPrefix("3 of noise test left out; with --strict"))
      #expect(outcome.output.contains("\"skipped\":3"))
      #expect(outcome.output.contains("\"utterances\":2"))
      #expect(try run(evaluate).output.contains("2 utterances, 8 words, 3 left out;"))
      let strict = try run(evaluate + ["--strict"])
      #expect(strict.status == 1 && strict.output == "" && strict.errors.lines.count == 2)

      let sweep = ["sweep"] + evaluate.dropFirst() + ["--keep", "12", "--policy", "first"]
      #expect(try run(sweep).output.contains("noise, 3 left out: "))
      #expect(try run(sweep + ["--strict"]).status == 1)
      let frame = try run(["--frame", "120x30"] + evaluate.dropFirst())
      #expect(frame.status == 0 && frame.output.contains("2 utterances, 8 words"))
      #expect(frame.output.contains("complete") && frame.errors.contains("10-1-0001.wav"))
      #expect(try run(["--frame", "120x30", "--strict"] + evaluate.dropFirst()).status == 1)
      let layers = try run(["--frame", "120x30", "--view", "layers"] + evaluate.dropFirst())
      #expect(layers.status == 0)

      let train = [
        "train", "--recipe", "reference", "--data", world.data.path, "--split", "test", "--steps",
        "1", "--token-count", "32",
      ]
      let model = world.folder.appending(path: "trained").path
      let refused = try run(train + ["--output", model, "--strict"])
      #expect(refused.status == 1 && refused.errors.contains("10-1-0009.wav"))
    }
  }

  @Test func referencesWithoutAWord() throws {
    try withWorld { world, evaluate in
      let list = world.data.appending(path: "test/10/1/10-1.trans.txt")
      let text = try String(contentsOf: list, encoding: .utf8)
      try text.lines.map { String($0.prefix(9)) }.joined(separator: "\n")
        .write(to: list, atomically: true, encoding: .utf8)
      let outcome = try run(evaluate)
      #expect(outcome.status == 0 && outcome.output.contains("4 utterances, 0 words"))
      #expect(outcome.errors.contains("no reference has a word"))
      #expect(!outcome.output.lowercased().contains("nan"))
    }
  }

  @Test func hypothesesAsLinesAndAsPairs() throws {
    try withWorld { world, evaluate in
      let file = world.folder.appending(path: "out.jsonl")
      #expect(try run(evaluate + ["--keep", "12,6", "--hypotheses", file.path]).status == 0)
      let lines = try String(contentsOf: file, encoding: .utf8).lines.dropLast()
      #expect(lines.count == 8)
      let first = try #require(JSONValue(lines[0].utf8))
      #expect(
        Set((first.members ?? []).map(\.name)) == [
          "model", "dataset", "split", "policy", "mask", "id", "speaker", "reference", "hypothesis",
          "words", "substitutions", "deletions", "insertions",
        ])
      #expect(first["id"]?.string == "10-1-0000" && first["words"]?.integer == 4)
      #expect(first["reference"]?.string == "turn on the light")

      let pairs = world.folder.appending(path: "out.trn")
      func text(_ name: String) throws -> [Substring] {
        try String(contentsOf: world.folder.appending(path: name), encoding: .utf8).lines
      }
      #expect(try run(evaluate + ["--keep", "12", "--hypotheses", pairs.path]).status == 0)
      let (reference, hypothesis) = (try text("out.ref.trn"), try text("out.hyp.trn"))
      #expect(reference.count == 5 && hypothesis.count == 5)
      #expect(reference[0] == "turn on the light (10-1-0000)")
      #expect(hypothesis[3].hasSuffix("(10-1-0003)"))
      let said = first["hypothesis"]?.string ?? ""
      #expect(hypothesis[0] == (said.isEmpty ? "" : said + " ") + "(10-1-0000)")
      let both = evaluate + ["--keep", "12,1", "--policy", "first"]
      #expect(try run(both + ["--hypotheses", pairs.path]).status == 0)
      #expect(try text("out.small.100000000000.hyp.trn").count == 5)
      #expect(try text("out.small.111111111111.ref.trn") == reference)
      let nowhere = try run(evaluate + ["--hypotheses", "/nonexistent/out.trn"])
      #expect(nowhere.status == 1 && nowhere.errors.contains("out.ref.trn") && nowhere.output == "")
    }
  }

  @Test func shardsHaveALimit() throws {
    for shard in ["9223372036854775807/9223372036854775807", "1/1000001", "0/1", "2/1"] {
      let outcome = try run(["sweep", "--shard", shard])
      #expect(outcome.status == 2 && outcome.errors.contains("I/N with 1 <= I <= N <= 1000000"))
    }
  }
}
