// Memory of tensors that are gone serves those to come.

import Testing

@testable import Kernels

@Suite struct TensorPoolTests {
  private let pool = TensorPool()
  private let count = 770_003

  @Test func aSmallerTensorTakesALargerOnesMemory() {
    let first = pool.take(count: count)
    let place = first.pointer
    pool.give(first)
    let second = pool.take(count: count * 3 / 4)
    #expect(second.pointer == place)
    pool.give(second)
    // Not one that would leave half of it unused; and the block is still as large as it was.
    let small = pool.take(count: count / 3)
    #expect(small.pointer != place)
    let same = pool.take(count: count)
    #expect(same.pointer == place)
    pool.give(small)
    pool.give(same)
  }

  /// Idle memory has a limit, a higher one beside trainings, and none stays after the last of them.
  @Test func whatIsIdleGoesBack() {
    func takeAndGive(_ floats: Int) {
      let blocks = (0..<4).map { _ in pool.take(count: floats / 4) }
      for block in blocks { pool.give(block) }
    }
    takeAndGive(1 << 27)
    #expect(pool.idle == 1 << 26)
    pool.reserve(1)
    pool.reserve(1)
    takeAndGive(1 << 27)
    #expect(pool.idle == 1 << 27)
    pool.reserve(-1)
    #expect(pool.idle == 1 << 27)
    pool.reserve(-1)
    #expect(pool.idle == 0)
  }
}
