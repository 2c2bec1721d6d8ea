// Programs that stand for others in tests.

import Foundation

/// Writes a script that can be run. Another process does it: a program that this one wrote would be busy
/// (ETXTBSY) for as long as a child that another test started in that moment holds it open.
package func writeProgram(_ script: String, to file: URL) throws {
  let outcome = try runProgram(
    "install", ["-m", "755", "/dev/stdin", file.path], input: Data(script.utf8))
  guard outcome.status == 0 else { throw ProgramFailure(description: outcome.errors) }
}
