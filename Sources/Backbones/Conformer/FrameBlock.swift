// Some frames on their way through the modules of a layer, small enough to stay in a core's cache.

import Kernels

/// A thread's memory for what modules make of a few frames in between: a layer goes through its products block
/// by block, so that no tensor of all frames is written and read again between them.
struct FrameBlock {
  /// Of a product, in a block at most.
  private static let tiles = 8
  private static let rows = tiles * Panels.tile

  /// Rows x width each.
  let normalized, narrow: UnsafeMutablePointer<Float>
  /// Rows x the widest that any module has.
  let wide: UnsafeMutablePointer<Float>
  private let memory: Tensor

  private init(width: Int, widest: Int) {
    var memory = Tensor(uninitialized: Self.rows * (2 * width + widest))
    normalized = memory.mutablePointer
    narrow = normalized + Self.rows * width
    wide = narrow + Self.rows * width
    self.memory = memory
  }

  /// Calls `body` with the rows of each block of `range`, which share memory.
  static func each(
    of range: Range<Int>, width: Int, widest: Int, _ body: (FrameBlock, Range<Int>) -> Void
  ) {
    let block = FrameBlock(width: width, widest: widest)
    let parts = EvenParts(range, grain: Panels.tile, mostGrains: tiles)
    for index in 0..<parts.count { body(block, parts[index]) }
  }
}
