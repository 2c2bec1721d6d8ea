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

  /// Memory of one tensor.
  struct Block {
    let pointer: UnsafeMutablePointer<Float>
    fileprivate let sizeClass: Int
  }

  /// A block of another class may be this many classes larger, less than twice the size: utterances of
  /// many lengths would else leave blocks of every class behind.
  private static let slack = 3

  static func take(count: Int) -> Block {
    let smallest = sizeClass(count)
    let recycled = free.withLock { lists -> Block? in
      for index in smallest...min(smallest + slack, lists.blocks.count - 1) {
        guard let pointer = lists.blocks[index].popLast() else { continue }
        lists.freeFloats -= floats(of: index)
        return Block(pointer: pointer, sizeClass: index)
      }
      return nil
    }
    if let recycled { return recycled }
    let capacity = floats(of: smallest)
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64
    ).bindMemory(to: Float.self, capacity: capacity)
    return Block(pointer: pointer, sizeClass: smallest)
  }

  static func give(_ block: Block) {
    let capacity = floats(of: block.sizeClass)
    let kept = free.withLock { lists -> Bool in
      guard lists.freeFloats + capacity <= idleLimit else { return false }
      lists.freeFloats += capacity
      lists.blocks[block.sizeClass].append(block.pointer)
      return true
    }
    if !kept { UnsafeMutableRawPointer(block.pointer).deallocate() }
  }

  /// Of the smallest capacity among 16, 20, 24, 28, 32, 40, ... that holds `count`.
  private static func sizeClass(_ count: Int) -> Int {
    let wanted = max(count, 16)
    let exponent = Int.bitWidth - 1 - wanted.leadingZeroBitCount
    let quarter = 1 << (exponent - 2)
    return exponent * 4 + (wanted - (1 << exponent) + quarter - 1) / quarter
  }

  private static func floats(of sizeClass: Int) -> Int {
    let (exponent, step) = (sizeClass / 4, sizeClass % 4)
    return (1 << exponent) + step << (exponent - 2)
  }
}
