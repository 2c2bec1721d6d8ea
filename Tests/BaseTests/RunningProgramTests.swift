// Programs beside this one: told to end, waited for, and gone without a trace.

import Foundation
import Synchronization
import Testing

@testable import Base

@Suite(.timeLimit(.minutes(1))) struct RunningProgramTests {
  @Test func itEndsWhenItIsTold() throws {
    let count = Mutex(0)
    let program = try RunningProgram("/bin/sleep", ["600"]) { _ in count.withLock { $0 += 1 } }
    program.send(SIGTERM)
    program.wait()
    #expect(count.withLock { $0 } == 1)
    // Its number may be another's by now.
    program.send(SIGKILL)
    program.wait()
  }

  @Test func itsComplaintsAreKept() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let errors = folder.url.appendingPathComponent("errors")
    try RunningProgram("/bin/sh", ["-c", "echo no sound card >&2"], errors: errors) { _ in }.wait()
    #expect(try String(contentsOf: errors, encoding: .utf8) == "no sound card\n")
    #expect(throws: InputError.self) { try RunningProgram("/no/such/program", []) { _ in } }
  }

  /// However many have failed. Other tests open files meanwhile, but no hundred.
  @Test func nothingStaysOpen() throws {
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
    let before = try descriptors()
    for _ in 0..<200 { try RunningProgram("/bin/false", []) { _ in }.wait() }
    #expect(try descriptors() < before + 100)
  }
}
