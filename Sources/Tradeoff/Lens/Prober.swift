// The thread for close looks at single utterances: one at a time, the newest first.

import Backbones
import Base
import Foundation
import Speech
import Synchronization

/// Runs one piece of work at a time on a thread of its own. A newer piece replaces the one that waits
/// and tells the one that runs to stop.
/// @unchecked Sendable: `state` is touched only under `condition`.
package final class Prober: @unchecked Sendable {
  /// Work gets a closure that says whether it has been replaced.
  package typealias Work = @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) -> Void

  private let condition = NSCondition()
  private var waiting: Work?
  private var isStopping = false
  private let newest = Atomic<Int>(0)

  package init() { WorkerThread.start("prober", run) }

  package func ask(_ work: @escaping Work) {
    newest.add(1, ordering: .relaxed)
    condition.lock()
    waiting = work
    condition.signal()
    condition.unlock()
  }

  /// Ends the thread after the step it is in.
  package func stop() {
    newest.add(1, ordering: .relaxed)
    condition.lock()
    isStopping = true
    waiting = nil
    condition.signal()
    condition.unlock()
  }

  @Sendable private func run() {
    while let (work, number) = next() {
      work { [self] in newest.load(ordering: .relaxed) != number }
    }
  }

  private func next() -> (Work, Int)? {
    condition.lock()
    defer { condition.unlock() }
    while waiting == nil, !isStopping { condition.wait() }
    defer { waiting = nil }
    return waiting.map { ($0, newest.load(ordering: .relaxed)) }
  }
}
