// The views: what a whole screen is about, and which panels it is made of.

import TerminalUI

/// A screen of the dashboard. A new one is a file that conforms to this and a line in `ViewKind`.
package protocol DashboardView: Sendable {
  /// On its tab.
  static var name: String { get }
  /// What it answers, in a line of the help page.
  static var summary: String { get }
  /// Most important first: those without room are named as hidden, and `e` goes through them all.
  static var panels: [PanelKind] { get }
  /// Where they go between the slider and the footer. Areas neither overlap nor leave a gap.
  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect]
  /// What the view would like to have measured, most wanted first; asked for one by one while nothing
  /// else waits.
  static func wishes(_ state: DashboardState) -> [OperatingPoint]
}

extension DashboardView {
  package static func wishes(_ state: DashboardState) -> [OperatingPoint] { [] }
}

package enum ViewKind: Int, CaseIterable, Sendable {
  case explore, transcripts, layers, embeddings, compare, budget, listen

  /// One line a view: the catalogue.
  package var type: any DashboardView.Type {
    switch self {
    case .explore: ExploreView.self
    case .transcripts: TranscriptsView.self
    case .layers: LayersView.self
    case .embeddings: EmbeddingsView.self
    case .compare: CompareView.self
    case .budget: BudgetView.self
    case .listen: ListenView.self
    }
  }

  /// Its number key, from 1.
  package var number: Int { rawValue + 1 }
}
