// A budget of time, the masks that meet it, and the device it is about.

import Backbones
import TerminalUI
import Tradeoff

enum BudgetPanel: Panel {
  static let name = "budget"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let device = Device.all[state.budget.device]
    canvas.frame(title: "Budget", trailing: "+ − change it", theme: theme)
    canvas.pieces(
      [
        (significant(state.budget.amount), theme.accentStrong),
        (" \(state.budget.unit.rawValue)", theme.muted), (" (f)", theme.muted),
        (state.budget.unit == .gflop ? "" : " on ", theme.muted),
        (state.budget.unit == .gflop ? "" : device.name, theme.strong),
        (state.budget.unit == .gflop ? "" : " (g)", theme.muted),
      ], x: 2, y: 1, width: size.width - 4)
    let masks = BudgetView.masks(state)
    let area = Rect(x: 2, y: 3, width: size.width - 4, height: size.height - 5)
    Table(
      columns: [
        .init("layers", alignment: .right, width: 6),
        .init(
          state.budget.unit == .gflop ? "GFLOP/s" : "ms", alignment: .right, width: 8),
        .init("", width: 9), .init("WER %", alignment: .right, width: 6), .init("in budget"),
      ],
      rows: masks.map { row($0, state) },
      selection: masks.firstIndex(of: state.mask), headerStyle: theme.muted, symbols: state.symbols
    ).draw(in: area, on: &canvas)
    canvas.wording(
      "time of one thread, scaled by the device's speed; the deepest that fits is chosen",
      "one thread's time; the deepest that fits is chosen", "the deepest that fits is chosen", x: 2,
      y: size.height - 2, style: theme.muted, width: size.width - 4, symbols: state.symbols)
  }

  private static func row(_ mask: LayerMask, _ state: DashboardState) -> [StyledText] {
    let theme = state.theme
    let amount = amount(mask, state)
    let measurement = state.measurement(mask)
    let fits = fits(mask, state)
    return [
      StyledText("\(mask.keptCount)", style: theme.text),
      StyledText(amount.map(significant) ?? "–", style: theme.text),
      StyledText(source(mask, state), style: theme.muted),
      StyledText(
        measurement?.errorRate.map { fixed($0 * 100, 1) } ?? "–",
        style: measurement?.isComplete == true ? theme.text : theme.muted),
      StyledText(fits ? "■ yes" : "□ no", style: fits ? theme.accent : theme.muted),
    ]
  }

  static func fits(_ mask: LayerMask, _ state: DashboardState) -> Bool {
    amount(mask, state).map { $0 <= state.budget.amount * 1.0001 } ?? false
  }

  /// What a mask takes of the budget, in its unit.
  static func amount(_ mask: LayerMask, _ state: DashboardState) -> Double? {
    switch state.budget.unit {
    case .gflop: state.costs.gflopPerAudioSecond(mask)
    case .milliseconds: milliseconds(mask, state)
    }
  }

  /// Of an utterance of mean length on the chosen device: measured here where it was, else estimated.
  static func milliseconds(_ mask: LayerMask, _ state: DashboardState) -> Double? {
    let seconds = state.measurement(mask)?.meanSeconds ?? state.costs.estimatedSeconds(mask)
    return seconds.map { $0 * 1000 / Device.all[state.budget.device].speed }
  }

  private static func source(_ mask: LayerMask, _ state: DashboardState) -> String {
    if state.budget.unit == .gflop { return "counted" }
    let isMeasured = state.budget.device == 0 && state.measurement(mask)?.meanSeconds != nil
    return isMeasured ? "measured" : "estimated"
  }

  static func action(_ mouse: MouseEvent, _ state: DashboardState, _ area: Rect) -> Action? {
    switch mouse.kind {
    case .wheelUp: return .budgetMore
    case .wheelDown: return .budgetLess
    case .press:
      let masks = BudgetView.masks(state)
      let row = mouse.y - area.y - 4
      return masks.indices.contains(row) ? .keep(masks[row].keptCount) : nil
    case .release, .drag: return nil
    }
  }
}
