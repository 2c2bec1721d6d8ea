// Shared machines: other runs, other data, files that change under the program, few processors.

import Base
import Foundation
import Kernels
import TestSupport
import Testing
import Training

@Suite(.serialized) struct GroundEndToEndTests {
  private func withWorld(_ body: (SmallWorld) throws -> Void) throws {
    try withTemporaryFolder { try body(SmallWorld(in: $0)) }
  }

  private func run(_ arguments: [String]) throws -> ProgramOutcome {
    try runProgram(dropscope.path, arguments)
  }

  private func train(_ world: SmallWorld, _ more: [String]) throws -> ProgramOutcome {
    try run(
      [
        "train", "--recipe", "reference", "--data", "\(world.data.path):test", "--init",
        world.model.path, "--output", world.folder.appending(path: "run").path, "--batch-seconds",
        "2",
      ] + more)
  }

  @Test func anotherOptionAndOtherDataAreNamed() throws {
    try withWorld { world in
      #expect(try train(world, ["--minutes", "0", "--learning-rate", "0.001"]).status == 0)
      let checkpoint = Checkpoint.url(in: world.folder.appending(path: "run"))
      let before = try Data(contentsOf: checkpoint)
      for (more, sentence) in [
        (
          ["--learning-rate", "0.002"],
          "expected --learning-rate as at the run's start, 0.001, found 0.002"
        ),
        (["--seed", "7"], "expected --seed as at the run's start, 1, found 7"),
        (["--data", world.folder.path], "expected --data as at the run's start, "),
      ] {
        let outcome = try train(world, ["--resume"] + more)
        #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome)")
      }
      let list = world.data.appending(path: "test/10/1/10-1.trans.txt")
      let text = try String(contentsOf: list, encoding: .utf8)
      try text.replacing("LIGHT", with: "ALARM").write(
        to: list, atomically: true, encoding: .utf8)
      let other = try train(world, ["--resume"])
      #expect(other.status == 1 && other.errors.contains("other texts, speakers"), "\(other)")
      #expect(try Data(contentsOf: checkpoint) == before)
      try text.write(to: list, atomically: true, encoding: .utf8)
      #expect(try train(world, ["--resume", "--minutes", "0"]).status == 0)
    }
  }

  @Test func impossibleOptionsOfACheckpointAreRefused() throws {
    try withWorld { world in
      #expect(try train(world, ["--minutes", "0"]).status == 0)
      let url = Checkpoint.url(in: world.folder.appending(path: "run"))
      let file = try SafetensorsFile(contentsOf: url)
      let tensors = try file.names.map { ($0, try file.tensor($0)) }
      for (name, value, option) in [
        ("heads", 0, "--heads"), ("batchSeconds", -1, "--batch-seconds"),
        ("shards", 1 << 40, "--shards"), ("lengthBuckets", 0, "--length-buckets"),
      ] {
        var metadata = file.metadata
        for (key, text) in file.metadata {
          guard
            var progress = try JSONSerialization.jsonObject(with: Data(text.utf8))
              as? [String: Any], var options = progress["options"] as? [String: Any]
          else { continue }
          options[name] = value
          progress["options"] = options
          metadata[key] = String(
            decoding: try JSONSerialization.data(withJSONObject: progress), as: UTF8.self)
        }
        try SafetensorsWriter.write(tensors, metadata: metadata, to: url)
        let outcome = try train(world, ["--resume"])
        #expect(outcome.status == 1 && outcome.errors.contains(option), "\(outcome)")
      }
    }
  }

