// What `x` writes, and what each file is made from.

import Base
import TerminalUI
import Tradeoff

package enum Export: String, CaseIterable, Hashable, Sendable {
  case frameText, frameSVG, pointsCSV, pointsJSON, plotSVG, heard

  /// For the menu and the notice.
  package var explanation: String {
    switch self {
    case .frameText: "this screen as text"
    case .frameSVG: "this screen as a picture (SVG)"
    case .pointsCSV: "what was measured, as CSV"
    case .pointsJSON: "what was measured, as JSON lines"
    case .plotSVG: "the trade-off plot (SVG)"
    case .heard: "the recording, and what every depth heard"
    }
  }

  /// Of the last one it is a folder's.
  package var fileName: String {
    switch self {
    case .frameText: "dropscope-screen.txt"
    case .frameSVG: "dropscope-screen.svg"
    case .pointsCSV: "dropscope-points.csv"
    case .pointsJSON: "dropscope-points.jsonl"
    case .plotSVG: "dropscope-plot.svg"
    case .heard: "dropscope-heard"
    }
  }

  /// What the state of this moment gives for it; nil where there is nothing yet.
  func content(_ state: DashboardState) -> ExportContent? {
    switch self {
    case .frameText: .text(view(state, state.size).lines().joined(separator: "\n") + "\n")
    case .frameSVG: .text(svg(state, state.size))
    case .pointsCSV: .points(.csv, state.visitedWalks)
    case .pointsJSON: .points(.json, state.visitedWalks)
    case .plotSVG: .points(.plot, state.visitedWalks)
    case .heard: HeardExport(state).map { .heard($0) }
    }
  }
}

/// The screen as a picture in the theme's own light.
package func svg(_ state: DashboardState, _ size: Size) -> String {
  view(state, size).svg(title: "Dropscope", colors: state.theme.svgColors)
}

package enum ExportContent: Sendable, Equatable {
  case text(String)
  /// Needs the data set, to sum the results as a sweep does.
  case points(PointsFormat, [VisitedWalk])
  /// A folder of its own, so that nothing is overwritten.
  case heard(HeardExport)
}

package enum PointsFormat: Sendable, Equatable {
  case csv, json, plot

  package func text(_ points: [SweepPoint]) throws -> String {
    switch self {
    case .csv: SweepPoint.csv(points)
    case .json: try points.map { try JSON.line($0) + "\n" }.joined()
    case .plot: LinePlot(SweepGroup.of(points)).svg
    }
  }
}

extension DashboardState {
  /// What was measured to the end with the present decoding, so that no file mixes two, each point with how
  /// much of the model was computed: model by model, deepest first. Times are those of the screen, as far as
  /// they are known.
  var visitedWalks: [VisitedWalk] {
    measurements.filter { $0.value.isComplete && $0.key.decoding == decoding }.sorted {
      ($0.key.model, $1.key.walk.keptCount, "\($0.key.walk) \($0.key.compute)")
        < ($1.key.model, $0.key.walk.keptCount, "\($1.key.walk) \($1.key.compute)")
    }.map { key, measurement in
      var results = measurement.results.compactMap { $0 }
      for (place, time) in (seconds(key, of: results) ?? []).enumerated() {
        results[place].seconds = time
      }
      return VisitedWalk(
        model: subject.models[key.model].name, walk: key.walk, compute: key.compute,
        decoding: key.decoding, results: results)
    }
  }
}
