// Threads that run one function side by side and end together.

import Foundation
import Synchronization

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

  /// Calls `body` with each of 0..<count once, in order as far as `workers` threads start them, and waits
  /// for all.
  package static func each(
    of count: Int, workers: Int, _ body: @escaping @Sendable (Int) -> Void
  ) {
    let next = Atomic<Int>(0)
    run(workers) { _ in
      while case let index = next.wrappingAdd(1, ordering: .relaxed).oldValue, index < count {
        body(index)
      }
    }
  }
}
