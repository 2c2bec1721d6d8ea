// Curves of a sweep that was measured at another time.

/// A saved sweep's mean error rates by depth, with where it came from.
package struct SavedSweep: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package var keptLayers: Int
    package var gflop, milliseconds, errorRate: Double

    package init(keptLayers: Int, gflop: Double, milliseconds: Double, errorRate: Double) {
      self.keptLayers = keptLayers
      self.gflop = gflop
      self.milliseconds = milliseconds
      self.errorRate = errorRate
    }
  }

  package var model: String
  package var policy: String
  /// `Summary.decoding`
  package var decoding: String
  package var points: [Point]

  package init(model: String, policy: String, decoding: String = "greedy", points: [Point]) {
    self.model = model
    self.policy = policy
    self.decoding = decoding
    self.points = points
  }

  /// A curve for each model, policy and way of decoding, in the order in which they come. Points of thinner
  /// feed-forward parts are of none: they are not the model's alone.
  package static func of(_ groups: [SweepGroup]) -> [SavedSweep] {
    var sweeps: [SavedSweep] = []
    for group in groups where group.first.compute == .full {
      let (model, policy) = (group.first.model, group.first.policy)
      let decoding = group.first.decoding
      let point = Point(
        keptLayers: group.first.keptLayers, gflop: group.mean(\.gflopPerAudioSecond),
        milliseconds: group.mean(\.latency.p50), errorRate: group.meanErrorRate)
      let index = sweeps.firstIndex {
        $0.model == model && $0.policy == policy && $0.decoding == decoding
      }
      if let index {
        sweeps[index].points.append(point)
      } else {
        sweeps.append(SavedSweep(model: model, policy: policy, decoding: decoding, points: [point]))
      }
    }
    return sweeps
  }
}
