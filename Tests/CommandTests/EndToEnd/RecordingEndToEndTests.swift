// A session that is recorded, in a real terminal: what was shown, whatever ends it.

import Base
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct RecordingEndToEndTests {
  /// Times, kinds and texts; fails where a line is not whole.
  private func events(_ file: URL) throws -> [(seconds: Double, kind: String, text: String)] {
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.hasSuffix("\n"))
    let lines = text.split(separator: "\n")
    let header = try #require(
      try JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8)) as? [String: Any])
    #expect(header["version"] as? Int == 2 && header["width"] as? Int == 100)
    let events = try lines.dropFirst().map { line in
      let parts = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any], "\(line.prefix(80))")
      return (
        try #require(parts[0] as? Double), try #require(parts[1] as? String),
        try #require(parts[2] as? String)
      )
    }
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.0 <= $1.0 })
    return events
  }

  @Test func aSessionIsRecorded() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let file = folder.appending(path: "show.cast")
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(
        line: "\(dropscope.path) \(world.arguments) --record \(file.path); echo status $?")
      try tmux.settle()
      try tmux.press("Right")
      try tmux.wait("the slider moved") { $0.contains("11 of 12 layers run") }
      try tmux.resize(width: 80, height: 24)
      try tmux.wait("the new size") { !$0.contains("Dropscope  model") }
      try tmux.press("q")
      try tmux.expectRestored(status: 0)
      let events = try events(file)
      #expect(events.contains { $0.kind == "r" && $0.text == "80x24" })
      // Played in a terminal, it is on the screen what the session was.
      let shown = events.filter { $0.kind == "o" }.map(\.text).joined()
      #expect(shown.contains("Drop ratio") && shown.contains("11"))
      // Whoever plays it has a mouse and a clipboard of their own.
      #expect(!shown.contains("\u{1B}[?1002h") && !shown.contains("\u{1B}]"))
      let player = try Tmux(width: 100, height: 30)
      let raw = folder.appending(path: "raw")
      let before = events.prefix { $0.kind == "o" }.map(\.text).joined()
      try before.write(to: raw, atomically: true, encoding: .utf8)
      // A line feed is no more than that, as while it was recorded.
      try player.type(line: "stty -onlcr; cat \(raw.path)")
      try player.wait("the recorded screen") {
        $0.contains("11 of 12 layers run") && $0.contains("small") && $0.contains("Transcript")
      }
    }
  }

  @Test func whatAKilledSessionLeavesIsARecording() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let file = folder.appending(path: "show.cast")
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(dropscope.path) \(world.arguments) --record \(file.path)")
      try tmux.settle()
      let process = try #require(try tmux.child())
      kill(process, SIGKILL)
      try tmux.wait("the shell") { $0.contains("ready>") }
      #expect(try events(file).contains { $0.text.contains("Drop ratio") })
    }
  }

  /// A limit on the size of files stands in for a full disk.
  @Test func aFullDiskEndsTheSessionWithASentence() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let file = folder.appending(path: "show.cast")
      let script = folder.appending(path: "limited.sh")
      // 48 KiB: some screens, but not a dozen.
      try writeProgram(
        """
        #!/bin/sh
        trap '' XFSZ
        ulimit -f 96
        cd \(folder.path)
        exec \(dropscope.path) \(world.arguments) --record show.cast

        """, to: script)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(script.path); echo status $?")
      try tmux.wait("the screen") { $0.contains("Drop ratio") }
      try tmux.wait("its end") { screen in
        if screen.contains("status 1") { return true }
        try tmux.press("Tab")
        return false
      }
      let screen = try tmux.screen()
      #expect(screen.contains("show.cast: expected a place to write"), "\(screen)")
      #expect(try !events(file).isEmpty)
    }
  }

  @Test(arguments: [
    (["--record", "/dev/null"], "a device or a pipe", 1),
    (["--record", "/nowhere/show.cast"], "no folder", 1),
    (["--record", "show.cast", "--frame", "80x24"], "--record", 2),
  ]) func refusals(extra: [String], named: String, status: Int32) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 2)
      let arguments = world.arguments.split(separator: " ").map(String.init)
      let outcome = try runProgram(dropscope.path, arguments + extra)
      #expect(outcome.status == status && outcome.output.isEmpty)
      #expect(outcome.errors.contains(named), "\(outcome.errors)")
    }
  }
}
