// However the dashboard is ended, and whatever has become of its terminal: both are as before.

import Base
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.serialized) struct SignalsEndToEndTests {
  /// All that end a program which says nothing about them, up to the first and last real-time ones.
  private static let deadly: [Int32] =
    Array(1...31).filter {
      ![
        SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD, SIGCONT, SIGURG, SIGWINCH,
      ].contains($0)
    } + [34, 64]
  /// Those that ask it to leave, which it does with status 0.
  private static let requests = [SIGINT, SIGTERM, SIGHUP]

  @Test func everySignal() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(
        width: 100, height: 30, environment: ["SWIFT_BACKTRACE": "enable=no"])
      /// The terminal's modes, as stty tells them.
      func modes(_ moment: String) throws -> String {
        let file = folder.appending(path: moment)
        try tmux.type(line: "clear; stty -g > \(file.path); echo \(moment) $((40 + 2))")
        try tmux.wait("stty") { $0.contains("\(moment) 42") }
        return try String(contentsOf: file, encoding: .utf8)
      }
      let before = try modes("before")
      #expect(!before.isEmpty)
      for signal in Self.deadly {
        try tmux.type(line: "clear; \(dropscope.path) \(world.arguments); echo status $?")
        try tmux.wait("the dashboard") { $0.contains("Drop ratio") }
        kill(try #require(try tmux.child()), signal)
        try tmux.expectRestored(status: Self.requests.contains(signal) ? 0 : 128 + signal)
        #expect(try modes("after-\(signal)") == before, "after signal \(signal)")
      }
    }
  }

  private enum End: CaseIterable {
    case quitKey, interruptKey, quitCharacter, request, blow

    var outcome: Int32 {
      switch self {
      case .quitKey, .interruptKey, .request: 0
      case .quitCharacter: -SIGQUIT
      case .blow: -SIGUSR1
      }
    }
  }

  private enum Hindrance: CaseIterable { case none, controlS, stopped, unread }

  /// What became of a program that was told to end, and of its terminal.
  private struct Leaving {
    var isMeasuring = false
    var modesBefore: [UInt8] = []
    var modesMeanwhile: [UInt8] = []
    var modesAfter: [UInt8] = []
    var outcome: Int32?
    var output: [UInt8] = []
  }

  private static func leave(
    _ world: SmallWorld, _ hindrance: Hindrance, _ end: End
  ) throws -> Leaving {
    let terminal = try PseudoTerminal(
      dropscope, ["--model", world.model.path, "--data", world.data.path, "--split", "test"],
      width: 80, height: 24)
    var leaving = Leaving(modesBefore: terminal.modes)
    leaving.isMeasuring = terminal.read(until: Array("measuring".utf8), seconds: 20)
    leaving.modesMeanwhile = terminal.modes
    switch hindrance {
    case .none: break
    case .controlS: terminal.write("\u{13}")
    case .stopped: terminal.stopOutput()
    // More than a terminal's buffers hold.
    case .unread: terminal.write(String(repeating: "1234567", count: 10))
    }
    usleep(300_000)
    switch end {
    case .quitKey: terminal.write("q")
    case .interruptKey: terminal.write("\u{3}")
    case .quitCharacter: terminal.write("\u{1C}")
    case .request: kill(terminal.process, SIGTERM)
    case .blow: kill(terminal.process, SIGUSR1)
    }
    leaving.outcome = terminal.outcome(
      within: 4, output: &leaving.output, isRead: hindrance != .unread)
    leaving.modesAfter = terminal.modes
    return leaving
  }

  /// Ends the program in each way while its terminal is in each state, two at a time. The machine is given
  /// a while to start it, but it has to be gone within seconds of being told.
  @Test func everyWayOutOfATerminalThatTakesNothing() throws {
    try withTemporaryFolder { folder in
      // Busy enough that something is drawn all the time.
      let world = try SmallWorld(in: folder, width: 192, utterances: 40, seconds: 4)
      let ways = Hindrance.allCases.flatMap { hindrance in
        End.allCases.map { (hindrance, $0) }
      }
      let found = Mutex([Result<Leaving, any Error>?](repeating: nil, count: ways.count))
      WorkerTeam.each(of: ways.count, workers: 2) { way in
        let leaving = Result { try Self.leave(world, ways[way].0, ways[way].1) }
        found.withLock { $0[way] = leaving }
      }
      for ((hindrance, end), result) in zip(ways, found.withLock { $0 }) {
        let leaving = try #require(result).get()
        #expect(leaving.isMeasuring)
        #expect(leaving.modesMeanwhile != leaving.modesBefore)
        #expect(leaving.outcome == end.outcome, "\(hindrance), \(end)")
        #expect(leaving.modesAfter == leaving.modesBefore, "\(hindrance), \(end)")
        // xterm's "leave the alternate screen", "show the cursor", "no mouse reports".
        for code in ["[?1049l", "[?25h", "[?1002l"] {
          #expect(
            leaving.output.firstRange(of: Array("\u{1B}\(code)".utf8)) != nil,
            "\(code): \(hindrance), \(end)")
        }
      }
    }
  }

  /// `kill` of a job that Ctrl-Z has stopped: the terminal is the shell's then.
  @Test func aStoppedProgramDiesWithoutTheTerminal() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.wait("the dashboard") { $0.contains("Drop ratio") }
      let process = try #require(try tmux.child())
      try tmux.press("C-z")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Drop ratio") }
      kill(process, SIGTERM)
      kill(process, SIGCONT)
      // The shell says so when it is next asked for something.
      try tmux.wait("its end") { _ in
        let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        return state?.contains(") Z ") ?? true
      }
      try tmux.type(line: "echo status $((40 + 2))")
      try tmux.wait("why it ended") { $0.contains("Terminated") }
      try tmux.expectRestored(status: 42)
    }
  }
}
