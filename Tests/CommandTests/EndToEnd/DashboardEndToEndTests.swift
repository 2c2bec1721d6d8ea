// The built program in a real terminal: what its screen says, and how it leaves the terminal.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@Suite(.serialized) struct DashboardEndToEndTests {
  @Test func aSession() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.wait("the dashboard") { $0.contains("Dropscope  model small  data noise/test") }
      #expect(try tmux.ask("#{alternate_on}#{mouse_any_flag}") == "11")
      var screen = try tmux.settle()
      for text in [
        "complete", "12/12 utterances", "this is full depth", "12 of 12 layers run",
        "mask 111111111111", "Trade-off", "Transcript 1 of 12", "said        turn",
      ] {
        #expect(screen.contains(text), "\(text) in\n\(screen)")
      }

      // Keys: a quarter dropped.
      try tmux.press("Right", "l", "Right")
      screen = try tmux.settle(requests: 4)
      #expect(screen.contains("25 %") && screen.contains("9 of 12 layers run"))
      #expect(screen.contains("full depth"))
      #expect(screen.contains("policy spread"))

      // The mouse: press near the left end of the slider, drag beyond the right one.
      try tmux.mouse(0, x: 12, y: 3)
      // A track of 88 columns from column 9: its middle is column 53.
      try tmux.mouse(32, x: 53, y: 3)
      try tmux.wait("the handle to follow") { $0.contains("6 of 12 layers run") }
      try tmux.mouse(32, x: 119, y: 20)
      try tmux.wait("the end of the slider") { $0.contains("0 of 12 layers run") }
      try tmux.mouse(0, x: 119, y: 20, released: true)
      screen = try tmux.settle(requests: 6)
      #expect(screen.contains("100 %"))

      // A preset, then one layer by hand.
      try tmux.press("d", "5", "0", "Enter", "j", "Space")
      // A screen may be captured between two of its lines: both have to be there in the end.
      try tmux.wait("layer 2 set by hand") { screen in
        let line = screen.split(separator: "\n").first { $0.contains("▸") } ?? ""
        return screen.contains("policy manual")
          && (line.contains("2 ■ run") || line.contains("2 □ skip"))
      }
      try tmux.press("P", "1")
      try tmux.wait("the policy again") { $0.contains("policy spread") }
      try tmux.press("P", "2")
      try tmux.wait("another policy") {
        $0.contains("policy ") && !$0.contains("policy spread") && !$0.contains("policy manual")
      }
      try tmux.settle(requests: 8)

      // Help, by a click on its key in the last line, and sizes.
      try tmux.mouse(0, x: 1, y: 39)
      try tmux.wait("help") { $0.contains("Help 1/") && $0.contains("share of words heard wrong") }
      try tmux.press("?")
      try tmux.wait("the keys") { $0.contains("How much to drop") }
      try tmux.press("Escape")
      try tmux.resize(width: 80, height: 24)
      try tmux.wait("the layout for 80x24") { $0.contains("hidden: plot") }
      try tmux.resize(width: 40, height: 10)
      try tmux.wait("the page for small screens") { $0.contains("needed 60x15") }
      try tmux.resize(width: 120, height: 40)
      try tmux.wait("the whole layout") { $0.contains("Trade-off") }

      // The terminal may have the mouse.
      try tmux.press("m")
      try tmux.wait("the mouse given away") { $0.contains("mouse off") }
      #expect(try tmux.ask("#{mouse_any_flag}") == "0")
      try tmux.press("m")
      try tmux.wait("the mouse taken back") { !$0.contains("mouse off") }

      // Ctrl-Z gives the shell back, fg the dashboard.
      try tmux.press("C-z")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Trade-off") }
      #expect(try tmux.ask("#{alternate_on}#{mouse_any_flag}") == "00")
      try tmux.type(line: "fg")
      try tmux.wait("the dashboard") { $0.contains("Trade-off") }
      #expect(try tmux.ask("#{alternate_on}#{mouse_any_flag}") == "11")

      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Trade-off") }
      try tmux.type(line: "echo status $?")
      try tmux.expectRestored(status: 0)
    }
  }

  @Test func oneFrameWithoutATerminal() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let arguments =
        ["--model", world.model.path, "--data", world.data.path, "--split", "test", "--keep", "6"]
      let frame = [dropscope.path] + arguments + ["--frame", "100x30"]
      let text = try runProgram("env", ["DROPSCOPE_COUNTERS=1"] + frame)
      #expect(text.status == 0 && text.errors == "")
      #expect(text.lines.count == 30 && text.output.contains("12/12 utterances"))
      #expect(text.output.contains("mask 101010010101") && text.output.contains("gen 2 done 2"))
      // Counters are for tests alone.
      let plain = try runProgram("env", ["-u", "DROPSCOPE_COUNTERS"] + frame)
      #expect(plain.output.contains("mask 101010010101") && !plain.output.contains("gen "))
      let picture = try runProgram(dropscope.path, arguments + ["--frame", "80x24", "--svg"])
      #expect(picture.status == 0 && picture.output.hasPrefix("<svg"))
      #expect(picture.output.contains("fill=\"#16181d\""))
      let light = try runProgram(
        dropscope.path, arguments + ["--frame", "80x24", "--svg", "--theme", "light"])
      #expect(light.output.contains("rx=\"6\" fill=\"#ffffff\""))
      for theme in ["high-contrast", "high contrast"] {
        let small = try runProgram(
          dropscope.path, arguments + ["--frame", "60x15", "--theme", theme])
        #expect(small.status == 0, "\(theme)")
      }
      let random = try runProgram(
        "env",
        ["LC_ALL=C", dropscope.path] + arguments
          + ["--frame", "80x24", "--policy", "random", "--seed", "3"])
      #expect(random.output.contains("seed 3"))
      #expect(random.status == 0 && random.output.allSatisfy(\.isASCII))
      for wrong in [["--frame", "80"], ["--frame", "0x24"], ["--svg"]] {
        #expect(try runProgram(dropscope.path, arguments + wrong).status == 2)
      }
    }
  }

  /// The log of a training beside one that is not there yet.
  @Test func trainingsAreWatched() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let run = folder.appending(path: "run")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
      let lines = [1, 2].map { count in
        """
        {"audio_seconds":40,"audio_seconds_per_second":50,"ctc":2.5,"elapsed_seconds":\(60 * count),\
        "epoch":0,"event":"train","gradient_norm":5.5,"kept_layers":3,"kl":0.5,"learning_rate":0.001,\
        "loss":2.5,"masks":["0110","1101"],"step":\(2 * count)}
        {"dataset":"mine/dev","deletions":1,"elapsed_seconds":\(60 * count),"epoch":0,\
        "event":"validation","insertions":1,"kept_layers":4,"mask":"1111","step":\(2 * count),\
        "substitutions":1,"utterances":10,"wer":\(0.5 / Double(count)),"words":24}

        """
      }
      try Data(lines.joined().utf8).write(to: run.appending(path: "train.jsonl"))
      let outcome = try runProgram(
        dropscope.path,
        [
          "--model", world.model.path, "--data", world.data.path, "--split", "test", "--frame",
          "120x40", "--watch", run.path, "--watch", folder.appending(path: "later").path,
        ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      for text in [
        "run, watched as it grows", "4 layers: ", " 25.0", "on mine/dev, 24 words",
        "later/train.jsonl: expected the log of a training", "step 4 of run", "120 s so far",
      ] { #expect(outcome.output.contains(text), "\(text)\n\(outcome.output)") }
    }
  }

  /// Frames that are surely the blank have no place in Embeddings, also where, as in Parakeet, the
  /// blank is not token 0.
  @Test func embeddingsLeavesOutTheModelsOwnBlanks() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let model = folder.appending(path: "parakeet")
      try FileManager.default.copyItem(at: Self.parakeet, to: model)
      let audio = try Dataset(contentsOf: world.data, split: "test").utterances.map {
        try AudioFile.read($0.audio).samples
      }
      /// How much surer than a coin (in logits) each frame is of the blank, in order.
      func sureness() throws -> [Float] {
        let backbone = try Recognizer(contentsOf: model).backbone
        #expect(backbone.blank == backbone.tokenCount - 1)
        return audio.flatMap { samples in
          let rows = backbone.logProbabilities([samples], mask: .full(backbone.layerCount))
          return (0..<rows.rows).map { row in
            let blank = rows[row, backbone.blank]
            return blank - log(1 - exp(blank))
          }
        }.sorted()
      }
      // Half of the frames become 95 % sure.
      let weights = model.appending(path: "model.safetensors")
      let file = try SafetensorsFile(contentsOf: weights)
      let before = try sureness()
      let shift = log(Float(0.95 / 0.05)) - before[before.count / 2]
      // Counters are not floating point, and nothing reads them.
      let tensors = try file.names.filter { file.elementType($0) == "F32" }.map { name in
        var tensor = try file.tensor(name)
        if name == "ctc_head.bias" { tensor.mutablePointer[tensor.count - 1] += shift }
        return (name, tensor)
      }
      try SafetensorsWriter.write(tensors, as: .float32, metadata: file.metadata, to: weights)
      let limit = log(Float(0.95 / 0.05))
      let left = try sureness().count { $0 < limit }
      #expect(left > 3 && left < before.count * 3 / 4)
      let frame = try runProgram(
        dropscope.path,
        [
          "--model", model.path, "--data", world.data.path, "--split", "test", "--view",
          "embeddings", "--frame", "120x40",
        ])
      #expect(frame.status == 0, "\(frame.errors)")
      #expect(
        frame.output.contains("\(left) frames of 12 utterances"),
        "\(left) of \(before.count):\n\(frame.output)")
    }
  }

  /// A model folder that transformers wrote.
  private static let parakeet = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "BackbonesTests/Fixtures/parakeet-unigram")

  /// The window is closed: nobody is left to talk to.
  @Test func aClosedTerminalEndsTheProgram() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let terminal = try PseudoTerminal(
        dropscope, ["--model", world.model.path, "--data", world.data.path, "--split", "test"],
        width: 80, height: 24)
      #expect(terminal.read(until: Array("measured".utf8), seconds: 20))
      terminal.hangUp()
      var nothing: [UInt8] = []
      #expect(terminal.outcome(within: 5, output: &nothing, isRead: false) != nil)
    }
  }

  /// Also while the machine's speed is measured, in threads that nobody waits for.
  @Test func quittingIsCleanAtAnyMoment() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, width: 192, utterances: 12, seconds: 4)
      for moment in 0..<12 {
        let terminal = try PseudoTerminal(
          dropscope, ["--model", world.model.path, "--data", world.data.path, "--split", "test"],
          width: 80, height: 24)
        #expect(terminal.read(until: Array("Drop ratio".utf8), seconds: 20))
        _ = terminal.read(until: [0], seconds: 0.05 * Double(moment))
        terminal.write("q")
        // What is left is read, or the program could not write its last.
        var output: [UInt8] = []
        let outcome = terminal.outcome(within: 10, output: &output)
        #expect(outcome == 0, "after \(moment * 50) ms")
      }
    }
  }

  @Test func resizingWhileMeasuring() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, width: 192, utterances: 40, seconds: 4)
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.wait("measuring") { $0.contains("measuring") }
      for (width, height) in [(80, 24), (200, 60), (60, 15), (30, 8), (140, 45), (100, 30)] {
        try tmux.resize(width: width, height: height)
        try tmux.wait("\(width)x\(height)") {
          $0.contains(width < 60 ? "needed 60x15" : "layers run")
        }
      }
      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("layers run") }
    }
  }

  /// Also in the middle of a frame.
  @Test func noSizeIsMissedWhileDrawing() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, width: 192, utterances: 40, seconds: 4)
      let terminal = try PseudoTerminal(
        dropscope, ["--model", world.model.path, "--data", world.data.path, "--split", "test"],
        width: 80, height: 24)
      #expect(terminal.read(until: Array("Drop ratio".utf8), seconds: 20))
      for round in 0..<60 {
        // A key's frame is being drawn when the size changes.
        terminal.write("]")
        usleep(UInt32(round * 100))
        terminal.resize(width: 30, height: 8)
        try #require(terminal.read(until: Array("60x15".utf8), seconds: 5), "round \(round)")
        terminal.resize(width: 80, height: 24)
        try #require(terminal.read(until: Array("Drop ratio".utf8), seconds: 5), "round \(round)")
      }
      terminal.write("q")
      while !terminal.read(milliseconds: 500).isEmpty {}
      #expect(terminal.end() == 0)
    }
  }

  /// Once everything is measured the program sleeps until something happens.
  @Test func idleUsesNoProcessor() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.settle()
      let process = try #require(try tmux.child())
      /// Seconds on a processor of all its threads so far: the first field of proc(5)'s schedstat,
      /// which is exact where clock ticks are sampled.
      func seconds() throws -> Double {
        let tasks = "/proc/\(process)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).reduce(0) {
          let text = try String(contentsOfFile: "\(tasks)/\($1)/schedstat", encoding: .utf8)
          return try $0 + #require(Double(text.split(separator: " ")[0])) / 1e9
        }
      }
      // On a slow machine the last probes may still run when the evaluator is done; they end.
      var shares: [Double] = []
      repeat {
        let before = try seconds()
        usleep(3_000_000)
        shares.append(try seconds() - before)
      } while shares.last! / 3 > 0.005 && shares.count < 5
      #expect(shares.last! / 3 <= 0.005, "seconds of processor in 3 s: \(shares)")
      try tmux.press("q")
    }
  }

  @Test(arguments: [
    (["--mask", "101"], "12 characters"), (["--keep", "0"], "--keep"),
    (["--drop", "1.5"], "--drop"), (["--policy", "worst"], "spread"),
    (["--policy", "best"], "expected an atlas of the masks of small"),
    (["--split", "nowhere"], "nowhere"), (["--wrong"], "--wrong"), ([], "terminal"),
  ]) func refusals(extra: [String], named: String) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 2)
      var arguments = ["--model", world.model.path, "--data", world.data.path, "--split", "test"]
      arguments += extra
      let outcome = try runProgram(dropscope.path, arguments)
      #expect(outcome.status == 1 || outcome.status == 2)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains(named), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
  }

  @Test(
    arguments: [(nil, "not set"), ("dumb", "dumb")] as [(String?, String)])
  func aTerminalThatCannotBeUsedIsNamed(type: String?, named: String) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 2)
      let terminal = try PseudoTerminal(
        dropscope,
        ["--model", world.model.path, "--data", world.data.path, "--split", "test"],
        width: 80, height: 24, terminal: type)
      var said: [UInt8] = []
      let limit = Date().addingTimeInterval(10)
      while !said.contains(UInt8(ascii: "\n")), Date() < limit {
        said += terminal.read(milliseconds: 50)
      }
      #expect(terminal.end() == 1)
      let text = String(decoding: said, as: UTF8.self)
      #expect(text.contains("TERM: expected") && text.contains(named), "\(text)")
      #expect(!text.contains("\u{1B}"), "nothing was done to the terminal")
    }
  }
}
