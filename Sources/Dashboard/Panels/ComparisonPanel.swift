// All models at several depths in a table: rates, intervals, and who is better how surely.

import Backbones
import Speech
import TerminalUI
import Tradeoff

enum ComparisonPanel: Panel {
  static let name = "table"

  /// The depths that are compared, deepest first.
  static func depths(_ state: DashboardState) -> [Int] {
    let count = state.layerCount
    let step = max(1, count / 6)
    return Array(stride(from: count, through: 1, by: -step))
  }

  /// A curve: a model by a policy.
  struct Contestant: Equatable {
    var name: String
    var model: Int
    var policy: String

    func setting(keeping count: Int, _ state: DashboardState) -> DashboardState.Setting {
      DashboardState.Setting(
        model: model,
        mask: PolicyCatalog.mask(policy, seed: state.seed, keeping: count, of: state.layerCount))
    }
  }

  /// The present one first: all models with as many layers by the present policy, or the present model
  /// by all policies.
  static func contestants(_ state: DashboardState) -> [Contestant] {
    let models = state.subject.models
    if state.comparesPolicies {
      let others = PolicyCatalog.names.filter { $0 != state.policy }
      return ([state.policy] + others).map {
        Contestant(name: $0, model: state.model, policy: $0)
      }
    }
    let others = models.indices.filter {
      $0 != state.model && models[$0].layerCount == state.layerCount
    }
    return ([state.model] + others).map {
      Contestant(name: models[$0].name, model: $0, policy: state.policy)
    }
  }

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let contestants = contestants(state)
    let area = canvas.area.inset(x: 2, y: 1)
    canvas.frame(
      title: state.comparesPolicies ? "WER %, all policies" : "WER %, all models",
      trailing: "P: \(contestants[0].name) better", theme: theme)
    let isWide = area.width >= 8 + contestants.count * 20
    let room = (area.width - 6 - 6 * (contestants.count - 1)) / contestants.count - 1
    let longest = contestants.map(\.name.count).max() ?? 0
    var columns = [Table.Column("layers", alignment: .right, width: 6)]
    for (index, contestant) in contestants.enumerated() {
      columns.append(
        .init(contestant.name, alignment: .right, width: isWide ? 17 : max(7, min(room, longest))))
      if index > 0 { columns.append(.init("P", alignment: .right, width: 5)) }
    }
    let rows = depths(state).map { count in
      [StyledText("\(count)", style: theme.text)]
        + contestants.enumerated().flatMap { index, contestant -> [StyledText] in
          let setting = contestant.setting(keeping: count, state)
          let cell = cell(state.measurements[setting], isWide, theme, index == 0)
          guard index > 0 else { return [cell] }
          let mine = contestants[0].setting(keeping: count, state)
          return [cell, improvement(of: mine, over: setting, state)]
        }
    }
    Table(
      columns: columns, rows: rows, selection: depths(state).firstIndex(of: state.mask.keptCount),
      headerStyle: theme.muted, symbols: state.symbols
    ).draw(in: area.split(bottom: 1).rest, on: &canvas)
    canvas.wording(
      "\(state.policy) masks; 95 % intervals; P: probability of improvement, paired bootstrap",
      "95 % intervals; P: probability of improvement", "P: probability of improvement", x: area.x,
      y: area.maxY - 1, style: theme.muted, width: area.width, symbols: state.symbols)
  }

  private static func cell(
    _ measurement: Measurement?, _ isWide: Bool, _ theme: Theme, _ isPresent: Bool
  ) -> StyledText {
    guard let measurement, let rate = measurement.errorRate else {
      return StyledText("–", style: theme.muted)
    }
    let interval = measurement.interval.map {
      " (\(fixed($0.lowerBound * 100, 0))–\(fixed($0.upperBound * 100, 0)))"
    }
    let style = !measurement.isComplete ? theme.muted : isPresent ? theme.strong : theme.text
    return StyledText([
      (fixed(rate * 100, 1), style), (isWide ? interval ?? "" : "", theme.muted),
    ])
  }

  /// Empty until both have been measured to the end.
  private static func improvement(
    of mine: DashboardState.Setting, over other: DashboardState.Setting, _ state: DashboardState
  ) -> StyledText {
    let pair = DashboardState.Pair(mine: mine, other: other)
    guard let better = state.comparisons[pair]?.probabilityOfImprovement else {
      return StyledText("")
    }
    let theme = state.theme
    return StyledText(
      fixed(better, 2),
      style: better >= 0.95 ? theme.accent : better <= 0.05 ? theme.error : theme.muted)
  }
}
