// What travels through the layers.

import Kernels

/// Hidden frames on their way through the layers.
package struct HiddenFrames: Sendable {
  /// total frames x hidden size: the utterances of a batch one after the other, without padding.
  package var values: Tensor
  /// Frames of each utterance; sums to `values.rows`.
  package var lengths: [Int]
  /// What layers share besides the frames (WavLM: the relative position bias of layer 0's table).
  package var shared: Tensor?

  package init(values: Tensor, lengths: [Int], shared: Tensor? = nil) {
    self.values = values
    self.lengths = lengths
    self.shared = shared
  }

  /// The rows of pieces that are the utterances' own, without what pieces only hear of their neighbours.
  /// - Parameters:
  ///   - pieces: those that these frames are of.
  ///   - values: the frames, or what was made of each of them: total frames x anything.
  package func own(_ pieces: [Piece], of values: Tensor) -> Tensor {
    guard zip(pieces, lengths).contains(where: { $0.own.count < $1 }) else { return values }
    var start = 0
    return HiddenFrames(
      packing: zip(pieces, lengths).map { piece, length in
        defer { start += length }
        return values.rows(start + piece.own.lowerBound..<start + piece.own.upperBound)
      }
    ).values
  }

  /// Utterances one after the other, without padding.
  package init(packing utterances: [Tensor]) {
    let columns = utterances.first?.columns ?? 0
    var packed = Tensor(uninitialized: utterances.reduce(0) { $0 + $1.rows }, columns)
    var target = packed.mutablePointer
    for utterance in utterances {
      target.update(from: utterance.pointer, count: utterance.count)
      target += utterance.count
    }
    self.init(values: packed, lengths: utterances.map(\.rows))
  }
}
