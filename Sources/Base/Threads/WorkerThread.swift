// Threads for work that lasts, kept away from the main thread's signals.

import Foundation

package enum WorkerThread {
  /// Starts a thread in which no signal is handled except those its own mistakes raise: the others
  /// belong to the main thread, where ncurses is. Blocking the faults as well would not stop them,
  /// only the handler that gives the terminal back.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread {
      var set = sigset_t()
      sigfillset(&set)
      for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS] {
        sigdelset(&set, fault)
      }
      pthread_sigmask(SIG_BLOCK, &set, nil)
      body()
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }
}
