// Signals the program answers in its own time: handlers only write the signal's number to a pipe, and
// see to it that a request to leave is not waited on for ever.

import Foundation

/// What handlers may touch: plain memory at a fixed place, allocated before they are installed and
/// never freed. Safe without a lock: the main thread writes `pipe` while no handler is installed, and
/// `unanswered` is one word.
struct SignalState {
  var pipe: Int32 = -1
  /// A request to leave that the main thread has not taken yet; 0: none.
  var unanswered: Int32 = 0
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

/// The main thread may be stuck, in a write to a terminal that takes nothing for instance: SIGALRM then
/// ends the program, through `CrashGuard`, as if this signal had had no handler.
private func noteRequest(_ number: Int32) {
  if signalState.pointee.unanswered == 0 {
    signalState.pointee.unanswered = number
    alarm(2)
  }
  noteSignal(number)
}

/// Installs the handlers for as long as the terminal is in use.
@MainActor final class Signals {
  /// Those that ask the program to leave.
  static let requests = [SIGINT, SIGTERM, SIGHUP]
  /// Readable when a signal came.
  let descriptor: Int32
  private let writeEnd: Int32
  private var replaced: [(number: Int32, action: sigaction)] = []

  /// Runs `body`, which is newterm, and takes away the handlers it sets for these: while the program is
  /// stopped they would touch a terminal that is the shell's, and of a new size ncurses is told.
  static func undoing<Result>(_ body: () -> Result) -> Result {
    var before: [(number: Int32, action: sigaction)] = []
    for number in requests + [SIGTSTP, SIGWINCH] {
      var action = sigaction()
      sigaction(number, nil, &action)
      before.append((number, action))
    }
    defer {
      for (number, action) in before {
        var action = action
        sigaction(number, &action, nil)
      }
    }
    return body()
  }

  /// Install after newterm.
  init() throws {
    var ends: [Int32] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else { throw TerminalError.noDescriptor }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, writeEnd) = (ends[0], ends[1])
    signalState.pointee.pipe = writeEnd
    install()
  }

  func install() {
    for number in Self.requests { replace(number) { noteRequest($0) } }
    for number in [SIGTSTP, SIGCONT, SIGWINCH] { replace(number) { noteSignal($0) } }
  }

  /// Puts back the handlers that were there.
  func uninstall() {
    for (number, action) in replaced.reversed() {
      var action = action
      sigaction(number, &action, nil)
    }
    replaced = []
    answerRequest()
  }

  func close() {
    uninstall()
    signalState.pointee.pipe = -1
    Foundation.close(descriptor)
    Foundation.close(writeEnd)
  }

  /// The signals noted since the last call.
  func take() -> [Int32] {
    answerRequest()
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? bytes[0..<count].map(Int32.init) : []
  }

  /// The main thread is at work: whatever was asked of it, it will do.
  private func answerRequest() {
    guard signalState.pointee.unanswered != 0 else { return }
    alarm(0)
    signalState.pointee.unanswered = 0
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
