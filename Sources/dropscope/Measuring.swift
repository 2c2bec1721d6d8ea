// Measuring with a progress bar, for the commands that wait for it.

import Backbones
import Foundation
import Speech
import Tradeoff

extension Measuring {
  /// Every utterance by `walk`, in the data set's order.
  func run(
    _ walk: Walk, compute: Compute = .full, decoding: Decoding = .greedy, title: String
  ) throws -> [UtteranceResult] {
    let part = compute == .full ? "" : ", \(compute)"
    var bar = ProgressBar("\(title) \(walk)\(part)")
    defer { bar.finish() }
    return try run(walk, compute: compute, decoding: decoding) { done, total, counts in
      bar.update(
        Double(done) / Double(total),
        note: String(format: "WER %.1f %% of %d words", counts.rate * 100, counts.words))
    }
  }
}
