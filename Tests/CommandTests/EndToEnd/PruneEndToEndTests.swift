// The built program's `prune`: the smaller model does what the mask does, and nothing is half-written.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite(.serialized) struct PruneEndToEndTests {
  private static let mask = "011010110101"

  private func withWorld(_ body: (SmallWorld) throws -> Void) throws {
    try withTemporaryFolder { try body(try SmallWorld(in: $0, utterances: 4)) }
  }

  private func run(_ arguments: [String]) throws -> ProgramOutcome {
    try runProgram(dropscope.path, arguments)
  }

  private func prune(_ world: SmallWorld, _ more: String...) throws -> ProgramOutcome {
    try run(["prune", "--model", world.model.path] + more)
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func theSmallerModelDoesWhatTheMaskDoes() throws {
    try withWorld { world in
      let output = world.folder.appending(path: "kept")
      let outcome = try prune(world, "--mask", Self.mask, "--output", output.path)
      #expect(outcome.status == 0 && outcome.errors == "")
      #expect(outcome.lines.count == 1)
      #expect(outcome.output.contains("kept: layers 12 -> 7, parameters "))
      #expect(
        try names(output) == ["README.md", "config.json", "model.safetensors", "tokens.txt"])
      let sizes = try [world.model, output].map {
        try Data(contentsOf: $0.appending(path: "model.safetensors")).count
      }
      #expect(sizes[1] < sizes[0])
      let card = try String(contentsOf: output.appending(path: "README.md"), encoding: .utf8)
      #expect(card.contains("# kept\n") && card.contains("--mask \(Self.mask) --output"))
      #expect(card.contains("| chosen by | hand |"))

      let recording = world.data.appending(path: "test/10/1/10-1-0000.wav").path
      func emissions(_ model: URL, _ more: String...) throws -> [Float] {
        let file = world.folder.appending(path: "emissions.safetensors")
        let outcome = try run(
          ["emissions", recording, "--model", model.path, "--output", file.path] + more)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try SafetensorsFile(contentsOf: file).tensor("log_probs").values
      }
      #expect(try emissions(output) == emissions(world.model, "--mask", Self.mask))
      #expect(try emissions(output) != emissions(world.model))
    }
  }

  /// By a policy as everywhere; at full depth it is a copy.
  @Test func policiesChoose() throws {
    try withWorld { world in
      func prune(_ name: String, _ choice: String...) throws -> (mask: String, card: String) {
        let output = world.folder.appending(path: name)
        let outcome = try run(
          ["prune", "--model", world.model.path, "--output", output.path] + choice)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let file = try SafetensorsFile(contentsOf: output.appending(path: "model.safetensors"))
        return (
          String(try #require(file.metadata["pruned"]).suffix(12)),
          try String(contentsOf: output.appending(path: "README.md"), encoding: .utf8)
        )
      }
      let last = try prune("last", "--keep", "4", "--policy", "last")
      #expect(last.mask == "000000001111" && last.card.contains("| the policy last |"))
      let drawn = try prune("drawn", "--drop", "0.5", "--policy", "random", "--seed", "3")
      #expect(drawn.mask.count { $0 == "1" } == 6)
      #expect(drawn.card.contains("| the policy random, seed 3 |"))
      #expect(try prune("all", "--keep", "12").mask == "111111111111")
    }
  }

  /// All layers where no others are asked for; a narrower folder says what the width does.
  @Test func narrowerLayers() throws {
    try withWorld { world in
      let output = world.folder.appending(path: "narrow")
      let outcome = try prune(world, "--width", "50%", "--output", output.path)
      #expect(outcome.status == 0 && outcome.errors == "")
      #expect(outcome.output.contains("narrow: layers 12 -> 12, hidden units "))
      let recording = world.data.appending(path: "test/10/1/10-1-0000.wav").path
      func emissions(_ model: URL, _ more: String...) throws -> SafetensorsFile {
        let file = world.folder.appending(path: "emissions-\(more.count).safetensors")
        let outcome = try run(
          ["emissions", recording, "--model", model.path, "--output", file.path] + more)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try SafetensorsFile(contentsOf: file)
      }
      let narrow = try emissions(output).tensor("log_probs")
      let thin = try emissions(world.model, "--width", "0.5")
      expectClose(narrow, try thin.tensor("log_probs"), relative: 1e-4)
      #expect(thin.metadata["width"] == "0.5" && thin.metadata["rank"] == nil)
      #expect(try emissions(world.model).tensor("log_probs").values != narrow.values)
    }
  }

  @Test func whatIsWrongIsOneSentenceAndNothingIsWritten() throws {
    try withWorld { world in
      let output = world.folder.appending(path: "kept")
      func expectRefusal(_ status: Int32, _ part: String, _ more: String...) throws {
        let outcome = try run(
          ["prune", "--model", world.model.path, "--output", output.path] + more)
        #expect(outcome.status == status && outcome.output == "")
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(outcome.errors.count { $0 == "\n" } == 1)
        #expect(!FileManager.default.fileExists(atPath: output.path))
      }
      try expectRefusal(2, "one of --keep, --drop and --mask is required, or --width")
      try expectRefusal(2, "no place for weights in two factors", "--rank", "0.5", "--keep", "4")
      try expectRefusal(2, "found 3 in '011'", "--mask", "011")
      try expectRefusal(2, "at least one of them 1", "--mask", "000000000000")
      try expectRefusal(2, "expected one choice of layers here, found 2", "--keep", "4,3")
      #expect(
        try run(["prune", "--model", world.model.path, "--keep", "4"]).errors
          .contains("option --output is required"))
      let configuration = world.model.appending(path: "config.json")
      let settings = try String(contentsOf: configuration, encoding: .utf8)
      try settings.replacing("\"identity\"", with: "\"normalized\"")
        .write(to: configuration, atomically: true, encoding: .utf8)
      try expectRefusal(1, "found \"normalized\", with which they normalise", "--keep", "4")
      try "{".write(to: configuration, atomically: true, encoding: .utf8)
      try expectRefusal(1, "config.json", "--keep", "4")
    }
  }

  /// One with files stays as it is; what a killed run left is none.
  @Test func folders() throws {
    try withWorld { world in
      let output = world.folder.appending(path: "kept")
      let left = output.appending(path: ".partial-4194303-1")
      try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
      try Data("4194303 here\n".utf8).write(to: output.appending(path: ".lock"))
      try Data("half".utf8).write(to: left.appending(path: "model.safetensors"))
      #expect(try prune(world, "--keep", "4", "--output", output.path).status == 0)
      let files = try names(output)
      #expect(files == ["README.md", "config.json", "model.safetensors", "tokens.txt"])
      let weights = output.appending(path: "model.safetensors")
      let before = try Data(contentsOf: weights)
      for place in [output, world.model] {
        let again = try prune(world, "--keep", "3", "--output", place.path)
        #expect(again.status == 1)
        #expect(again.errors.contains("expected a new or an empty folder, found one with "))
        #expect(!again.errors.contains("--force"))
      }
      #expect(try names(output) == files && Data(contentsOf: weights) == before)
    }
  }
}
