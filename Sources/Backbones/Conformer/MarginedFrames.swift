// Frames of several utterances with zeros around each, so that a filter reads past an utterance's ends.

import Kernels

/// Packed utterances, each between two margins of `margin` rows of zeros. Any thread writes rows that no other
/// has.
struct MarginedFrames {
  let columns, margin: Int
  private let starts: [(start: Int, length: Int)]
  private let memory: Tensor
  private let pointer: UnsafeMutablePointer<Float>

  init(lengths: [Int], columns: Int, margin: Int) {
    (self.columns, self.margin) = (columns, margin)
    var start = 0
    starts = lengths.map { length in
      defer { start += length }
      return (start, length)
    }
    var memory = Tensor(uninitialized: start + (lengths.count + 1) * margin, columns)
    pointer = memory.mutablePointer
    self.memory = memory
    // Neighbours share the margin between them.
    for (index, utterance) in starts.enumerated() {
      let before = pointer + (utterance.start + index * margin) * columns
      before.update(repeating: 0, count: margin * columns)
      (before + (margin + utterance.length) * columns).update(
        repeating: 0, count: margin * columns)
    }
  }

  /// Calls `body` with where those of `rows` begin that one utterance has, and with these.
  func each(of rows: Range<Int>, _ body: (UnsafeMutablePointer<Float>, Range<Int>) -> Void) {
    for (index, utterance) in starts.enumerated() {
      let part = rows.clamped(to: utterance.start..<utterance.start + utterance.length)
      if !part.isEmpty {
        body(pointer + (part.lowerBound + (index + 1) * margin) * columns, part)
      }
    }
  }
}
