// Running a program to its end, for tests that look at it from outside.

import Foundation

/// What a run of a program left behind.
package struct ProgramOutcome: Sendable {
  /// Its exit status, or the negated number of the signal that ended it.
  package var status: Int32
  package var output: String
  package var errors: String

  package var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Runs the program at `path` (searched in PATH when it has no slash) on `input`.
///
/// Input and outputs are files, not pipes, and the end is waited for by `waitpid`: Foundation's
/// `Process` waits for pipes and sockets that a server started by the child, such as tmux's,
/// inherits and keeps open.
package func runProgram(
  _ path: String, _ arguments: [String], input: Data = Data()
) throws -> ProgramOutcome {
  try withTemporaryFolder { folder in
    let files = ["input", "output", "errors"].map { folder.appendingPathComponent($0) }
    try input.write(to: files[0])
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, files[0].path, O_RDONLY, 0)
    for number in [1, 2] {
      posix_spawn_file_actions_addopen(
        &actions, Int32(number), files[number].path, O_WRONLY | O_CREAT, 0o600)
    }
    // The test's threads block signals, and a tmux server that inherits that never ends.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSIGMASK, which Swift's Glibc does not show.
    posix_spawnattr_setflags(&attributes, 0x08)
    let argv = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawnp(&child, path, &actions, &attributes, argv, environ)
    guard result == 0 else {
      throw ProgramFailure(description: "\(path): \(String(cString: strerror(result)))")
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7F
    return ProgramOutcome(
      status: signal == 0 ? (status >> 8) & 0xFF : -signal,
      output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
  }
}

/// A program that could not be run, or did not do what a test needs of it.
package struct ProgramFailure: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}
