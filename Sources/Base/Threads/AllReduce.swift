// Where the threads of a training step meet.

import Foundation

/// Sums a small array over the worker threads of a training step; every worker calls it at the same
/// point and leaves with the total. The order of summation is fixed, so results are reproducible.
package final class AllReduce: @unchecked Sendable {
  // @unchecked: `slots`, `total` and the counters are touched only under `condition`.
  package let workers: Int
  private let condition = NSCondition()
  private var slots: [[Float]]
  private var total: [Float] = []
  private var arrived = 0
  private var generation = 0

  package init(workers: Int) {
    self.workers = workers
    slots = Array(repeating: [], count: workers)
  }

  package func sum(_ values: UnsafeMutablePointer<Float>, count: Int, worker: Int) {
    if workers == 1 { return }
    condition.lock()
    defer { condition.unlock() }
    slots[worker] = Array(UnsafeBufferPointer(start: values, count: count))
    arrived += 1
    if arrived == workers {
      total = slots[0]
      for slot in slots.dropFirst() {
        precondition(slot.count == count, "workers reduce \(slot.count) and \(count) values")
        for i in 0..<count { total[i] += slot[i] }
      }
      arrived = 0
      generation += 1
      condition.broadcast()
    } else {
      let waitingFor = generation
      while generation == waitingFor { condition.wait() }
    }
    for i in 0..<count { values[i] = total[i] }
  }

  /// Waits until every worker is here.
  package func barrier(worker: Int) {
    var nothing: Float = 0
    sum(&nothing, count: 1, worker: worker)
  }
}
