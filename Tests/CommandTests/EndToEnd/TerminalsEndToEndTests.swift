// What terminals differ in: what they send, how wide they take text to be, what they are called.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct TerminalsEndToEndTests {
  private func start(
    _ world: SmallWorld, _ terminal: String, _ options: [String] = [], terminfo: URL? = nil
  ) throws -> PseudoTerminal {
    try PseudoTerminal(
      dropscope,
      ["--model", world.model.path, "--data", world.data.path, "--split", "test"] + options,
      width: 100, height: 30, terminal: terminal, terminfo: terminfo)
  }

  /// All that is written until the program has left.
  private func output(_ terminal: PseudoTerminal) -> String {
    var bytes: [UInt8] = []
    let end = Date().addingTimeInterval(20)
    while bytes.firstRange(of: Array("Drop ratio".utf8)) == nil, Date() < end {
      bytes += terminal.read(milliseconds: 50)
    }
    terminal.write("q")
    #expect(terminal.outcome(within: 10, output: &bytes) == 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let question = "\u{1B}]11;?\u{1B}\\"
  /// How the accent of the light theme is asked for.
  private static let lightAccent = Array("38;5;25m".utf8)

  /// The question comes after the first picture, and the answer changes its colours; who has named a theme
  /// is not asked, nor is a terminal that might show the question.
  @Test func theTerminalIsAskedForItsBackground() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let terminal = try start(world, "xterm-256color")
      var bytes: [UInt8] = []
      let end = Date().addingTimeInterval(20)
      while bytes.firstRange(of: Array(Self.question.utf8)) == nil, Date() < end {
        bytes += terminal.read(milliseconds: 50)
      }
      let before = String(decoding: bytes, as: UTF8.self)
      let asked = try #require(before.range(of: Self.question))
      #expect(before[..<asked.lowerBound].contains("Drop ratio"))
      #expect(bytes.firstRange(of: Self.lightAccent) == nil)
      terminal.write("\u{1B}]11;rgb:fdfd/f6f6/e3e3\u{1B}\\\u{1B}[?62;22c")
      #expect(terminal.read(until: Self.lightAccent, seconds: 20))
      terminal.write("q")
      #expect(terminal.outcome(within: 10, output: &bytes) == 0 && terminal.unread == 0)

      let named = output(try start(world, "xterm-256color", ["--theme", "standard"]))
      #expect(named.contains("Drop ratio") && !named.contains(Self.question))
      #expect(!output(try start(world, "vt100")).contains("]11;"))
    }
  }

  /// Who leaves before the terminal has answered does not leave the answer to the shell.
  @Test func aLateAnswerIsNotTyped() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let terminal = try start(world, "xterm-256color")
      #expect(terminal.read(until: Array(Self.question.utf8), seconds: 20))
      terminal.write("q")
      // Its mouse is off: it is leaving.
      #expect(terminal.read(until: Array("\u{1B}[?1002l".utf8), seconds: 20))
      terminal.write("\u{1B}]11;rgb:0000/0000/0000\u{1B}\\\u{1B}[?62;22c")
      var bytes: [UInt8] = []
      #expect(terminal.outcome(within: 10, output: &bytes) == 0)
      #expect(terminal.unread == 0)
    }
  }

  /// `Y`, through a terminal within the terminal.
  @Test func theTranscriptGoesToTheClipboard() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.settle()
      try tmux.press("Y")
      try tmux.wait("what became of it") { $0.contains("the transcript is handed to the terminal") }
      let text = try tmux.clipboard()
      #expect(text.contains("said        ") && text.contains("speaker "))
      try tmux.press("q")
    }
  }

  /// The number pad, a late answer, Alt, the mouse in another form: the screen stays as it is.
  @Test func whatMeansNothingDoesNothing() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.settle()
      var last = ""
      // Also the notices of the start are gone then.
      try tmux.press("?")
      try tmux.wait("help") { $0.contains("Help 1/") }
      try tmux.press("Escape")
      let before = try tmux.wait("rest") { screen in
        defer { last = screen }
        usleep(500_000)
        return screen == last && screen.contains("Drop ratio")
      }
      for bytes in [
        "\u{1B}Oq", "\u{1B}]11;rgb:3030/3434/4646\u{1B}\\", "\u{1B}q", "\u{1B}[M qq",
        "\u{1B}P1+r544e=71\u{1B}\\", "\u{1B}_q2\u{1B}\\", "\u{1B}Or", "\u{1B}2",
      ] {
        try tmux.type(bytes)
      }
      // A key that is heard: what was sent before it has been read.
      try tmux.press("]")
      try tmux.wait("the next utterance") { $0 != before && $0.contains("Drop ratio") }
      try tmux.press("[")
      try tmux.wait("the screen as it was") { $0 == before }
      try tmux.press("q")
    }
  }

  /// Whole words and pictures, and what follows them in its place.
  @Test func scriptsWhoseLettersJoin() throws {
    try withTemporaryFolder { folder in
      let words = ["தமிழ்", "வாங்க", "दुनिया", "বাংলা", "👩‍💻", "🇩🇪", "👍🏽", "end"]
      let world = try SmallWorld(
        in: folder, utterances: 3, transcript: words.joined(separator: " "))
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(line: "\(dropscope.path) \(world.arguments) --view transcripts")
      let screen = try tmux.settle()
      let rows = screen.split(separator: "\n").filter { $0.contains("தமிழ்") }
      #expect(!rows.isEmpty, "\(screen)")
      for word in words { #expect(screen.contains(word), "\(word):\n\(screen)") }
      // By code points: canonically equal texts are one to Swift.
      for row in rows { #expect(row.unicodeScalars.last == "│", "\(row)") }
      // Gone when something else is in their place.
      try tmux.press("6")
      try tmux.wait("the budget") { !$0.unicodeScalars.contains("த") }
      try tmux.press("q")
    }
  }

  /// Mouse and paste are not asked of a terminal that has neither, and are taken back where they were.
  @Test func modesAreOnlyWhereTheyAre() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 2)
      let plain = output(try start(world, "vt100"))
      for mode in ["1002", "1006", "1004", "2004"] { #expect(!plain.contains("[?\(mode)")) }
      let rich = output(try start(world, "xterm-256color"))
      for mode in ["1002", "1006", "1004", "2004"] {
        #expect(rich.contains("[?\(mode)h") && rich.contains("[?\(mode)l"), "\(mode)")
      }
    }
  }

  @Test func anUnknownTypeIsStoodInFor() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 2)
      let text = output(try start(world, "no-such-terminal"))
      // Said when the screen has gone.
      let left = try #require(text.range(of: "[?1049l", options: .backwards))
      #expect(
        text[left.upperBound...].contains(
          #"TERM: terminfo knows no "no-such-terminal", so the screen is that of "xterm""#))
    }
  }

  /// Colours as red, green and blue: a place in a palette would be a dark blue.
  @Test func direct() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, utterances: 2)
      let colour = { (base: String, code: String) in
        "\(base)=\\E[%?%p1%{8}%<%t\(code)%p1%d%e\(code)8:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:"
          + "%p1%{255}%&%d%;m"
      }
      let source = folder.appending(path: "direct.ti")
      try """
      test-direct|colours by number,
      \tRGB, colors#0x1000000, pairs#0x7FFF, \(colour("setaf", "3")), \(colour("setab", "4")),
      \tuse=xterm-256color,

      """.write(to: source, atomically: true, encoding: .utf8)
      let types = folder.appending(path: "terminfo")
      let outcome = try runProgram("tic", ["-x", "-o", types.path, source.path])
      try #require(outcome.status == 0, "\(outcome.errors)")
      let text = output(try start(world, "test-direct", ["--color", "always"], terminfo: types))
      let colours = text.matches(of: #/38:2::(\d+):(\d+):(\d+)m/#).map { [$0.1, $0.2, $0.3] }
      #expect(!colours.isEmpty)
      #expect(colours.allSatisfy { $0.count { $0 != "0" } > 1 }, "\(colours)")
    }
  }
}
