// Programs that answer, fail, hang and never stop: each ends, and in time.

import Base
import Foundation
import Testing

@Suite struct OutsideProgramTests {
  private let patience = OutsideProgram.Patience(silent: 20, total: 40)

  /// What a shell that runs `script` writes.
  private func output(
    _ script: String, _ patience: OutsideProgram.Patience
  ) throws -> (bytes: [UInt8], complaint: String?) {
    var bytes: [UInt8] = []
    let complaint = try OutsideProgram.run("/bin/sh", ["-c", script], patience: patience) {
      bytes += $0
    }
    return (bytes, complaint)
  }

  private func failure(_ script: String, _ patience: OutsideProgram.Patience) -> String {
    do {
      _ = try output(script, patience)
      return "none"
    } catch {
      return (error as? OutsideProgram.Failure)?.reason ?? "\(error)"
    }
  }

  @Test func outputComesWhole() throws {
    let said = try output("head -c 300000 /dev/zero; echo first >&2; echo second >&2", patience)
    #expect(said.bytes == Array(repeating: 0, count: 300_000))
    #expect(said.complaint == "second")
    #expect(try output("cat", patience).bytes.isEmpty)
  }

  @Test func failuresSayWhy() {
    #expect(failure("echo sorry >&2; exit 3", patience) == "status 3: sorry")
    #expect(failure("kill -9 $$", patience) == "signal 9")
    #expect(throws: OutsideProgram.Failure.self) {
      try OutsideProgram.run("/none/such", [], patience: patience) { _ in }
    }
  }

  @Test func nobodyWaitsForEver() {
    let start = ContinuousClock.now
    #expect(
      failure("sleep 100", OutsideProgram.Patience(silent: 0.2, total: 40))
        == "nothing for 0.2 s")
    #expect(
      failure(
        "while true; do echo x; done", OutsideProgram.Patience(silent: 40, total: 0.2))
        == "no end of it within 0.2 s")
    // Its outputs are closed, and it stays.
    #expect(
      failure("exec >&- 2>&-; sleep 100", OutsideProgram.Patience(silent: 40, total: 0.2))
        == "no end of it within 0.2 s")
    #expect((ContinuousClock.now - start).seconds < 30)
  }

  @Test func whoHasEnoughEndsIt() {
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try OutsideProgram.run("/bin/sh", ["-c", "yes"], patience: patience) { _ in throw Enough() }
    }
  }

  @Test func programsAreFoundInThePath() {
    #expect(OutsideProgram.find("sh")?.hasSuffix("/sh") == true)
    #expect(OutsideProgram.find("no-program-of-this-name") == nil)
  }
}
