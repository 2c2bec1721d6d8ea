// Programs that are asked and answer: in order, whole lines, and an error when nothing more comes.

import Foundation
import Testing

@testable import Base

@Suite(.timeLimit(.minutes(1))) struct AnsweringProgramTests {
  private func program(_ script: String, in folder: TemporaryFolder) throws -> AnsweringProgram {
    try AnsweringProgram(
      "/bin/sh", ["-c", script], errors: folder.url.appendingPathComponent("errors"))
  }

  private func failure(_ body: () throws -> String) throws -> String {
    let failure = #expect(throws: OutsideProgram.Failure.self) { _ = try body() }
    return try #require(failure).reason
  }

  @Test func answersComeInOrder() throws {
    let folder = try TemporaryFolder()
    let echo = try program("echo ready; while read -r x; do echo \"$x $x\"; done", in: folder)
    #expect(try echo.hear() == "ready")
    // More than a socket holds at once, and more than is read at once.
    let long = String(repeating: "é", count: 40_000)
    for word in ["a", "", long, "b"] { #expect(try echo.ask(word) == "\(word) \(word)") }
    // What was said at once is heard line by line.
    let talker = try program("printf '1\\n2\\n3'", in: folder)
    #expect(try talker.hear() == "1")
    #expect(try talker.hear() == "2")
  }

  @Test func itsEndIsAnErrorWithItsLastComplaint() throws {
    let folder = try TemporaryFolder()
    let gone = try program("echo first >&2; echo no module >&2; exit 3", in: folder)
    #expect(try failure(gone.hear) == "status 3: no module")
    // Also when it is asked again, and there is nobody to read it.
    #expect(try failure { try gone.ask("x") } == "status 3: no module")
    #expect(throws: OutsideProgram.Failure.self) {
      try AnsweringProgram("/no/such/program", [], errors: folder.url.appendingPathComponent("e"))
    }
  }

  /// One that is let go is ended and waited for, whatever it does.
  @Test func nothingStays() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("pid")
    var sleeper: AnsweringProgram? = try program(
      "echo $$ > \(file.path); echo ready; exec sleep 600", in: folder)
    #expect(try sleeper?.hear() == "ready")
    let identifier = try #require(
      pid_t(
        try String(contentsOf: file, encoding: .utf8).trimmingCharacters(
          in: .whitespacesAndNewlines)))
    #expect(kill(identifier, 0) == 0)
    sleeper = nil
    #expect(kill(identifier, 0) == -1)
  }
}
