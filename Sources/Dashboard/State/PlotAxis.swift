// What the plot measures cost in.

/// What the plot's horizontal axis counts.
package enum PlotAxis: String, CaseIterable, Sendable {
  case compute = "GFLOP per second of audio"
  case latency = "ms per utterance, measured"
  case layers = "layers run"
}
