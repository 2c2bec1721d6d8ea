// Threads that run one function side by side and end together.

import Foundation

/// A team of plain threads, each with a stack large enough for BLAS.
package enum WorkerTeam {
  /// Calls `body(worker)` for each worker in 0..<count on a thread of its own and waits for all.
  package static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let finished = DispatchSemaphore(value: 0)
    for worker in 0..<count {
      let thread = Thread {
        body(worker)
        finished.signal()
      }
      thread.stackSize = 16 << 20
      thread.name = "worker \(worker)"
      thread.start()
    }
    for _ in 0..<count { finished.wait() }
  }
}
