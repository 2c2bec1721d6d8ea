// A budget instead of a ratio, and what a changing one does to models that can and cannot adapt.

import TerminalUI
import Tradeoff

extension ViewKind {
  package static let budget = ViewKind(BudgetView.self)
}

enum BudgetView: DashboardView {
  static let name = "Budget"
  static let summary = "the best mask for a budget, and budgets that change while people speak"
  static let panels: [PanelKind] = [.budget, .scenario]
  static var table: PanelKind? { .budget }
  static let keys = [
    KeyBinding(
      [("+", .budgetMore), ("=", .budgetMore), ("-", .budgetLess)], "+ - =", .here,
      "more, less budget", hint: "budget"),
    KeyBinding(
      [" ", .enter], "Space Enter", .playScenario, .here, "play the scenario", hint: "play"),
    KeyBinding(["f"], "f", .budgetUnit, .here, "time or FLOPs", hint: "ms/FLOPs"),
    KeyBinding(["B"], "B", .resetScenario, .here, "from its beginning"),
    KeyBinding(["g"], "g", .openMenu(.device), .here, "another device", hint: "device"),
    KeyBinding(["v"], "v", .openMenu(.trace), .here, "another scenario", hint: "scenario"),
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    if body.width >= 120 {
      let (left, right) = body.split(left: body.width * 40 / 100)
      return [.budget: left, .scenario: right]
    }
    guard body.height >= 15 else { return [.budget: body] }
    // Every depth where there is room for them, what the scenario has to say in any case.
    let (top, bottom) = body.split(
      top: min(state.layerCount + 4, body.height - ScenarioPanel.leastHeight))
    return [.budget: top, .scenario: bottom]
  }

  /// The present policy's walk of every depth.
  static func wishes(_ state: DashboardState) -> [OperatingPoint] {
    state.policyWalks.map { state.point(model: state.model, walk: $0) }
  }

  static func hint(for action: Action, _ state: DashboardState) -> String? {
    action == .playScenario && state.budget.isPlaying ? "hold" : nil
  }

  /// A time that turned out other than estimated may fit another depth.
  static func takeMeasurement(_ state: inout DashboardState) -> [Effect] {
    state.budget.isInCharge ? Update.chooseByBudget(&state) : []
  }
}
