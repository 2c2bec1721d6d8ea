// Frames of several utterances with zeros around each, so that a filter reads past an utterance's ends.

import Kernels

/// Packed utterances, each between two margins of `margin` rows of zeros. Any thread writes rows that no other
/// has.
struct MarginedFrames {
  let columns, margin: Int
  private let packed: PackedRows
  private let memory: Tensor
  private let pointer: UnsafeMutablePointer<Float>

  init(lengths: [Int], columns: Int, margin: Int) {
    (self.columns, self.margin) = (columns, margin)
    packed = PackedRows(lengths: lengths)
    var memory = Tensor(uninitialized: packed.count + (lengths.count + 1) * margin, columns)
    pointer = memory.mutablePointer
    self.memory = memory
    // Neighbours share the margin between them.
    for utterance in packed.utterances {
      let before = pointer + (utterance.rows.lowerBound + utterance.index * margin) * columns
      before.update(repeating: 0, count: margin * columns)
      (before + (margin + utterance.rows.count) * columns).update(
        repeating: 0, count: margin * columns)
    }
  }

  /// Calls `body` with where those of `rows` begin that one utterance has, and with these.
  func each(of rows: Range<Int>, _ body: (UnsafeMutablePointer<Float>, Range<Int>) -> Void) {
    for (utterance, part) in packed.parts(of: rows) {
      body(pointer + (part.lowerBound + (utterance.index + 1) * margin) * columns, part)
    }
  }
}
