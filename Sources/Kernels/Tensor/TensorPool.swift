// Recycles tensor memory, so that a training step or an utterance does not page-fault its way
// through fresh pages each time.

import Foundation
import Synchronization

/// Free blocks by size class (quarter powers of two). Thread-safe.
final class TensorPool: Sendable {
  static let shared = TensorPool()

  /// Keeps raw pointers, which are not Sendable by themselves; a free block has one owner: the list.
  private struct FreeLists: @unchecked Sendable {
    var blocks = [[UnsafeMutablePointer<Float>]](repeating: [], count: 256)
    var freeFloats = 0
    /// Trainings that go on.
    var reserves = 0

    /// Idle memory, in floats, beyond which blocks go back to the system: 1 GiB beside a training, whose
    /// next step needs all of it again, else 256 MiB.
    var idleLimit: Int { reserves > 0 ? 1 << 28 : 1 << 26 }
  }

  private let free = Mutex(FreeLists())

  deinit { Self.giveBack(free.withLock { $0 }) }

  /// Memory of one tensor.
  struct Block {
    let pointer: UnsafeMutablePointer<Float>
    fileprivate let sizeClass: Int
  }

  /// A block of another class may be this many classes larger, less than twice the size: utterances of
  /// many lengths would else leave blocks of every class behind.
  private static let slack = 3

  func take(count: Int) -> Block {
    let smallest = Self.sizeClass(count)
    let recycled = free.withLock { lists -> Block? in
      for index in smallest...min(smallest + Self.slack, lists.blocks.count - 1) {
        guard let pointer = lists.blocks[index].popLast() else { continue }
        lists.freeFloats -= Self.floats(of: index)
        return Block(pointer: pointer, sizeClass: index)
      }
      return nil
    }
    if let recycled { return recycled }
    let capacity = Self.floats(of: smallest)
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64
    ).bindMemory(to: Float.self, capacity: capacity)
    return Block(pointer: pointer, sizeClass: smallest)
  }

  func give(_ block: Block) {
    let capacity = Self.floats(of: block.sizeClass)
    let kept = free.withLock { lists -> Bool in
      guard lists.freeFloats + capacity <= lists.idleLimit else { return false }
      lists.freeFloats += capacity
      lists.blocks[block.sizeClass].append(block.pointer)
      return true
    }
    if !kept { UnsafeMutableRawPointer(block.pointer).deallocate() }
  }

  /// Called when a training begins (1) and ends (-1). After the last one its memory is the system's again.
  func reserve(_ change: Int) {
    let idle = free.withLock { lists -> FreeLists? in
      lists.reserves += change
      guard lists.reserves == 0 else { return nil }
      defer { lists = FreeLists() }
      return lists
    }
    if let idle { Self.giveBack(idle) }
  }

  private static func giveBack(_ lists: FreeLists) {
    for block in lists.blocks.joined() { UnsafeMutableRawPointer(block).deallocate() }
  }

  /// Floats in free blocks.
  var idle: Int { free.withLock { $0.freeFloats } }

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

/// While one of these lives, the free memory of a training step is kept for the next step.
package final class TensorReserve: Sendable {
  package init() { TensorPool.shared.reserve(1) }
  deinit { TensorPool.shared.reserve(-1) }
}
