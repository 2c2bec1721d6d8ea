// Utterances one after the other in one tensor.

import Backbones
import Kernels

extension HiddenFrames {
  /// Packs matrices of equal width, one an utterance.
  package init(packing utterances: [Tensor]) {
    let columns = utterances.first?.columns ?? 0
    var values = Tensor(uninitialized: utterances.reduce(0) { $0 + $1.rows }, columns)
    var next = values.mutablePointer
    for utterance in utterances {
      precondition(utterance.columns == columns, "utterances of different width")
      next.update(from: utterance.pointer, count: utterance.count)
      next += utterance.count
    }
    self.init(values: values, lengths: utterances.map(\.rows))
  }
}
