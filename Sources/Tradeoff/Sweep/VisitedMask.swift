// Masks that were measured one by one, as a sweep would have measured them.

import Backbones
import Speech

/// A mask measured to the end, with no plan behind it.
package struct VisitedMask: Sendable, Equatable {
  package var model: String
  package var mask: LayerMask
  package var decoding: Decoding
  /// Of every utterance, in the data set's order.
  package var results: [UtteranceResult]

  package init(
    model: String, mask: LayerMask, decoding: Decoding = .greedy, results: [UtteranceResult]
  ) {
    self.model = model
    self.mask = mask
    self.decoding = decoding
    self.results = results
  }
}

extension SweepPoint {
  /// Points of a sweep called `dashboard` by a policy called `visited`, in the order given.
  package static func of(
    _ visited: [VisitedMask], dataset: Dataset, threads: Int, machine: String
  ) -> [SweepPoint] {
    visited.enumerated().map { index, entry in
      SweepPoint(
        summary: Summary(
          entry.results, model: entry.model, dataset: dataset, policy: "visited",
          mask: entry.mask, decoding: entry.decoding, threads: threads, machine: machine),
        seed: nil, sweep: "dashboard", point: index, points: visited.count)
    }
  }
}
