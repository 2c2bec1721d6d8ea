// What holds for every subcommand in the catalogue, and for one that is not in it yet.

import Base
import Testing

@testable import dropscope

@Suite struct CommandsTests {
  private static let names = Dropscope.commands.names

  private func command(_ name: String) throws -> any Command.Type {
    try Dropscope.commands.named(name)
  }

  private static func takesValue(_ command: any Command.Type) -> [String: Bool] {
    func table<C: Command>(_ command: C.Type) -> [String: Bool] { C.Settings.takesValue }
    return table(command)
  }

  private func complaint(_ command: any Command.Type, _ words: [String]) -> String {
    do {
      _ = try command.run(words)
      return "none"
    } catch {
      return (error as? UsageError)?.description ?? "no usage error: \(error)"
    }
  }

  @Test func namesAreDistinct() {
    #expect(Set(Self.names).count == Self.names.count)
    #expect(Self.names.contains(Dropscope.defaultCommand))
  }

  @Test(arguments: names) func everyOptionIsInHelp(name: String) throws {
    let command = try command(name)
    for command in [command] + command.subcommands {
      let lines = command.help.split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("Usage: dropscope "))
      #expect(lines.allSatisfy { $0.count <= 100 }, "\(lines.filter { $0.count > 100 })")
      for (option, takesValue) in Self.takesValue(command) {
        let described = lines.filter {
          $0.hasPrefix("  --\(option) ") && $0.count > "  --\(option) ".count
        }
        #expect(described.count == 1, "--\(option)")
        // "--name VALUE  what it is" or "--name  what it is".
        let words = described.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        #expect((words.dropFirst(3).first == "") == !takesValue, "--\(option)")
      }
      #expect(try command.run(["--help"]) == 0)
    }
    #expect(Dropscope.run([name, "--help"]) == 0)
  }

  @Test(arguments: names) func whatIsNotInTheTableIsRefused(name: String) throws {
    let command = try command(name)
    for command in [command] + command.subcommands {
      let words = Array(repeating: "x", count: command.positionals.lowerBound)
      #expect(complaint(command, words + ["--nonsense"]) == "unknown option '--nonsense'")
      #expect(complaint(command, words + ["-n"]) == "unknown option '-n'")
      for (option, takesValue) in Self.takesValue(command) {
        if takesValue {
          #expect(
            complaint(command, words + ["--\(option)"]) == "option --\(option) needs a value")
        } else {
          #expect(
            complaint(command, words + ["--\(option)=1"])
              == "option --\(option) takes no value, found '1'")
        }
      }
    }
    #expect(Dropscope.run([name, "--nonsense"]) == 2)
  }

  /// The default of help is the default of the run.
  @Test func defaultsInHelp() throws {
    let help = TrainCommand.help
    let settings = TrainSettings()
    for (option, value) in [
      ("--layers N", "\(settings.training.layers)"), ("--width N", "\(settings.training.width)"),
      ("--learning-rate R", "0.0015"), ("--noise-snr LOW,HIGH", "5,30"),
      ("--skip-rule RULE", "identity"), ("--gates KIND", "bernoulli"),
      ("--validate-utterances N", "\(settings.pace.validationUtterances)"),
    ] {
      let start = try #require(help.range(of: "  \(option) "))
      let text = help[start.upperBound...].split(separator: "\n").prefix(2).joined(separator: " ")
      #expect(text.contains("(\(value)"), "\(option): \(text)")
    }
  }

  /// Before any data are read.
  @Test func whatOfAModelLearnsIsChecked() {
    let start = ["--data", "/nowhere", "--output", "/nowhere/model", "--recipe"]
    for (words, complaint) in [
      (
        ["dld", "--mask", "101"],
        "option --mask: expected 12 characters, one a layer of the model, "
          + "found 3 in '101'"
      ),
      (
        ["reference", "--mask", "111111111110"],
        "option --mask: expected a recipe that drops layers, found reference"
      ),
      (
        ["dld", "--mask", "000"],
        "option --mask: expected characters 0 and 1, at least one of them 1, "
          + "found '000'"
      ),
      (
        ["dld", "--train-layers", "5,5"],
        "option --train-layers: expected layers from 1, with commas between, each once, found '5,5'"
      ),
      (["dld", "--train-layers", "5,9"], "option --train-layers goes with --init DIR"),
    ] {
      #expect(self.complaint(TrainCommand.self, start + words) == complaint)
    }
  }

  /// Libraries say what was wrong, and only the program which of its options may help.
  @Test func adviceIsTheProgramsOwn() {
    func said(_ error: any Error) -> String { Dropscope.sentence(for: error, of: "train") }
    #expect(
      said(InputError("x", expected: "a new folder", found: "files", kind: .occupiedFolder))
        == "x: expected a new folder, found files; --force writes there all the same")
    #expect(
      said(InputError("step 2", expected: "a finite loss", found: "nan", kind: .divergedTraining))
        == "step 2: expected a finite loss, found nan; a lower --learning-rate may help")
    #expect(said(InputError("x", expected: "a", found: "b")) == "x: expected a, found b")
    #expect(said(UsageError("no")) == "no; see 'dropscope train --help'")
  }

  /// One file that conforms and one entry in the catalogue: nothing else is needed.
  @Test func anotherCommand() {
    let commands = Dropscope.commands + [EchoCommand.self]
    #expect(Dropscope.run(["echo", "a", "--times", "2"], commands: commands) == 2)
    #expect(Dropscope.run(["echo", "a", "--times", "none"], commands: commands) == 2)
    #expect(Dropscope.run(["echo", "--times", "0"], commands: commands) == 2)
    #expect(Dropscope.run(["echo", "b"], commands: commands) == 1)
    #expect(Dropscope.run(["echo", "--help"], commands: commands) == 0)
    #expect(Dropscope.run(["echo", "a"]) == 2)
    #expect(EchoCommand.help.contains("  --times N  how often (1)"))
  }
}

/// Answers with how many words it would say.
private enum EchoCommand: Command {
  static let name = "echo"
  static let summary = "say it again"
  static let usage = "\(name) [OPTION]... WORD..."
  static let explanation = "Says what it is told."
  static let positionals = 1...Int.max

  struct Settings: CommandSettings {
    var times = 1

    static var groups: [OptionGroup<Self>] {
      [OptionGroup("Options") { Option("times", "N", \.times, .count, "how often") }]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    Int32(settings.times * arguments.positionals.count)
  }
}
