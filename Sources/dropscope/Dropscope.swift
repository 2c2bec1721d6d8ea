// The executable's entry: picks a subcommand, turns errors into one sentence and an exit status.

import Base
import CProcessor
import Foundation

@main
enum Dropscope {
  /// Every subcommand, in the order of the overview.
  static let commands = Catalogue<any Command.Type>(
    "command",
    [
      DashboardCommand.self,
      TranscribeCommand.self,
      EvaluateCommand.self,
      SweepCommand.self,
      TrainCommand.self,
      PruneCommand.self,
      CurvesCommand.self,
      SynthesizeCommand.self,
      NGramCommand.self,
      EmissionsCommand.self,
      InspectCommand.self,
      BenchCommand.self,
    ]
  ) { $0.name }

  /// What runs when the first argument is no subcommand's name but an option, or nothing.
  static let defaultCommand = DashboardCommand.name

  static func main() {
    dropscope_refuse_other_processors()
    StandardOutput.reserve()
    MappedFiles.watch()
    let status = run(Array(words.dropFirst()))
    // Not exit(): threads may be inside a product still, and it takes OpenBLAS's memory from them.
    _exit(status)
  }

  /// The command line. Swift reads it from /proc, which a container may not have; the kernel has put it
  /// right before the environment as well, with its length in front (System V ABI, "Process
  /// Initialization").
  private static var words: [String] {
    guard access("/proc/self/cmdline", R_OK) != 0 else { return CommandLine.arguments }
    let environment = UnsafeMutablePointer(environ)
    let numbers = UnsafeMutableRawPointer(environment).assumingMemoryBound(to: Int.self)
    // Behind the words is a null pointer, and no pointer is as small as their count.
    var count = 0
    while numbers[-2 - count] != count { count += 1 }
    return (0..<count).compactMap { environment[$0 - 1 - count].map { String(cString: $0) } }
  }

  /// Runs the subcommand named first and returns the exit status: 0 done, 1 failed, 2 wrong usage.
  static func run(
    _ arguments: [String], commands: Catalogue<any Command.Type> = commands
  ) -> Int32 {
    var rest = arguments[...]
    let named = arguments.first.map { !$0.hasPrefix("-") } ?? false
    let name = named ? rest.removeFirst() : defaultCommand
    do {
      if let first = arguments.first, ["--help", "-h", "help"].contains(first) {
        try StandardOutput.show(HarmlessText(lines: overview(commands).lines.map(String.init)))
        return 0
      }
      guard let command = commands.find(name) else {
        let names = commands.names.joined(separator: ", ")
        complain("dropscope: expected a command (\(names)), found '\(name)'")
        return 2
      }
      let status = try command.run(Array(rest))
      if let change = MappedFiles.change { throw change }
      return status
    } catch {
      complain("dropscope \(name): \(sentence(for: error, of: name))")
      return error is UsageError ? 2 : 1
    }
  }

  /// What is said of an error of a command.
  static func sentence(for error: any Error, of command: String) -> String {
    switch error {
    case is UsageError: return "\(error); see 'dropscope \(command) --help'"
    case var error as InputError:
      error.advice = error.advice ?? advice(for: error.kind)
      return error.description
    case let error as CocoaError:
      let path = error.userInfo[NSFilePathErrorKey] as? String
      return (path.map { "\($0): " } ?? "") + error.localizedDescription
    default: return "\(error)"
    }
  }

  /// What may help, where an option does.
  private static func advice(for kind: InputError.Kind) -> String? {
    switch kind {
    case .general: nil
    case .occupiedFolder: "--force writes there all the same"
    case .divergedTraining: "a lower --learning-rate may help"
    }
  }

  /// The answer to `dropscope --help`.
  private static func overview(_ commands: Catalogue<any Command.Type>) -> String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let lines = commands.map {
      "  " + $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.summary
    }
    return """
      Usage: dropscope [COMMAND] [OPTION]...

      Explore how a speech recogniser trades accuracy for compute when layers are skipped.
      Without a command, the \(defaultCommand) opens.

      Commands:
      \(lines.joined(separator: "\n"))

      'dropscope COMMAND --help' describes a command and its options.
      """
  }

  /// Says on standard error what ought to be known of audio that was read: the first few of many.
  static func remark(_ remarks: [String]) {
    let most = 8
    for remark in remarks.prefix(most) { complain("dropscope: \(remark)") }
    if remarks.count > most {
      complain("dropscope: \(remarks.count - most) more remarks of this kind on other recordings")
    }
  }

  /// One line on standard error, whatever is in the sentence.
  static func complain(_ sentence: String) {
    StandardOutput.complain(sentence)
  }
}
