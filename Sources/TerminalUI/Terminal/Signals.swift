// Signals the program answers in its own time: handlers only write the signal's number to a pipe.

import Foundation

/// What handlers may touch: plain memory at a fixed place, allocated before they are installed and
/// never freed. Safe without a lock: the main thread writes it while no handler is installed.
struct SignalState {
  var pipe: Int32 = -1
  /// ncurses' own handler of SIGWINCH, which makes it report KEY_RESIZE.
  var windowChange = sigaction()
}

nonisolated(unsafe) let signalState: UnsafeMutablePointer<SignalState> = {
  let pointer = UnsafeMutablePointer<SignalState>.allocate(capacity: 1)
  pointer.initialize(to: SignalState())
  return pointer
}()

/// Runs on whatever thread the signal reached.
private func noteSignal(_ number: Int32) {
  let saved = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(signalState.pointee.pipe, &byte, 1)
  errno = saved
}

/// Installs the handlers for as long as the terminal is in use.
@MainActor final class Signals {
  /// Readable when a signal came.
  let descriptor: Int32
  private let writeEnd: Int32
  private var replaced: [(number: Int32, action: sigaction)] = []

  /// Install after newterm, which sets handlers of its own for some of these.
  init() throws {
    var ends: [Int32] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else {
      throw TerminalError("the terminal: expected a free file descriptor, found none")
    }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, writeEnd) = (ends[0], ends[1])
    signalState.pointee.pipe = writeEnd
    install()
  }

  func install() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT] {
      replace(number) { noteSignal($0) }
    }
    // Chained: ncurses notices the new size, the pipe wakes poll even if another thread ran this.
    sigaction(SIGWINCH, nil, &signalState.pointee.windowChange)
    replace(SIGWINCH) { number in
      let old = signalState.pointee.windowChange.__sigaction_handler.sa_handler
      // SIG_DFL is nil here and SIG_IGN is 1: neither can be called.
      if let old, unsafeBitCast(old, to: Int.self) > 1 { old(number) }
      noteSignal(number)
    }
  }

  /// Puts back the handlers that were there.
  func uninstall() {
    for (number, action) in replaced.reversed() {
      var action = action
      sigaction(number, &action, nil)
    }
    replaced = []
  }

  func close() {
    uninstall()
    signalState.pointee.pipe = -1
    Foundation.close(descriptor)
    Foundation.close(writeEnd)
  }

  /// The signals noted since the last call.
  func take() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? bytes[0..<count].map(Int32.init) : []
  }

  private func replace(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    var old = sigaction()
    action.__sigaction_handler.sa_handler = handler
    // Without SA_RESTART a signal would make a worker's read of a file fail.
    action.sa_flags = SA_RESTART
    sigaction(number, &action, &old)
    replaced.append((number, old))
  }
}
