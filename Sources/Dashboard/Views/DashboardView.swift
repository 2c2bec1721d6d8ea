// The views: what a whole screen is about, and which panels it is made of.

import TerminalUI
import Tradeoff

/// A screen of the dashboard. A new one is a file that conforms to this and a line in `ViewCatalog`.
package protocol DashboardView: Sendable {
  /// On its tab, one word.
  static var name: String { get }
  /// What it answers, in a line of the help page.
  static var summary: String { get }
  /// Most important first: those without room are named as hidden, and `e` goes through them all.
  static var panels: [PanelKind] { get }
  /// Where they go between the slider and the footer. Areas neither overlap nor leave a gap.
  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect]

  // What follows has a default.

  /// Keys of its own, which come before those that work everywhere.
  static var keys: [KeyBinding] { get }
  /// What it has that keys shared with other views work on.
  static var features: Set<ViewFeature> { get }
  /// What a key of its own would do now, in a word or two for the footer, where that changes.
  static func hint(for action: Action, _ state: DashboardState) -> String?
  /// What the view would like to have measured, most wanted first; asked for one by one while nothing
  /// else waits.
  static func wishes(_ state: DashboardState) -> [OperatingPoint]
  /// The close look that it shows.
  static func probe(_ state: DashboardState) -> ProbeRequest?
  /// The panel whose table is copied, in place of the chosen utterance's transcripts.
  static var table: PanelKind? { get }
  /// Utterances to go through with the keys for the next and the last one.
  static func utterances(_ state: DashboardState) -> [Int]
  /// Moves the cursor of the view, down for positive steps.
  static func moveCursor(by step: Int, _ state: inout DashboardState)
  /// What "back" leads back from when nothing is presented and no panel is enlarged.
  static func goBack(_ state: inout DashboardState)
  /// Answers the end of a measurement before anything else is asked for.
  static func takeMeasurement(_ state: inout DashboardState) -> [Effect]
}

/// What several views have in common.
package enum ViewFeature: Sendable {
  /// A cursor on layers that can be run or skipped.
  case layers
  /// It is about one utterance.
  case utterance
  /// A plot whose axis can be chosen.
  case plot
}

extension DashboardView {
  package static var keys: [KeyBinding] { [] }
  package static var features: Set<ViewFeature> { [] }
  package static func hint(for action: Action, _ state: DashboardState) -> String? { nil }
  package static func wishes(_ state: DashboardState) -> [OperatingPoint] { [] }
  package static func probe(_ state: DashboardState) -> ProbeRequest? { nil }
  package static var table: PanelKind? { nil }
  package static func utterances(_ state: DashboardState) -> [Int] {
    Array(state.subject.utterances.indices)
  }
  package static func moveCursor(by step: Int, _ state: inout DashboardState) {
    Update.moveLayerCursor(by: step, &state)
  }
  package static func goBack(_ state: inout DashboardState) {}
  package static func takeMeasurement(_ state: inout DashboardState) -> [Effect] { [] }
}

/// A view by its type, so that it can be compared.
package struct ViewKind: Hashable, Sendable, CustomStringConvertible {
  package let type: any DashboardView.Type

  package init(_ type: any DashboardView.Type) { self.type = type }

  package static func == (a: ViewKind, b: ViewKind) -> Bool { a.type == b.type }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }

  /// As the command line takes it.
  package var description: String { type.name.lowercased() }
}

/// The views in the order of their tabs: one line each.
package enum ViewCatalog {
  package static let all: [ViewKind] = [
    .explore,
    .transcripts,
    .layers,
    .embeddings,
    .compare,
    .budget,
    .listen,
    .atlas,
    .training,
  ]
}
