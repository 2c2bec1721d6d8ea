// A language model from texts, and the built program's commands with it.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct DecodingEndToEndTests {
  private func objects(_ outcome: ProgramOutcome) throws -> [[String: Any]] {
    try outcome.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func run(_ arguments: [String]) throws -> ProgramOutcome {
    try runProgram(dropscope.path, arguments)
  }

  private func withLanguageModel(_ body: (SmallWorld, URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let file = folder.appending(path: "words.arpa")
      let made = try run([
        "ngram", world.data.path, "--order", "2", "--prune", "0", "--least-count", "1",
        "--output", file.path,
      ])
      #expect(made.status == 0 && made.errors == "")
      #expect(made.output.contains("12 sentences, 0 left out"))
      try body(world, file)
    }
  }

  private func common(_ world: SmallWorld) -> [String] {
    ["--model", world.model.path, "--data", world.data.path, "--split", "test", "--threads", "2"]
  }

  @Test func evaluateWithALanguageModel() throws {
    try withLanguageModel { world, lm in
      let greedy = try objects(run(["evaluate", "--json"] + common(world)))[0]
      #expect(greedy["decoder"] == nil && greedy["decode_ms"] == nil)
      let outcome = try run(
        ["evaluate", "--json", "--lm", lm.path, "--beam", "20", "--lm-weight", "0.25"]
          + common(world))
      #expect(outcome.status == 0 && outcome.errors == "")
      let searched = try objects(outcome)[0]
      #expect(searched["decoder"] as? String == "beam" && searched["beam"] as? Int == 20)
      #expect(searched["lm"] as? String == "words.arpa")
      #expect(searched["lm_weight"] as? Double == 0.25 && searched["word_bonus"] as? Double == 1.5)
      let decoding = try #require(searched["decode_ms"] as? [String: Double])
      let all = try #require(searched["latency_ms"] as? [String: Double])
      #expect(decoding["p50"]! > 0 && decoding["p50"]! <= decoding["p95"]!)
      #expect(decoding["p50"]! < all["p50"]!)

      let plain = try run(["evaluate", "--lm", lm.path] + common(world))
      #expect(plain.output.contains(", beam 100 with words.arpa, LM weight 0.5, word bonus 1.5;"))
      #expect(plain.output.contains("p95 ms") && plain.output.contains("decode"))
    }
  }

  @Test func textsWithoutSentencesMakeNoModel() throws {
    try withTemporaryFolder { folder in
      let text = folder.appending(path: "numbers.txt")
      try "12 34\n".write(to: text, atomically: true, encoding: .utf8)
      let outcome = try run([
        "ngram", text.path, "--output", folder.appending(path: "x.arpa").path,
      ])
      #expect(outcome.status == 1 && outcome.errors.contains("expected sentences of words"))
    }
  }

  @Test func tuningPrintsTheBestPair() throws {
    try withLanguageModel { world, lm in
      let arguments = ["evaluate", "--tune-lm", "--beam", "5"] + common(world)
      let outcome = try run(arguments + ["--lm", lm.path])
      #expect(outcome.status == 0 && outcome.output.contains("best: --lm-weight "))
      let pairs = try objects(run(arguments + ["--lm", lm.path, "--json"]))
      #expect(pairs.count == 30 && Set(pairs.map { $0.keys.sorted() }).count == 1)
      #expect(try run(arguments).status == 2)
      #expect(try run(arguments + ["--lm", lm.path, "--keep", "12,6"]).status == 2)
    }
  }

  @Test func transcribeAndSweepSayHow() throws {
    try withLanguageModel { world, lm in
      let sound = world.data.appending(path: "test/10/1/10-1-0000.wav").path
      let said = try objects(
        run(["transcribe", "--json", "--model", world.model.path, "--lm", lm.path, sound]))[0]
      #expect(said["decoder"] as? String == "beam" && said["lm"] as? String == "words.arpa")
      let (part, all) = (said["decode_seconds"] as? Double, said["seconds"] as? Double)
      #expect(try #require(part) < #require(all))

      // A shard of each makes no sweep.
      let sweep = ["sweep", "--json", "--keep", "12,6", "--policy", "first"] + common(world)
      var files: [String] = []
      for (index, more) in [[], ["--beam", "4"]].enumerated() {
        let shard = try run(sweep + more + ["--shard", "\(index + 1)/2"])
        #expect(shard.status == 0)
        let file = world.folder.appending(path: "\(index).jsonl")
        try shard.output.write(to: file, atomically: true, encoding: .utf8)
        files.append(file.path)
      }
      let merged = try run(["sweep", "merge"] + files)
      #expect(merged.status == 1)
      #expect(
        merged.errors.contains("expected greedy decoding") && merged.errors.contains("beam 4"))
    }
  }
}
