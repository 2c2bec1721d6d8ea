// Programs that the machine has: where they are, and what they write, within bounds of time.

import Foundation
import Synchronization

package enum OutsideProgram {
  /// Why a program's output is not to be had, in a few words.
  package struct Failure: Error, Sendable {
    package let reason: String

    init(reason: String) { self.reason = reason }

    /// - Parameter status: how it ended, as `waitpid` gives it.
    init(status: Int32, complaint: String?) {
      let signal = status & 0x7F
      reason =
        (signal == 0 ? "status \(status >> 8 & 0xFF)" : "signal \(signal)")
        + (complaint.map { ": \($0)" } ?? "")
    }
  }

  /// How long a program may take, in seconds.
  package struct Patience: Sendable {
    /// Without writing anything.
    package var silent: Double
    /// In all.
    package var total: Double

    package init(silent: Double, total: Double) {
      self.silent = silent
      self.total = total
    }
  }

  /// Where the program lies according to PATH.
  package static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Runs `executable` without a shell and with nothing to read, and hands on what it writes, piece by
  /// piece, as it comes. Returns the last line that it complained of, if any. Throws `Failure` when it
  /// cannot be started, loses the patience or fails, and what `take` throws; it has ended in any case.
  package static func run(
    _ executable: String, _ arguments: [String], patience: Patience,
    take: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> String? {
    let child = try start(executable, arguments)
    var hasEnded = false
    defer {
      close(child.output)
      close(child.errors)
      if !hasEnded {
        kill(child.identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(child.identifier, &status, 0) == -1, errno == EINTR {}
      }
    }
    var clock = Clock(patience)
    var pipes = [child.output, child.errors].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    var complaints = Data()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    // A negative descriptor is one that has ended, and poll passes over it.
    while pipes.contains(where: { $0.fd >= 0 }) {
      guard poll(&pipes, 2, Int32(try clock.left() * 1000) + 1) > 0 else { continue }
      for index in pipes.indices where pipes[index].fd >= 0 && pipes[index].revents != 0 {
        let count = read(pipes[index].fd, buffer.baseAddress, buffer.count)
        if count > 0 {
          clock.heard()
          let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          if index == 0 { try take(bytes) } else { complaints = (complaints + bytes).suffix(4096) }
        } else if count == 0 || errno != EINTR {
          pipes[index].fd = -1
        }
      }
    }
    var status: Int32 = 0
    while waitpid(child.identifier, &status, WNOHANG) == 0 {
      _ = try clock.left()
      usleep(2000)
    }
    hasEnded = true
    let line = lastLine(String(decoding: complaints, as: UTF8.self))
    guard status == 0 else { throw Failure(status: status, complaint: line) }
    return line
  }

  /// Of what a program complains of, the line that says what it could not do.
  static func lastLine(_ text: String) -> String? {
    text.split(whereSeparator: \.isNewline).last.map(String.init)
  }

  /// Says when the patience is at its end.
  private struct Clock {
    private let patience: Patience
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now

    init(_ patience: Patience) { self.patience = patience }

    mutating func heard() { last = .now }

    /// Seconds; throws when there are none.
    func left() throws -> Double {
      let now = ContinuousClock.now
      guard (now - start).seconds < patience.total else {
        throw Failure(reason: "no end of it within \(patience.total) s")
      }
      guard (now - last).seconds < patience.silent else {
        throw Failure(reason: "nothing for \(patience.silent) s")
      }
      return min(
        patience.total - (now - start).seconds, patience.silent - (now - last).seconds, 60)
    }
  }

  private struct Child {
    var identifier: pid_t
    var output: Int32
    var errors: Int32
  }

  /// Starts in several threads follow one another: a pipe that another child inherits would not end
  /// before that child does.
  private static let starting = Mutex(())

  private static func start(_ executable: String, _ arguments: [String]) throws -> Child {
    try starting.withLock { _ in
      let output = try pipe()
      defer { close(output.write) }
      let errors: (read: Int32, write: Int32)
      do {
        errors = try pipe()
      } catch {
        close(output.read)
        throw error
      }
      defer { close(errors.write) }
      do throws(NoStart) {
        let identifier = try spawn(
          executable, arguments, output: output.write, errors: errors.write)
        return Child(identifier: identifier, output: output.read, errors: errors.read)
      } catch {
        close(output.read)
        close(errors.read)
        throw Failure(reason: "it cannot be started: \(error.reason)")
      }
    }
  }

  /// Why a program cannot be started, in the words of the system.
  package struct NoStart: Error {
    package let reason: String
    /// `code` is an `errno`.
    package init(code: Int32) { reason = String(cString: strerror(code)) }
  }

  /// Starts `executable` without a shell, with these descriptors for its outputs, and does not wait for it.
  /// - Parameter input: what it reads; nil for nothing.
  package static func spawn(
    _ executable: String, _ arguments: [String], input: Int32? = nil, output: Int32, errors: Int32
  ) throws(NoStart) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // A worker's thread blocks what is meant for the main one, and the program must hear it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSIGMASK, which Swift's Glibc does not show.
    posix_spawnattr_setflags(&attributes, 0x08)
    let argv = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var identifier = pid_t()
    let result = posix_spawn(&identifier, executable, &actions, &attributes, argv, environ)
    guard result == 0 else { throw NoStart(code: result) }
    return identifier
  }

  /// Both ends are closed in programs started from here, but for what is copied to their outputs.
  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else {
      throw Failure(reason: "no pipe to it: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