  /// Numbers at the limit of what a number can be are refused or obeyed, and never trap.
  @Test(arguments: [
    ["sweep", "--shard", "1/9223372036854775807"],
    ["sweep", "--shard", "9223372036854775807/9223372036854775807"],
    ["sweep", "--draws", "9223372036854775807"],
    ["train", "--epochs", "9223372036854775807"], ["train", "--steps", "9223372036854775807"],
    ["train", "--warmup", "9223372036854775807"],
    ["train", "--length-buckets", "9223372036854775807"],
    ["evaluate", "--threads", "9223372036854775807"],
  ])
  func numbersAtTheLimit(arguments: [String]) throws {
    let more =
      arguments[0] == "train"
      ? ["--recipe", "reference", "--data", "/", "--output", "/dev/null/never"] : []
    let outcome = try run(arguments + more)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("expected"), "\(outcome)")
  }

  @Test func theOtherRunIsNamed() throws {
    try withWorld { world in
      let output = world.folder.appending(path: "run")
      try OutputFile.makeFolder(output)
      let table = world.folder.appending(path: "table.csv")
      let locks = try [OutputLock(output), OutputLock(table)]
      defer { for lock in locks { lock.release() } }
      let sentence = "found process \(getpid()) at work on it"
      for outcome in [
        try train(world, ["--steps", "1"]),
        try run(["sweep", "--keep", "2", "--csv", table.path] + world.arguments.words),
      ] {
        #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
      }
      for lock in locks { lock.release() }
      #expect(try train(world, ["--steps", "1"]).status == 0)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: output.path).sorted() == [
          "README.md", "config.json", "model.safetensors", "tokens.txt", "train.jsonl",
        ])
    }
  }

  @Test func threadsFollowTheAffinityMask() throws {
    guard OutsideProgram.find("taskset") != nil else { return }
    let first = try #require(
      try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n")
        .first { $0.hasPrefix("Cpus_allowed_list:") }?
        .split(whereSeparator: { !$0.isNumber }).first)
    try withWorld { world in
      let outcome = try runProgram(
        "taskset",
        ["-c", String(first), dropscope.path, "evaluate", "--json", "--keep", "2"]
          + world.arguments.words)
      #expect(outcome.status == 0 && outcome.output.contains("\"threads\":1,"), "\(outcome)")
    }
  }

  /// The weights are mapped, and their file is cut short while the dashboard shows them.
  @Test func aModelThatIsCutShortWhileInUse() throws {
    try withLargeModelShown { tmux, weights in
      try #require(truncate(weights.path, 4096) == 0)
      // What is known need not be computed again; another depth must be.
      for key in ["Right", "Left", "Left", "Left"] { try tmux.press(key) }
      let screen = try tmux.wait("the end") { $0.contains("status 1") }
      #expect(screen.replacing("\n", with: "").contains("a file that was cut short"), "\(screen)")
      #expect(screen.contains("status 1"), "\(screen)")
      #expect(try tmux.ask("#{alternate_on} #{mouse_any_flag} #{cursor_flag}") == "0 0 1")
    }
  }

  /// Nothing tells a process that a file it has mapped was written to, but for the file's time.
  @Test func aModelThatIsWrittenToWhileInUse() throws {
    try withLargeModelShown { tmux, weights in
      let file = try FileHandle(forUpdating: weights)
      try file.seek(toOffset: 1 << 20)
      try file.write(contentsOf: Data("other weights".utf8))
      try file.close()
      try tmux.press("q")
      let screen = try tmux.wait("the end") { $0.contains("status 1") }
      #expect(
        screen.replacing("\n", with: "").contains("found one that was written to meanwhile"),
        "\(screen)")
      #expect(screen.contains("status 1"), "\(screen)")
    }
  }

  /// `body` gets the terminal that shows a model whose file is large enough to be mapped, and that file.
  private func withLargeModelShown(_ body: (Tmux, URL) throws -> Void) throws {
    try withWorld { world in
      // The weights of this family are read where they lie.
      let model = world.folder.appending(path: "wavlm")
      try FileManager.default.copyItem(
        at: fixture("../../BackbonesTests/Fixtures/wavlm-small").standardizedFileURL, to: model)
      let url = model.appending(path: "model.safetensors")
      let file = try SafetensorsFile(contentsOf: url)
      // In front of all others, so that cutting there takes them away.
      let filler = [("a_filler", Tensor(zeros: 1 << 13, 1 << 12))]
      try SafetensorsWriter.write(
        filler + (try file.names.map { ($0, try file.tensor($0)) }), metadata: file.metadata,
        to: url)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(
        line: "'\(dropscope.path)' --model '\(model.path)' --data '\(world.data.path)'"
          + " --split test; echo status $?")
      try tmux.wait("the dashboard") { $0.contains("layers run") }
      try body(tmux, url)
    }
  }
}

extension String {
  fileprivate var words: [String] { split(separator: " ").map(String.init) }
}
