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
