// What meets in an AllReduce leaves with the same sums.

import Base
import Foundation
import Synchronization
import Testing

@Suite struct AllReduceTests {
  @Test func everyWorkerLeavesWithEachTotal() {
    let (workers, rounds) = (4, 50)
    let reduce = AllReduce(workers: workers)
    let wrong = Mutex(0)
    WorkerTeam.run(workers) { worker in
      for round in 0..<rounds {
        var values: [Float] = [Float(worker + round), Float(worker)]
        reduce.sum(&values, count: 2, worker: worker)
        let expected: [Float] = [Float(6 + workers * round), 6]
        if values != expected { wrong.withLock { $0 += 1 } }
      }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test func aloneNothingIsAdded() {
    var values: [Float] = [1, 2]
    AllReduce(workers: 1).sum(&values, count: 2, worker: 0)
    #expect(values == [1, 2])
  }
}
