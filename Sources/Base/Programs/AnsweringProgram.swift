// A program that is asked and answers, a line at a time.

import Foundation

/// Runs beside this one until it is let go, and ends by itself when this process does: what it reads has an
/// end then. Used by one thread.
package final class AnsweringProgram {
  private let identifier: pid_t
  /// The child's standard input and output.
  private let socket: Int32
  private let errors: URL
  private var unread: [UInt8] = []
  /// nil once it was waited for.
  private var status: Int32?

  /// Starts `executable` without a shell. Throws `OutsideProgram.Failure`.
  /// - Parameter errors: a file for what it complains of.
  package init(_ executable: String, _ arguments: [String], errors: URL) throws {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Self.noStart(errno) }
    defer { close(ends[1]) }
    let complaints = open(errors.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard complaints >= 0 else {
      let code = errno
      close(ends[0])
      throw Self.noStart(code)
    }
    defer { close(complaints) }
    do throws(OutsideProgram.NoStart) {
      identifier = try OutsideProgram.spawn(
        executable, arguments, input: ends[1], output: ends[1], errors: complaints)
    } catch {
      close(ends[0])
      throw OutsideProgram.Failure(reason: "it cannot be started: \(error.reason)")
    }
    socket = ends[0]
    self.errors = errors
  }

  private static func noStart(_ code: Int32) -> OutsideProgram.Failure {
    let reason = OutsideProgram.NoStart(code: code).reason
    return OutsideProgram.Failure(reason: "no pipe to it: \(reason)")
  }

  deinit {
    close(socket)
    if status == nil {
      kill(identifier, SIGKILL)
      _ = wait()
    }
  }

  /// Writes a line and waits for the answer to it. Throws `OutsideProgram.Failure` when it has ended.
  package func ask(_ line: String) throws -> String {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      // Not `write`: a program that is gone is an error here, not a signal.
      let count = rest.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw ending()
      }
    }
    return try hear()
  }

  /// The next line that it says, without being asked. Throws `OutsideProgram.Failure` when it has ended.
  package func hear() throws -> String {
    let newline = UInt8(ascii: "\n")
    var buffer = [UInt8](repeating: 0, count: 1 << 12)
    while true {
      if let end = unread.firstIndex(of: newline) {
        defer { unread.removeFirst(end + 1) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      let count = read(socket, &buffer, buffer.count)
      if count > 0 {
        unread += buffer[..<count]
      } else if count == 0 || errno != EINTR {
        throw ending()
      }
    }
  }

  /// How it ended, which it has when nothing more comes, and the last that it complained of.
  private func ending() -> OutsideProgram.Failure {
    // One that has only closed its output must not keep us; the number of one that was waited for may be
    // another's.
    if status == nil { kill(identifier, SIGTERM) }
    let status = wait()
    let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    return OutsideProgram.Failure(status: status, complaint: OutsideProgram.lastLine(text))
  }

  private func wait() -> Int32 {
    if let status { return status }
    var result: Int32 = 0
    while waitpid(identifier, &result, 0) == -1, errno == EINTR {}
    status = result
    return result
  }
}
