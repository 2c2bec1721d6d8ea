// The atlas of masks through the built program: against evaluate, and killed half-way.

import Base
import Foundation
import Speech
import TestSupport
import Testing
import Tradeoff

@Suite(.serialized) struct AtlasEndToEndTests {
  private func withWorld(_ body: (SmallWorld, [String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      // Three batches.
      let world = try SmallWorld(in: folder, seconds: 4)
      try body(
        world, ["--model", world.model.path, "--data", world.data.path, "--split", "test"])
    }
  }

  @Test func errorsAreThoseOfEvaluate() throws {
    try withWorld { world, arguments in
      let file = world.folder.appending(path: "masks.safetensors")
      let outcome = try runProgram(
        dropscope.path,
        ["sweep", "--all-masks", "--keep", "11,1", "--atlas", file.path] + arguments)
      #expect(outcome.status == 0 && outcome.errors == "")
      #expect(outcome.output.contains("24 masks of 2^12, 12 utterances"))
      let atlas = try MaskAtlas(contentsOf: file)
      #expect(atlas.points.count == 24 && !atlas.isComplete && atlas.key.layers == 12)
      for point in [atlas.points[0], atlas.points[7], atlas.points[20]] {
        let line = try runProgram(
          dropscope.path,
          ["evaluate", "--json", "--mask", point.mask.description] + arguments
        ).objects()[0]
        let counts = try ["substitutions", "deletions", "insertions"].map {
          try #require(line[$0] as? Int)
        }
        #expect(point.errors == counts.reduce(0, +))
      }
      #expect(try contents(world.folder).allSatisfy { !$0.hasSuffix(".parts") })
    }
  }

  @Test func ofAllMasksLayersAreRanked() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 1)
      let file = folder.appending(path: "masks.safetensors")
      let outcome = try runProgram(
        dropscope.path,
        [
          "sweep", "--all-masks", "--atlas", file.path, "--model", world.model.path, "--data",
          world.data.path, "--split", "test",
        ])
      let atlas = try MaskAtlas(contentsOf: file)
      #expect(outcome.status == 0 && atlas.isComplete)
      let values = try #require(atlas.shapleyValues()).map { String(format: "%.3f", $0) }
      let line = "Shapley values of CTC, layer 1 first: \(values.joined(separator: " "))"
      #expect(outcome.output.contains(line), "\(outcome.output)")
    }
  }

  @Test func killedItGoesOn() throws {
    try withWorld { world, arguments in
      let (file, other) = (
        world.folder.appending(path: "masks.safetensors"),
        world.folder.appending(path: "other.safetensors")
      )
      let sweep =
        ["sweep", "--all-masks", "--keep", "12,11,10,9", "--threads", "1"] + arguments
      let parts = file.appendingPathExtension("parts")
      let program = Process()
      program.executableURL = dropscope
      program.arguments = sweep + ["--atlas", file.path]
      program.standardOutput = FileHandle.nullDevice
      try program.run()
      while program.isRunning, try contents(parts).isEmpty { usleep(5000) }
      kill(program.processIdentifier, SIGKILL)
      program.waitUntilExit()
      #expect(!FileManager.default.fileExists(atPath: file.path))
      #expect(try !contents(parts).isEmpty)
      let again = try runProgram(dropscope.path, sweep + ["--atlas", file.path])
      #expect(again.status == 0 && again.output.contains("299 masks of 2^12, 12 utterances"))
      #expect(try runProgram(dropscope.path, sweep + ["--atlas", other.path]).status == 0)
      #expect(try Data(contentsOf: file) == Data(contentsOf: other))
      #expect(try contents(world.folder).allSatisfy { !$0.contains("parts") })
    }
  }

  /// One from before findings were kept is not measured again.
  @Test func findingsAreAdded() throws {
    try withWorld { world, arguments in
      let file = world.folder.appending(path: "masks.safetensors")
      let sweep = ["sweep", "--all-masks", "--keep", "11,1", "--atlas", file.path] + arguments
      let first = try runProgram(dropscope.path, sweep)
      #expect(
        first.output.contains(
          "what finding took besides: zeroth-order 144 layer runs an utterance, segments nothing, "
            + "input "), "\(first.output)")
      let atlas = try MaskAtlas(contentsOf: file)
      let findings = try #require(atlas.findings)
      #expect(findings.chooser != nil && findings.surrogateValues.isEmpty)
      #expect(findings.exits?.depths == [1, 2, 4, 6, 8, 10] && findings.gatedRuns?.count == 13)
      for words in ["exits, CTC a token + KL a frame", "runs of layers to skip", ", exit "] {
        #expect(first.output.contains(words), "\(first.output)")
      }

      var points = atlas.points
      points[3].divergence = 1234
      var old = MaskAtlas(key: atlas.key, points: points, fewestErrors: atlas.fewestErrors)
      (old.utterances, old.bestMasks) = (atlas.utterances, atlas.bestMasks)
      old.confidences = atlas.confidences
      try old.write(to: file)
      #expect(try runProgram(dropscope.path, sweep).status == 0)
      let again = try MaskAtlas(contentsOf: file)
      #expect(again.points == points)
      #expect(again.findings?.sensitivities == findings.sensitivities)
      #expect(again.findings?.chooser == findings.chooser)
      // Of one that lacks exits only those are trained, and the same.
      var untrained = again
      untrained.findings?.exits = nil
      untrained.findings?.sensitivities[0] = 77
      try untrained.write(to: file)
      #expect(try runProgram(dropscope.path, sweep).status == 0)
      let trained = try MaskAtlas(contentsOf: file)
      #expect(trained.findings?.exits == findings.exits)
      #expect(trained.findings?.sensitivities[0] == 77)
      // Of another split it is another atlas, and measured.
      let other = world.data.appending(path: "dev")
      try FileManager.default.copyItem(at: world.data.appending(path: "test"), to: other)
      let elsewhere = sweep.dropLast(2) + ["--split", "dev"]
      #expect(try runProgram(dropscope.path, Array(elsewhere)).status == 0)
      let measured = try MaskAtlas(contentsOf: file)
      #expect(measured.key.split == "dev" && measured.points == atlas.points)
    }
  }

  @Test func whatAnAtlasCannotBeOfIsSaid() throws {
    try withWorld { world, arguments in
      let file = world.folder.appending(path: "masks.safetensors").path
      for (options, words) in [
        (["--atlas", file], "--atlas takes --all-masks"),
        (["--atlas", file, "--policy", "first"], "--atlas takes --all-masks"),
        (["--all-masks", "--atlas", file, "--json"], "--atlas and --json"),
        (["--all-masks", "--atlas", file, "--model", world.model.path], "is given twice"),
      ] {
        let outcome = try runProgram(dropscope.path, ["sweep"] + options + arguments)
        #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
      }
    }
  }

  /// From the command that makes it to the masks that are chosen by it.
  @Test func policiesChooseByIt() throws {
    try withWorld { world, arguments in
      // Masks are not chosen on the split called test.
      let data = world.data.appending(path: "dev")
      try FileManager.default.copyItem(at: world.data.appending(path: "test"), to: data)
      let model = ["--model", world.model.path, "--data", world.data.path]
      let evaluate = ["evaluate", "--keep", "11,1", "--policy", "best", "--json"] + arguments
      let file = world.model.appending(path: "atlas.safetensors")
      let without = try runProgram(dropscope.path, evaluate)
      #expect(without.status == 1 && without.output == "")
      #expect(
        without.errors.contains(
          "policy best: expected an atlas of the masks of small, found none; "
            + "'dropscope sweep --all-masks --model \(world.model.path) --split dev --atlas "
            + "\(file.path)' makes one"), "\(without.errors)")

      let depths = ["sweep", "--all-masks", "--keep", "11,1"]
      let made = try runProgram(
        dropscope.path, depths + model + ["--split", "dev", "--atlas", file.path])
      #expect(made.status == 0, "\(made.errors)")
      let atlas = try MaskAtlas(contentsOf: file)
      let objects = try runProgram(dropscope.path, evaluate).objects()
      #expect(
        objects.map { $0["mask"] as? String }
          == [11, 1].map { atlas.best(keeping: $0)?.mask.description })
      #expect(objects.allSatisfy { $0["policy"] as? String == "best" })
      #expect(objects.allSatisfy { $0["atlas"] as? String == atlas.digest })

      // The best of each utterance, of the split that it knows.
      let oracle = ["evaluate", "--keep", "11", "--policy", "oracle", "--json"] + model
      let bound = try runProgram(dropscope.path, oracle + ["--split", "dev"]).objects()
      #expect(bound.count == 1 && bound[0]["mask"] == nil)
      expectClose(try #require(bound[0]["mean_kept_layers"] as? Double), 11)
      let errors = ["substitutions", "deletions", "insertions"].map { bound[0][$0] as? Int ?? -1 }
      #expect(errors.reduce(0, +) == atlas.fewestErrors.reduce(0) { $0 + $1[11] })
      let elsewhere = try runProgram(
        dropscope.path,
        ["transcribe", "x.wav", "--keep", "11", "--policy", "oracle"]
          + ["--model", world.model.path])
      #expect(elsewhere.status == 1)
      #expect(
        elsewhere.errors.contains(
          "policy oracle: expected the split dev of \(atlas.key.dataset), whose utterances the "
            + "atlas knows, found none"), "\(elsewhere.errors)")

      // What leaves when it is sure runs the first layers of each, and does so elsewhere as well.
      let exit = ["--keep", "6", "--policy", "exit", "--json"] + model
      let left = try runProgram(dropscope.path, ["evaluate", "--split", "test"] + exit).objects()[0]
      let shares = try #require(left["layer_shares"] as? [Double])
      #expect(shares[0] == 1 && shares == shares.sorted(by: >) && left["mask"] == nil)
      let alone = try runProgram(
        dropscope.path,
        [
          "transcribe", "--keep", "6", "--policy", "exit", "--json", "--model", world.model.path,
          world.data.appending(path: "test/10/1/10-1-0000.wav").path,
        ]
      ).objects()[0]
      let mask = try #require(alone["mask"] as? String)
      #expect(mask.count == 12 && !mask.contains("01") && mask.hasPrefix("1"))

      // What was searched for and learnt keeps as many layers elsewhere as well; listening first costs.
      let found = try runProgram(
        dropscope.path,
        [
          "evaluate", "--keep", "11", "--policy", "zeroth-order,segments,input", "--json",
          "--split", "test",
        ] + model
      ).objects()
      #expect(found.map { $0["policy"] as? String } == ["zeroth-order", "segments", "input"])
      #expect(found.map { ($0["mask"] as? String)?.count { $0 == "1" } } == [11, 11, nil])
      expectClose(try #require(found[2]["mean_kept_layers"] as? Double), 11)
      let costs = try found.map { try #require($0["gflop_per_audio_second"] as? Double) }
      #expect(costs[2] > costs[1])

      // By name, in a sweep as well; what is not in it is said.
      let other = world.folder.appending(path: "masks.safetensors")
      try FileManager.default.moveItem(at: file, to: other)
      let sweep = ["sweep", "--policy", "best,first", "--keep", "1", "--json"] + arguments
      let swept = try runProgram(dropscope.path, sweep + ["--atlas", other.path]).objects()
      #expect(
        Set(swept.map { "\($0["policy"] ?? "") \($0["atlas"] ?? "none")" })
          == ["best \(atlas.digest)", "first none"])
      for (command, words) in [
        (["evaluate", "--keep", "5", "--policy", "best"], "masks of 5 layers"),
        (["evaluate", "--keep", "1", "--policy", "shapley"], "with all masks"),
        (["transcribe", "x.wav", "--keep", "5", "--policy", "best"], "masks of 5 layers"),
        (["--frame", "80x24", "--keep", "1", "--policy", "best"], "masks of 2 layers"),
      ] {
        let options =
          command[0] == "transcribe" ? ["--model", world.model.path] : arguments
        let outcome = try runProgram(
          dropscope.path, command + options + ["--atlas", other.path])
        #expect(outcome.status == 1 && outcome.output == "")
        #expect(outcome.errors.contains(words), "\(command): \(outcome.errors)")
      }
    }
  }

  @Test func atlasesOfOthersAreRefused() throws {
    try withWorld { world, arguments in
      let (file, other) = (
        world.folder.appending(path: "masks.safetensors").path,
        try world.addModel("other", seed: 6)
      )
      let made = try runProgram(
        dropscope.path, ["sweep", "--all-masks", "--keep", "1", "--atlas", file] + arguments)
      #expect(made.status == 0, "\(made.errors)")
      for (model, words) in [
        (world.model, "masks are chosen on development sets, found one of test"),
        (other, "expected an atlas of the weights of other, found one made from other weights"),
      ] {
        let outcome = try runProgram(
          dropscope.path,
          [
            "evaluate", "--keep", "1", "--policy", "best", "--atlas", file, "--model", model.path,
            "--data", world.data.path, "--split", "test",
          ])
        #expect(outcome.status == 1 && outcome.output == "")
        #expect(outcome.errors.contains("policy best: \(file)"), "\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
    }
  }

  /// Nothing where there is no folder.
  private func contents(_ folder: URL) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".parts") }
  }
}
