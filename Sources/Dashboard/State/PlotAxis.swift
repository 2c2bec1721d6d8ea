// What the plot shows besides the measurements.

/// What the plot's horizontal axis counts.
package enum PlotAxis: String, CaseIterable, Sendable {
  case compute = "GFLOP per second of audio"
  case latency = "ms per utterance, measured"
  case layers = "layers run"
}

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
  package var points: [Point]

  package init(model: String, policy: String, points: [Point]) {
    self.model = model
    self.policy = policy
    self.points = points
  }
}
