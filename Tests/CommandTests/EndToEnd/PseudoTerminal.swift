// A program on a pseudo-terminal whose bytes the test reads itself: for timing single keys.

import Foundation
import TestSupport

final class PseudoTerminal {
  let process: pid_t
  private var master: Int32
  /// The program's end, held open: it keeps its modes when the program has gone.
  private let line: Int32
  private var hasEnded = false

  /// Starts `executable` with the other end as its controlling terminal. `terminal` is its TERM; nil
  /// leaves it unset.
  /// `terminfo` is a folder of terminal types besides the system's.
  init(
    _ executable: URL, _ arguments: [String], width: Int, height: Int,
    terminal: String? = "xterm-256color", terminfo: URL? = nil
  ) throws {
    // posix_openpt and its family need _XOPEN_SOURCE, which Swift's Glibc is built without: these
    // are the two requests they make (asm-generic/ioctls.h).
    let unlock: UInt = 0x4004_5431  // TIOCSPTLCK
    let number: UInt = 0x8004_5430  // TIOCGPTN
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var unlocked: Int32 = 0
    var index: UInt32 = 0
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    guard master >= 0, ioctl(master, unlock, &unlocked) == 0, ioctl(master, number, &index) == 0,
      ioctl(master, UInt(TIOCSWINSZ), &size) == 0
    else { throw ProgramFailure(description: "no pseudo-terminal") }
    let name = "/dev/pts/\(index)"
    line = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal a new session opens becomes its controlling one.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The test's threads block signals and may ignore some: the program starts with neither.
    var set = sigset_t()
    sigemptyset(&set)
    posix_spawnattr_setsigmask(&attributes, &set)
    sigfillset(&set)
    posix_spawnattr_setsigdefault(&attributes, &set)
    // POSIX_SPAWN_SETSID, SETSIGMASK and SETSIGDEF, hidden in the same way.
    posix_spawnattr_setflags(&attributes, 0x80 | 0x08 | 0x04)

    var environment = ProcessInfo.processInfo.environment
    environment["TERM"] = terminal
    environment["LANG"] = "C.UTF-8"
    if let terminfo { environment["TERMINFO_DIRS"] = "\(terminfo.path):" }
    environment["LC_ALL"] = nil
    // `swift test` sets it where its own output is no terminal; this is one.
    environment["NO_COLOR"] = nil
    environment["SWIFT_BACKTRACE"] = "enable=no"
    // Nothing is kept there: every start measures the machine's speed.
    environment["XDG_CACHE_HOME"] = "/dev/null"
    let argv = ([executable.path] + arguments).map { strdup($0) } + [nil]
    let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, executable.path, &actions, &attributes, argv, envp)
    guard status == 0 else {
      throw ProgramFailure(
        description: "\(executable.path): \(String(cString: strerror(status)))")
    }
    process = child
  }

  deinit {
    if !hasEnded { _ = end(by: SIGKILL) }
    if master >= 0 { close(master) }
    close(line)
  }

  /// Waits for the program's end, which `signal` may hasten, and returns its exit status; nil when a
  /// signal ended it.
  func end(by signal: Int32? = nil) -> Int32? {
    if let signal { kill(process, signal) }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    hasEnded = true
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
  }

  /// As a terminal window does that is given another size: the program is sent SIGWINCH.
  func resize(width: Int, height: Int) {
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Closes this end, as a terminal window does that is closed.
  func hangUp() {
    close(master)
    master = -1
  }

  /// The program's exit status, or the negated number of the signal that ended it; nil when it has
  /// not ended after so many seconds. What it writes meanwhile is added to `output`, or left unread.
  func outcome(within seconds: Double, output: inout [UInt8], isRead: Bool = true) -> Int32? {
    let end = Date().addingTimeInterval(seconds)
    var status: Int32 = 0
    while Date() < end {
      if isRead { output += read(milliseconds: 10) } else { usleep(10_000) }
      guard waitpid(process, &status, WNOHANG) == process else { continue }
      hasEnded = true
      while case let rest = read(milliseconds: 10), !rest.isEmpty { output += rest }
      let signal = status & 0x7F
      return signal == 0 ? (status >> 8) & 0xFF : -signal
    }
    return nil
  }

  /// What stty shows: flags, speeds and special characters.
  var modes: [UInt8] {
    var modes = termios()
    tcgetattr(line, &modes)
    return withUnsafeBytes(of: modes) { Array($0) }
  }

  /// Bytes sent to the program that nobody has read: the next program would.
  var unread: Int {
    var modes = termios()
    tcgetattr(line, &modes)
    // Not only whole lines count.
    modes.c_lflag &= ~tcflag_t(ICANON)
    tcsetattr(line, TCSANOW, &modes)
    var count: Int32 = 0
    _ = ioctl(line, UInt(FIONREAD), &count)
    return Int(count)
  }

  /// Stops the program's output, as Ctrl-S does where nobody has turned that off.
  func stopOutput() { tcflow(line, TCOOFF) }

  func write(_ text: String) {
    _ = text.utf8.withContiguousStorageIfAvailable { Glibc.write(master, $0.baseAddress, $0.count) }
  }

  /// What comes within `milliseconds`, or an empty array.
  func read(milliseconds: Int32) -> [UInt8] {
    var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(master, &buffer, buffer.count)
    return Array(buffer.prefix(max(0, count)))
  }

  func read(until bytes: [UInt8], seconds: Double) -> Bool {
    var count = 0
    return read(until: bytes, seconds: seconds, count: &count)
  }

  /// Reads until `bytes` came, adding what was read to `count`; false after `seconds`.
  func read(until bytes: [UInt8], seconds: Double, count: inout Int) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    var seen: [UInt8] = []
    while Date() < end {
      let more = read(milliseconds: 50)
      count += more.count
      seen += more
      if seen.firstRange(of: bytes) != nil { return true }
      // Enough to find bytes torn between two reads.
      seen.removeFirst(max(0, seen.count - bytes.count))
    }
    return false
  }
}
