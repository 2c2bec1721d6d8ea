// Gives the terminal back when the program dies: by a fatal signal, by exit(), or because the main
// thread left. The handler uses only what POSIX allows in one, never ncurses.

import Foundation

/// Everything the handler needs, prepared beforehand at a fixed place and never freed. Safe without
/// a lock: the main thread writes it while `isArmed` is 0.
private struct CrashState {
  var isArmed: Int32 = 0
  var terminalModes = termios()
  /// Written to the terminal: mouse off, cursor on, plain colours, normal screen.
  var bytes: UnsafeMutablePointer<UInt8>?
  var byteCount = 0
  /// Where standard error went before it was redirected, and the file it goes to; -1: it was not.
  var standardError: Int32 = -1
  var log: Int32 = -1
  /// The actions that were there before ours, by signal number.
  var replaced = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
}

nonisolated(unsafe) private let crashState: UnsafeMutablePointer<CrashState> = {
  let pointer = UnsafeMutablePointer<CrashState>.allocate(capacity: 1)
  pointer.initialize(to: CrashState())
  pointer.pointee.replaced.initialize(repeating: sigaction(), count: 65)
  return pointer
}()

/// Async-signal-safe. Does nothing the second time.
private func restoreTerminal() {
  guard crashState.pointee.isArmed == 1 else { return }
  crashState.pointee.isArmed = 0
  var done = 0
  while done < crashState.pointee.byteCount, let bytes = crashState.pointee.bytes {
    let count = write(STDOUT_FILENO, bytes + done, crashState.pointee.byteCount - done)
    if count <= 0 { break }
    done += count
  }
  tcsetattr(STDIN_FILENO, TCSANOW, &crashState.pointee.terminalModes)
  restoreStandardError()
}

/// Async-signal-safe. What was said while the screen was in use is shown now.
private func restoreStandardError() {
  let original = crashState.pointee.standardError
  guard original >= 0 else { return }
  crashState.pointee.standardError = -1
  dup2(original, STDERR_FILENO)
  close(original)
  let log = crashState.pointee.log
  lseek(log, 0, SEEK_SET)
  withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
    while true {
      let count = read(log, buffer.baseAddress, buffer.count)
      if count <= 0 || write(STDERR_FILENO, buffer.baseAddress, count) <= 0 { return }
    }
  }
  close(log)
}

private func handleFatalSignal(
  _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?
) {
  restoreTerminal()
  sigaction(number, crashState.pointee.replaced + Int(number), nil)
  // A fault repeats once the handler returns, and then the old handler (Swift's backtrace) sees
  // the true place. What another process sent, or abort() raised, would not come again.
  guard (information?.pointee.si_code ?? 0) <= 0 else { return }
  var set = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, number)
  pthread_sigmask(SIG_UNBLOCK, &set, nil)
  raise(number)
  // Swift's handler only prints and returns: without this the program would live on.
  signal(number, SIG_DFL)
  raise(number)
}

@MainActor final class CrashGuard {
  private static let fatalSignals = [
    SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGQUIT,
  ]
  private static var isExitHandlerInstalled = false

  /// Remembers the terminal's modes; call before ncurses changes them.
  init() {
    tcgetattr(STDIN_FILENO, &crashState.pointee.terminalModes)
    if !Self.isExitHandlerInstalled {
      Self.isExitHandlerInstalled = true
      atexit { restoreTerminal() }
    }
  }

  /// From now on a dying program writes `bytes` to the terminal. Also sends standard error to a
  /// file that has no name, if it is a terminal: text would destroy the picture.
  func arm(restoring bytes: [UInt8]) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
    memory.initialize(from: bytes, count: bytes.count)
    crashState.pointee.bytes?.deallocate()
    crashState.pointee.bytes = memory
    crashState.pointee.byteCount = bytes.count
    redirectStandardError()
    useAlternateStack()
    crashState.pointee.isArmed = 1
    for number in Self.fatalSignals {
      var action = sigaction()
      action.__sigaction_handler.sa_sigaction = handleFatalSignal
      action.sa_flags = SA_SIGINFO | SA_ONSTACK
      sigaction(number, &action, crashState.pointee.replaced + Int(number))
    }
  }

  /// The terminal has been given back in an orderly way: old handlers, old standard error.
  func disarm() {
    guard crashState.pointee.isArmed == 1 else { return }
    for number in Self.fatalSignals {
      sigaction(number, crashState.pointee.replaced + Int(number), nil)
    }
    crashState.pointee.isArmed = 0
    restoreStandardError()
  }

  private func redirectStandardError() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    var path = Array("\(folder)/dropscope-XXXXXX".utf8CString)
    let log = mkstemp(&path)
    // No place for a log is no reason not to start.
    guard log >= 0 else { return }
    _ = fcntl(log, F_SETFD, FD_CLOEXEC)
    unlink(path)
    let original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    guard original >= 0 else {
      close(log)
      return
    }
    dup2(log, STDERR_FILENO)
    crashState.pointee.log = log
    crashState.pointee.standardError = original
  }

  /// A stack overflow leaves no room for a handler on the stack that overflowed.
  private func useAlternateStack() {
    var present = stack_t()
    sigaltstack(nil, &present)
    guard present.ss_flags & Int32(SS_DISABLE) != 0 else { return }
    let size = 64 * 1024
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
  }
}
