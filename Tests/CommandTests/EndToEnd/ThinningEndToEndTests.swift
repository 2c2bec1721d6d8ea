// The built program with less of the feed-forward parts: what it counts and says, and what it refuses.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ThinningEndToEndTests {
  private func withWorld(_ body: (SmallWorld) throws -> Void) throws {
    try withTemporaryFolder { try body(try SmallWorld(in: $0, utterances: 4)) }
  }

  private func objects(_ outcome: ProgramOutcome) throws -> [[String: Any]] {
    #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    return try outcome.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func run(_ arguments: [String]) throws -> ProgramOutcome {
    try runProgram(dropscope.path, arguments)
  }

  private func common(_ world: SmallWorld) -> [String] {
    ["--model", world.model.path, "--data", world.data.path, "--split", "test", "--threads", "2"]
  }

  @Test func lessIsCountedAndSaid() throws {
    try withWorld { world in
      func evaluate(_ more: String...) throws -> [String: Any] {
        try objects(run(["evaluate", "--json", "--keep", "6"] + more + common(world)))[0]
      }
      let whole = try evaluate("--rank", "1")
      #expect(whole["rank"] == nil && whole["width"] == nil)
      let thin = try evaluate("--rank", "50%", "--width", "0.5")
      #expect(thin["rank"] as? Double == 0.5 && thin["width"] as? Double == 0.5)
      #expect(thin["mask"] as? String == whole["mask"] as? String)
      let narrow = try evaluate("--width", "0.5")
      let costs = try [whole, narrow, thin].map {
        try #require($0["gflop_per_audio_second"] as? Double)
      }
      #expect(costs[0] > costs[1] && costs[1] > costs[2])
      let table = try run(["evaluate", "--rank", "25%", "--keep", "6"] + common(world))
      #expect(table.output.contains(", feed-forward parts of rank 25 %;"), "\(table.output)")

      let recording = world.data.appending(path: "test/10/1/10-1-0000.wav").path
      let said = try objects(
        run([
          "transcribe", recording, "--model", world.model.path, "--json", "--width", "25%",
        ]))[0]
      #expect(said["width"] as? Double == 0.25 && said["rank"] == nil)
    }
  }

  @Test func listsAreMeasuredInAllCombinations() throws {
    try withWorld { world in
      let lists = ["--keep", "6", "--width", "100%,50%", "--precision", "float32,int8"]
      let all = try objects(run(["evaluate", "--json"] + lists + common(world)))
      #expect(all.map { $0["width"] as? Double } == [nil, nil, 0.5, 0.5])
      #expect(all.map { $0["precision"] as? String } == [nil, "int8", nil, "int8"])
      let costs = all.map { $0["gflop_per_audio_second"] as? Double ?? 0 }
      #expect(costs[0] == costs[1] && costs[2] == costs[3] && costs[2] < costs[0])

      let hypotheses = world.folder.appending(path: "said.trn")
      let table = try run(
        ["evaluate", "--hypotheses", hypotheses.path] + lists + common(world))
      #expect(table.status == 0 && table.output.contains("compute"), "\(table.errors)")
      #expect(table.output.contains(" width 50 %, int8 "), "\(table.output)")
      let names = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
        .filter { $0.hasSuffix(".hyp.trn") }
      #expect(names.count == 4 && names.contains { $0.hasSuffix("-width-50-int8.hyp.trn") })

      let points = try objects(
        run(["sweep", "--json", "--policy", "first"] + lists + common(world)))
      #expect(points.count == 4 && Set(points.map { $0["sweep"] as? String }).count == 1)
      #expect(points.map { $0["point"] as? Int } == [0, 1, 2, 3])
      let swept = try run(["sweep", "--policy", "first"] + lists + common(world))
      #expect(swept.output.contains(" width 50 %, int8 "), "\(swept.output)")
      // Of what costs the same one is enough, so that at most two of the four are on the front.
      let lit = swept.output.split(separator: "\n").filter { $0.hasSuffix("*") }
      #expect((1...2).contains(lit.count) && swept.output.contains("  front"), "\(swept.output)")
    }
  }

  /// Measured and timed to the end before the picture is taken.
  @Test func theDashboardStartsWithIt() throws {
    try withWorld { world in
      let shown = try run(
        ["dashboard", "--frame", "120x40", "--width", "50%", "--precision", "int8"] + common(world))
      #expect(shown.status == 0, "\(shown.errors)")
      for part in ["model small, width 50 %, int8", "measured; the evaluator rests", "full model"] {
        #expect(shown.output.contains(part), "\(part): \(shown.output)")
      }
    }
  }

  /// Another sweep than that of the whole model.
  @Test func sweepsAreOfTheirWidth() throws {
    try withWorld { world in
      func sweep(_ more: String...) throws -> [String: Any] {
        try objects(
          run(["sweep", "--json", "--keep", "6", "--policy", "first"] + more + common(world)))[0]
      }
      let (whole, narrow) = (try sweep(), try sweep("--width", "0.5"))
      #expect(narrow["width"] as? Double == 0.5 && whole["width"] == nil)
      #expect(whole["sweep"] as? String != narrow["sweep"] as? String)
      let csv = world.folder.appending(path: "table.csv")
      _ = try run(
        ["sweep", "--csv", csv.path, "--keep", "6", "--policy", "first", "--width", "0.5"]
          + common(world))
      let lines = try String(contentsOf: csv, encoding: .utf8).split(separator: "\n")
      #expect(lines[0].hasSuffix(",rank,width,precision"))
      #expect(lines[1].hasSuffix(",1.0,0.5,float32"))
    }
  }

  @Test func whatDoesNotGoTogether() throws {
    try withWorld { world in
      func expectRefusal(_ part: String, _ arguments: String...) throws {
        let outcome = try run(arguments + common(world))
        #expect(outcome.status == 2 && outcome.output == "")
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
      }
      let atlas = world.folder.appending(path: "a.safetensors").path
      try expectRefusal(
        "--atlas and --width cannot be given together", "sweep", "--all-masks", "--atlas", atlas,
        "--width", "0.5")
      try expectRefusal(
        "--pytorch and --rank cannot be given together", "bench", "--pytorch", "python3",
        "--rank", "0.5")
      try expectRefusal(
        "--onnxruntime and --precision bfloat16 cannot be given together", "bench",
        "--onnxruntime", "python3", "--precision", "bfloat16")
      try expectRefusal(
        "--training and --onnxruntime cannot be given together", "bench", "--onnxruntime",
        "python3",
        "--training")
      try expectRefusal(
        "option --width: expected a share from 0.25 to 1, or from 25% to 100%, found '0.1'",
        "evaluate", "--width", "0.1")
    }
  }
}
