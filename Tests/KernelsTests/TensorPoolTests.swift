// Memory of tensors that are gone serves those to come.

import Testing

@testable import Kernels

@Suite(.serialized) struct TensorPoolTests {
  /// Sizes that no other test asks for.
  private let count = 77_000_003

  @Test func aSmallerTensorTakesALargerOnesMemory() {
    let first = TensorPool.take(count: count)
    let place = first.pointer
    TensorPool.give(first)
    let second = TensorPool.take(count: count * 3 / 4)
    #expect(second.pointer == place)
    TensorPool.give(second)
    // Not one that would leave half of it unused; and the block is still as large as it was.
    let small = TensorPool.take(count: count / 3)
    #expect(small.pointer != place)
    let same = TensorPool.take(count: count)
    #expect(same.pointer == place)
    TensorPool.give(small)
    TensorPool.give(same)
  }
}
