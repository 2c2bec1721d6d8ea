// A program that runs beside this one.

import Foundation
import Synchronization

/// Runs until it ends, with nothing to read and its output closed off.
package final class RunningProgram: Sendable {
  /// nil once it has ended: its number may be another's from then on.
  private let identifier: Mutex<pid_t?>
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - errors: a file for what it complains of; nil for nowhere.
  ///   - hasEnded: called from a thread of its own.
  /// - Throws: `InputError`.
  package init(
    _ executable: String, _ arguments: [String], errors: URL? = nil,
    hasEnded: @escaping @Sendable (RunningProgram) -> Void
  ) throws {
    let child: pid_t
    do throws(OutsideProgram.NoStart) {
      let nowhere = try Self.open("/dev/null")
      defer { close(nowhere) }
      let complaints = try Self.open(errors?.path ?? "/dev/null")
      defer { close(complaints) }
      child = try OutsideProgram.spawn(
        executable, arguments, output: nowhere, errors: complaints)
    } catch {
      throw InputError("\(executable) cannot be started: \(error.reason)")
    }
    identifier = Mutex(child)
    WorkerThread.start("waits for \(child)") { [self] in
      var information = siginfo_t()
      // Not reaped yet: until its number is forgotten here it must not become another's.
      while waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      identifier.withLock {
        $0 = nil
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
      }
      hasEnded(self)
      ended.signal()
    }
  }

  /// Nothing where it has ended.
  package func send(_ signal: Int32) {
    identifier.withLock { if let child = $0 { kill(child, signal) } }
  }

  /// Returns when it has ended, and `hasEnded` with it.
  package func wait() {
    ended.wait()
    ended.signal()
  }

  private static func open(_ path: String) throws(OutsideProgram.NoStart) -> Int32 {
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw OutsideProgram.NoStart(code: errno) }
    return descriptor
  }
}
