// Walks that were measured one by one, as a sweep would have measured them.

import Backbones
import Speech

/// A walk measured to the end, with no plan behind it.
package struct VisitedWalk: Sendable, Equatable {
  package var model: String
  package var walk: Walk
  package var compute: Compute
  package var decoding: Decoding
  /// Of every utterance, in the data set's order.
  package var results: [UtteranceResult]

  package init(
    model: String, walk: Walk, compute: Compute = .full, decoding: Decoding = .greedy,
    results: [UtteranceResult]
  ) {
    self.model = model
    self.walk = walk
    self.compute = compute
    self.decoding = decoding
    self.results = results
  }
}

extension SweepPoint {
  /// Points of a sweep called `dashboard`, in the order given: masks by a policy called `visited`.
  package static func of(
    _ visited: [VisitedWalk], dataset: Dataset, threads: Int, machine: String
  ) -> [SweepPoint] {
    visited.enumerated().map { index, entry in
      SweepPoint(
        summary: Summary(
          entry.results, model: entry.model, dataset: dataset,
          policy: entry.walk.maker?.policy ?? "visited",
          walk: entry.walk, compute: entry.compute, decoding: entry.decoding, threads: threads,
          machine: machine),
        seed: entry.walk.maker?.seed, sweep: "dashboard", point: index, points: visited.count)
    }
  }
}
