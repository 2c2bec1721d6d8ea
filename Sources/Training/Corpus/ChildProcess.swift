// Running a synthesiser as a child process.

import Base
import Foundation

/// Runs programs with `posix_spawn`: Foundation's `Process` costs several milliseconds a start,
/// more than espeak-ng needs for a sentence.
enum ChildProcess {
  /// Runs `executable` to its end with standard input and output closed off, standard error in
  /// `errors` (a file that is overwritten). Throws `InputError` with the last line of standard
  /// error when it fails.
  static func run(_ executable: String, _ arguments: [String], errors: URL) throws {
    let status = try spawn(
      executable, arguments, output: "/dev/null", errors: errors.path)
    guard status == 0 else {
      let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").last.map { ": \($0)" } ?? ""
      throw InputError("\(executable) failed with status \(status)\(line)")
    }
  }

  /// Runs `executable` and returns its standard output, whatever its exit status.
  static func output(_ executable: String, _ arguments: [String]) throws -> String {
    var output = Data()
    do {
      _ = try OutsideProgram.run(
        executable, arguments, patience: OutsideProgram.Patience(silent: 120, total: 600)
      ) { output.append(contentsOf: $0) }
    } catch let failure as OutsideProgram.Failure where output.isEmpty {
      throw InputError("\(executable) says nothing: \(failure.reason)")
    } catch is OutsideProgram.Failure {
      // It said what it was asked for.
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The exit status; 128 + the signal's number when a signal ended it.
  private static func spawn(
    _ executable: String, _ arguments: [String], output: String, errors: String
  ) throws -> Int32 {
    let identifier: pid_t
    do throws(OutsideProgram.NoStart) {
      let (output, errors) = try (place(output), place(errors))
      defer {
        close(output)
        close(errors)
      }
      identifier = try OutsideProgram.spawn(executable, arguments, output: output, errors: errors)
    } catch {
      throw InputError("\(executable): cannot be started: \(error.reason)")
    }
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) == -1 {
      guard errno == EINTR else {
        throw InputError("\(executable): lost: \(String(cString: strerror(errno)))")
      }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// A file to write to, emptied first.
  private static func place(_ path: String) throws(OutsideProgram.NoStart) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw OutsideProgram.NoStart(code: errno) }
    return descriptor
  }
}
