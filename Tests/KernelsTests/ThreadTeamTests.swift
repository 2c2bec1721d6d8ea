// Chunks of operations among threads that stay awake.

import Synchronization
import Testing

@testable import Kernels

struct ThreadTeamTests {
  @Test(arguments: [1, 2, 5]) func everyChunkOnce(threads: Int) {
    let team = ThreadTeam(count: threads)
    defer { team.end() }
    let calls = Mutex([Int](repeating: 0, count: 40))
    // Operations of many sizes one after the other: a helper that comes late must not take a chunk of the
    // one before, nor do one of the next with this one's work.
    for operation in 0..<2_000 {
      let chunks = operation % 40
      let wanted = operation
      team.share(chunks) { chunk in
        #expect(wanted == operation && chunk < chunks)
        calls.withLock { $0[chunk] += 1 }
      }
      let counts = calls.withLock { calls in
        defer { calls = [Int](repeating: 0, count: 40) }
        return calls
      }
      #expect(counts == (0..<40).map { $0 < chunks ? 1 : 0 })
    }
  }

  /// An operation in a chunk of another goes on alone.
  @Test func operationsWithinOperations() {
    let team = ThreadTeam(count: 2)
    defer { team.end() }
    let total = Atomic<Int>(0)
    team.share(6) { outer in
      // A helper has no team; the caller's is busy.
      if outer == 0 { team.share(3) { total.wrappingAdd($0, ordering: .relaxed) } }
      total.wrappingAdd(100, ordering: .relaxed)
    }
    #expect(total.load(ordering: .relaxed) == 603)
  }
}
