// Control bytes in names, references, tokens and metadata, through every command to the terminal and
// into its pictures.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@testable import dropscope

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite(.serialized) struct HostileTextEndToEndTests {
  /// Clears the screen, turns the reading direction, begins a line of its own and breaks XML.
  private static let hostile = "a\u{1B}[2J\u{9B}2J\u{202E}\u{7F}\u{8}<&\nFORGED"

  /// A model, data and a log that are called so and hold it wherever they can.
  private struct World {
    let folder, model, data, log: URL

    init(in folder: URL) throws {
      self.folder = folder
      let words = "turn \u{1B}[2J\u{202E}on \u{9B}the\u{7F} light"
      let small = try SmallWorld(in: folder, utterances: 4, transcript: words)
      model = folder.appending(path: HostileTextEndToEndTests.hostile)
      data = folder.appending(path: HostileTextEndToEndTests.hostile + " data")
      let twin = try TrainableConformer(contentsOf: small.model)
      try twin.write(
        to: model, tokenizer: try Tokenizer(contentsOf: small.model.appending(path: "tokens.txt")),
        as: .float32, metadata: ["note": HostileTextEndToEndTests.hostile])
      try FileManager.default.moveItem(at: small.data, to: data)
      log = folder.appending(path: HostileTextEndToEndTests.hostile + " log.jsonl")
      let line = try JSON.line(["dataset": HostileTextEndToEndTests.hostile])
        .dropFirst().dropLast()
      let points = (0..<2).map {
        "{\"event\":\"validation\",\"step\":\($0),\"epoch\":0,\"elapsed_seconds\":\($0 * 60),\(line),"
          + "\"mask\":\"110\",\"kept_layers\":2,\"utterances\":9,\"words\":9,\"wer\":0.5,"
          + "\"substitutions\":1,\"deletions\":1,\"insertions\":1}\n"
      }
      try points.joined().write(to: log, atomically: true, encoding: .utf8)
    }

    var recording: String {
      data.appending(path: "test/10/1/10-1-0000.wav").path
    }
    var split: [String] { ["--model", model.path, "--data", data.path, "--split", "test"] }
    func output(_ name: String) -> String { folder.appending(path: name).path }

    /// What each command is asked for: to do something where it can soon, and to refuse something.
    var walk: [String: [[String]]] {
      let nowhere = data.appending(path: "nowhere").path
      return [
        "dashboard": [split + ["--frame", "120x40"], split + ["--frame", "80x24", "--svg"]],
        "transcribe": [
          ["--model", model.path, recording, recording],
          ["--model", model.path, "--json", recording], ["--model", model.path, nowhere],
        ],
        "evaluate": [
          split + ["--keep", "12,6"], split + ["--keep", "6", "--against", model.path],
          split + ["--json"], split + ["--mask", HostileTextEndToEndTests.hostile],
        ],
        "sweep": [
          split + ["--keep", "12,6", "--svg", output("sweep.svg"), "--csv", output("sweep.csv")],
          ["merge", nowhere],
        ],
        "train": [["--recipe", "reference", "--data", nowhere, "--output", output("trained")]],
        "curves": [[log.path, "--svg", output("curves.svg")], [log.path, "--json"], [nowhere]],
        "synthesize": [["--recordings", nowhere, "--output", output("spoken")]],
        "ngram": [
          [log.path, "--output", output("a.arpa")], [nowhere, "--output", output("b.arpa")],
        ],
        "emissions": [["--model", model.path, nowhere, "--output", output("e.safetensors")]],
        "inspect": [[model.path], [model.path, "--json"], [recording], [log.path], [nowhere]],
        "prune": [
          ["--model", model.path, "--keep", "2", "--output", output("pruned")],
          ["--model", model.path, "--keep", "2", "--output", nowhere + "/\u{1B}[2J/a"],
        ],
        "bench": [["--model", nowhere]],
      ]
    }
  }

  private func check(_ text: String, _ what: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines { #expect(line.harmless == line, "\(what): \(line.harmless)") }
    #expect(!lines.contains { $0.hasPrefix("FORGED") }, "\(what): \(text.harmless)")
  }

  @Test func everyCommand() throws {
    try withTemporaryFolder { folder in
      let world = try World(in: folder)
      #expect(Set(world.walk.keys) == Set(Dropscope.commands.names))
      var shown = 0
      for (command, runs) in world.walk {
        for arguments in runs + [["--\(Self.hostile)"], [Self.hostile, Self.hostile, "-x"]] {
          let outcome = try runProgram(dropscope.path, [command] + arguments)
          let what = "\(command) \(arguments)".harmless
          #expect((0...2).contains(outcome.status), "\(what): \(outcome.status)")
          #expect(!(outcome.output + outcome.errors).isEmpty, "\(what)")
          check(outcome.output, what)
          check(outcome.errors, what)
          if outcome.status == 0 { shown += 1 }
          if arguments.contains("--svg"), command == "dashboard" {
            #expect(XMLParser(data: Data(outcome.output.utf8)).parse(), "\(what)")
          }
        }
      }
      // Refusals alone would show nothing of the tables.
      #expect(shown >= 12, "\(shown)")
      check(try runProgram(dropscope.path, [Self.hostile]).errors, "no command")
      for picture in ["sweep.svg", "curves.svg"] {
        let data = try Data(contentsOf: folder.appending(path: picture))
        #expect(XMLParser(data: data).parse(), "\(picture)")
        check(String(decoding: data, as: UTF8.self), picture)
      }
    }
  }

  /// On a terminal, where a bar is shown too.
  @Test func progress() throws {
    try withTemporaryFolder { folder in
      let world = try World(in: folder)
      let terminal = try PseudoTerminal(
        dropscope, ["evaluate"] + world.split, width: 200, height: 24)
      var bytes: [UInt8] = []
      #expect(terminal.outcome(within: 60, output: &bytes) == 0)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("\u{1B}[K"), "a bar was shown")
      // By scalars: a line's end is one character.
      let rest = text.unicodeScalars.filter { $0 != "\r" }
      check(String(rest).replacing("\u{1B}[K", with: "\n"), "progress")
    }
  }
}
