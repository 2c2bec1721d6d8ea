// What stands for a model or a policy in plots: the same in every view, whichever is current. And what was
// measured of it at another time.

import TerminalUI
import Tradeoff

/// A colour and a symbol.
struct Look {
  var style: Style
  var marker: Character
}

extension DashboardState {
  func look(ofModel index: Int) -> Look { look(index) }
  func look(ofPolicy name: String) -> Look { look(PolicyCatalog.names.firstIndex(of: name) ?? 0) }

  private func look(_ index: Int) -> Look {
    Look(
      style: theme.series[index % theme.series.count],
      marker: symbols.markers[index % symbols.markers.count])
  }

  /// The saved sweep of a model by a policy, deepest first; empty where there is none that was decoded as now,
  /// and where less of the model is computed: what was saved is of all of it.
  func saved(_ model: Int, by policy: String) -> [SavedSweep.Point] {
    guard decoding == .greedy, compute == .full else { return [] }
    let name = subject.models[model].name
    let sweep = savedSweeps.first {
      $0.model == name && $0.policy == policy && $0.decoding == "greedy"
    }
    return (sweep?.points ?? []).sorted { $0.keptLayers > $1.keptLayers }
  }
}
