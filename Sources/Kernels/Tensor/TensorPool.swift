// Recycles tensor memory, so that a training step or an utterance does not page-fault its way
// through fresh pages each time.

import Foundation
import Synchronization

/// Free blocks by size class (quarter powers of two). Thread-safe.
enum TensorPool {
  /// Keeps raw pointers, which are not Sendable by themselves; a free block has one owner: the list.
  private struct FreeLists: @unchecked Sendable {
    var blocks = [[UnsafeMutablePointer<Float>]](repeating: [], count: 256)
    var freeFloats = 0
  }

  private static let free = Mutex(FreeLists())
  /// Blocks beyond this go back to the system: 1 GiB of idle memory.
  private static let idleLimit = 1 << 28

  static func take(count: Int) -> UnsafeMutablePointer<Float> {
    let (index, capacity) = sizeClass(count)
    let recycled = free.withLock { lists -> UnsafeMutablePointer<Float>? in
      guard let block = lists.blocks[index].popLast() else { return nil }
      lists.freeFloats -= capacity
      return block
    }
    if let recycled { return recycled }
    let bytes = capacity * MemoryLayout<Float>.stride
    return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: capacity)
  }

  static func give(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    let (index, capacity) = sizeClass(count)
    let kept = free.withLock { lists -> Bool in
      guard lists.freeFloats + capacity <= idleLimit else { return false }
      lists.freeFloats += capacity
      lists.blocks[index].append(pointer)
      return true
    }
    if !kept { UnsafeMutableRawPointer(pointer).deallocate() }
  }

  /// The smallest of 16, 20, 24, 28, 32, 40, ... that holds `count`.
  private static func sizeClass(_ count: Int) -> (index: Int, capacity: Int) {
    let wanted = max(count, 16)
    let exponent = Int.bitWidth - 1 - wanted.leadingZeroBitCount
    let quarter = 1 << (exponent - 2)
    let step = (wanted - (1 << exponent) + quarter - 1) / quarter
    return (exponent * 4 + step, (1 << exponent) + step * quarter)
  }
}
