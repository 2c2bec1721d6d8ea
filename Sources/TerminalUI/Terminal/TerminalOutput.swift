// Writing to a terminal that may have stopped taking anything: after Ctrl-S, or because its reader hangs.

import Foundation

/// Everything here is async-signal-safe, and waits no longer than it says.
enum TerminalOutput {
  /// Whether a write now would not wait. True also when the terminal is gone: then it fails at once.
  static func isWritable(_ descriptor: Int32, milliseconds: Int32 = 0) -> Bool {
    var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&place, 1, milliseconds) > 0
  }

  /// Lets output flow again if it is held up; false when nothing helps.
  @discardableResult static func release(_ descriptor: Int32) -> Bool {
    if isWritable(descriptor) { return true }
    // TCOON alone starts only what TCOOFF stopped, not what Ctrl-S did (Linux, n_tty).
    tcflow(descriptor, TCOOFF)
    tcflow(descriptor, TCOON)
    if isWritable(descriptor, milliseconds: 100) { return true }
    // Not stopped but full, and nobody reads: the old picture makes room for what matters.
    tcflush(descriptor, TCOFLUSH)
    return isWritable(descriptor, milliseconds: 100)
  }

  /// Writes what the terminal takes, waiting at most `milliseconds` before each piece, and says how
  /// many bytes that was. A terminal that is gone counts as having taken all.
  @discardableResult static func write(
    _ bytes: UnsafePointer<UInt8>, count: Int, to descriptor: Int32, milliseconds: Int32
  ) -> Int {
    // For the moment of the write only: the shell has the same open file.
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    defer { _ = fcntl(descriptor, F_SETFL, flags) }
    var done = 0
    var waits = 0
    while done < count {
      let written = Foundation.write(descriptor, bytes + done, count - done)
      if written > 0 {
        done += written
      } else if written < 0, errno == EAGAIN {
        waits += 1
        guard waits < 10, isWritable(descriptor, milliseconds: milliseconds) else { break }
      } else if written == 0 || errno != EINTR {
        return count
      }
    }
    return done
  }
}
