// A budget instead of a ratio, and what a changing one does to models that can and cannot adapt.

import Backbones
import TerminalUI
import Tradeoff

enum BudgetView: DashboardView {
  static let name = "Budget"
  static let summary = "the best mask for a budget, and budgets that change while people speak"
  static let panels: [PanelKind] = [.budget, .scenario]

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

  /// The present policy's mask of every depth.
  static func wishes(_ state: DashboardState) -> [OperatingPoint] {
    masks(state).map { OperatingPoint(model: state.model, mask: $0) }
  }

  static func masks(_ state: DashboardState) -> [LayerMask] {
    (1...state.layerCount).reversed().map {
      PolicyCatalog.mask(state.policy, seed: state.seed, keeping: $0, of: state.layerCount)
    }
  }
}
