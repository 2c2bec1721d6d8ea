// All models side by side over depth.

import TerminalUI
import Tradeoff

extension ViewKind {
  package static let compare = ViewKind(CompareView.self)
}

enum CompareView: DashboardView {
  static let name = "Compare"
  static let summary = "the models at every depth: curves, intervals, differences"
  static let panels: [PanelKind] = [.comparison, .curves]
  static var table: PanelKind? { .comparison }
  static let keys = [
    KeyBinding(
      ["v"], "v", .compareBy, .here, "models or policies", hint: "models/policies")
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    if body.width >= 120 {
      let (left, right) = body.split(left: body.width / 2)
      return [.curves: left, .comparison: right]
    }
    let rows = ComparisonPanel.depths(state).count + 4
    guard body.height >= rows + 8 else { return [.comparison: body] }
    let (top, bottom) = body.split(top: body.height - rows)
    return [.curves: top, .comparison: bottom]
  }

  /// Every contestant's walk of every depth that is compared.
  static func wishes(_ state: DashboardState) -> [OperatingPoint] {
    ComparisonPanel.depths(state).flatMap { count in
      ComparisonPanel.contestants(state).map { $0.point(keeping: count, state) }
    }
  }
}
