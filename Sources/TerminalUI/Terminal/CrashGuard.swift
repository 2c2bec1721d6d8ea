// Gives the terminal back when the program dies: by a signal, by exit(), or because the main thread
// left. The handler uses only what POSIX allows in one, never ncurses, and waits for no terminal that
// takes nothing.

import Foundation
import Synchronization

/// Everything the handler needs, prepared beforehand at a fixed place and never freed. Safe without
/// a lock: the main thread writes it while `isArmed` is false.
private struct CrashState {
  var terminalModes = termios()
  /// Written to the terminal: mouse off, cursor on, plain colours, normal screen.
  var bytes: UnsafeMutablePointer<UInt8>?
  var byteCount = 0
  /// Where standard error went before it was redirected, and the file it goes to; -1: it was not.
  var standardError: Int32 = -1
  var log: Int32 = -1
  /// The actions that were there before ours, by signal number.
  var replaced = UnsafeMutablePointer<sigaction>.allocate(capacity: Int(CrashGuard.signalCount))
}

nonisolated(unsafe) private let crashState: UnsafeMutablePointer<CrashState> = {
  let pointer = UnsafeMutablePointer<CrashState>.allocate(capacity: 1)
  pointer.initialize(to: CrashState())
  pointer.pointee.replaced.initialize(
    repeating: sigaction(), count: Int(CrashGuard.signalCount))
  return pointer
}()

private let isArmed = Atomic<Bool>(false)
private let isRestoring = Atomic<Bool>(false)

/// Async-signal-safe. Does nothing the second time, but another thread that comes meanwhile waits, or
/// it would end the program in the middle.
private func restoreTerminal() {
  guard isArmed.exchange(false, ordering: .acquiringAndReleasing) else {
    for _ in 0..<200 where isRestoring.load(ordering: .acquiring) { poll(nil, 0, 10) }
    return
  }
  isRestoring.store(true, ordering: .releasing)
  // Where the shell has taken the terminal back, to touch it would stop this process for good.
  var set = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, SIGTTOU)
  pthread_sigmask(SIG_BLOCK, &set, nil)
  TerminalOutput.release(STDOUT_FILENO)
  if let bytes = crashState.pointee.bytes {
    TerminalOutput.write(
      bytes, count: crashState.pointee.byteCount, to: STDOUT_FILENO, milliseconds: 200)
  }
  let owner = tcgetpgrp(STDIN_FILENO)
  if owner < 0 || owner == getpgrp() {
    tcsetattr(STDIN_FILENO, TCSANOW, &crashState.pointee.terminalModes)
  }
  restoreStandardError()
  isRestoring.store(false, ordering: .releasing)
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
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 512) { buffer in
    while true {
      let count = read(log, buffer.baseAddress, buffer.count)
      guard count > 0, let bytes = buffer.baseAddress,
        TerminalOutput.write(bytes, count: count, to: STDERR_FILENO, milliseconds: 200) == count
      else { return }
    }
  }
  close(log)
}

/// Whether the instruction that raised it is run again when the handler returns. What another process
/// sent, a key, a timer or abort() does not come again.
private func isRepeated(_ number: Int32, code: Int32) -> Bool {
  switch number {
  case SIGSEGV, SIGBUS, SIGFPE, SIGILL: code > 0
  // A breakpoint on x86 is passed over, and the kernel says SI_KERNEL (128) there.
  case SIGTRAP: code > 0 && code < 128
  default: false
  }
}

private func handleFatalSignal(
  _ received: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?
) {
  restoreTerminal()
  let unanswered = signalState.pointee.unanswered
  let number = received == SIGALRM && unanswered != 0 ? unanswered : received
  sigaction(number, crashState.pointee.replaced + Int(number), nil)
  // A fault repeats once the handler returns, and then the old handler (Swift's backtrace) sees
  // the true place.
  if isRepeated(number, code: information?.pointee.si_code ?? 0) { return }
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
  /// Signals are numbered from 1 to below this.
  nonisolated static let signalCount: Int32 = 65
  /// Those that the program's own mistakes raise, and abort().
  private static let faults: Set<Int32> = [
    SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGQUIT,
  ]
  /// All that end a program which says nothing about them, except those that `Signals` answers. The
  /// ones left out stop it, are ignored, or cannot be caught.
  private static let fatalSignals = Set(1..<signalCount)
    .subtracting([SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD, SIGCONT, SIGURG, SIGWINCH])
    .subtracting([SIGSTOP, SIGKILL])
    .subtracting(Signals.requests)
  private static var isExitHandlerInstalled = false
  private var installed: [Int32] = []

  /// Remembers the terminal's modes; call before ncurses changes them.
  init() {
    // Made here: a handler may not.
    _ = (crashState, signalState, isArmed.load(ordering: .relaxed))
    isRestoring.store(false, ordering: .relaxed)
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
    isArmed.store(true, ordering: .releasing)
    for number in Self.fatalSignals { install(number) }
  }

  private func install(_ number: Int32) {
    var old = sigaction()
    // The C library keeps two for itself.
    guard sigaction(number, nil, &old) == 0 else { return }
    // What is ignored, or has a handler, does not end the program.
    guard Self.faults.contains(number) || old.__sigaction_handler.sa_handler == nil else { return }
    crashState.pointee.replaced[Int(number)] = old
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = handleFatalSignal
    action.sa_flags = SA_SIGINFO | SA_ONSTACK
    // Nothing gets in between.
    sigfillset(&action.sa_mask)
    sigaction(number, &action, nil)
    installed.append(number)
  }

  /// The terminal has been given back in an orderly way: old handlers, old standard error.
  func disarm() {
    guard isArmed.exchange(false, ordering: .acquiringAndReleasing) else { return }
    uninstall()
    restoreStandardError()
  }

  /// Gives the terminal back as a dying program does, for when ncurses would wait for it for ever.
  func restore() {
    restoreTerminal()
    uninstall()
  }

  private func uninstall() {
    for number in installed { sigaction(number, crashState.pointee.replaced + Int(number), nil) }
    installed = []
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
