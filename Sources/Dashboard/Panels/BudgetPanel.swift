// A budget of time, the walks that meet it, and the device it is about.

import Backbones
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let budget = PanelKind(BudgetPanel.self)
}

enum BudgetPanel: Panel {
  static let name = "budget"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(title: "Budget", trailing: "\(key: "+") \("−", key: "-") change it", theme: theme)
    canvas.wheel(up: .budgetMore, down: .budgetLess)
    let head = head(state, size)
    for (row, line) in head.enumerated() {
      canvas.pieces(keys: line, x: 2, y: 1 + row, width: size.width - 4)
    }
    let rows = Budget.rows(state)
    let area = area(state, size)
    if area.height >= 2 {
      table(rows, state).draw(in: area, on: &canvas) {
        Action.keep(rows[$0].walk.keptCount)
      }
    } else if area.height == 1 {
      drawChoice(rows, state, area, &canvas)
    }
    let forms = remarks(rows, state)
    canvas.edge(forms, width: size.width, y: size.height - 1, style: theme.muted)
  }

  /// The table, below the head and a blank line where there is room for one.
  private static func area(_ state: DashboardState, _ size: Size) -> Rect {
    let head = head(state, size).count
    let gap = size.height - 2 - head > state.layerCount + 1 ? 1 : 0
    let top = 1 + head + gap
    return Rect(x: 2, y: top, width: size.width - 4, height: size.height - 1 - top)
  }

  /// The budget and what it is about: on one line where it fits, else on two.
  private static func head(_ state: DashboardState, _ size: Size) -> [[(KeyText, Style)]] {
    let theme = state.theme
    let device = Device.all[state.budget.device]
    let amount = Budget.amount(state).map(significant) ?? "–"
    let share = "\(state.budget.percent) %"
    let value: [(KeyText, Style)] = [
      ("\(amount) \(state.budget.unit.rawValue) (\(key: "f"))", theme.muted)
    ]
    let whole =
      [("\(share)", theme.accentStrong), (" of \(state.fullName): ", theme.muted)] + value
    func fits(_ line: [(KeyText, Style)]) -> Bool {
      line.reduce(0) { $0 + $1.0.width } <= size.width - 4
    }
    let short = [("\(share)", theme.accentStrong), (", ", theme.muted)] + value
    guard state.budget.unit == .milliseconds else { return [fits(whole) ? whole : short] }
    let place: [(KeyText, Style)] = [
      ("\(device.name)", theme.strong), ("\(device.remark)", theme.muted),
      (" (\(key: "g"))", theme.muted),
    ]
    for start in [whole, short] {
      let line = start + [(" on ", theme.muted)] + place
      if fits(line) { return [line] }
    }
    if size.height >= 6 { return [fits(whole) ? whole : short, place] }
    return [
      [
        ("\(share)", theme.accentStrong), (", \(amount) ms (\(key: "f")) on ", theme.muted),
      ] + place
    ]
  }

  private static func table(_ rows: [Budget.Row], _ state: DashboardState) -> Table {
    let isTime = state.budget.unit == .milliseconds
    let choice = Budget.choice(rows)?.walk
    let cost: [Table.Column] =
      isTime
      ? [.init("ms", alignment: .right, width: 8), .init("", width: 9)]
      : [.init("GFLOP/audio second", alignment: .right, width: 18)]
    return Table(
      columns: [.init("layers", alignment: .right, width: 6)] + cost + [
        .init("WER %", alignment: .right, width: 6), .init("in budget"),
      ],
      rows: rows.map { row in
        cells(row, isChoice: row.walk == choice, state)
      },
      selection: rows.firstIndex { $0.walk == state.walk }, headerStyle: state.theme.muted,
      trackStyle: state.theme.border,
      symbols: state.symbols)
  }

  private static func cells(
    _ row: Budget.Row, isChoice: Bool, _ state: DashboardState
  ) -> [StyledText] {
    let theme = state.theme
    let measurement = state.measurement(row.walk)
    let busy = state.costs.latency?.isBusy == true ? "busy" : "measured"
    // Another device's speed is made up, and masks that nobody has seen.
    let isMeasured =
      state.budget.device == 0
      && !state.isEstimated(state.point(model: state.model, walk: row.walk))
    let source = row.amount == nil ? "" : isMeasured ? busy : "estimated"
    return [
      StyledText("\(row.walk.keptCount)", style: theme.text),
      StyledText(row.amount.map(significant) ?? "–", style: theme.text),
    ] + (state.budget.unit == .milliseconds ? [StyledText(source, style: theme.muted)] : []) + [
      StyledText(
        measurement?.errorRate.map {
          marked(fixed($0 * 100, 1), isComplete: measurement?.isComplete == true)
        } ?? "–",
        style: measurement?.isComplete == true ? theme.text : theme.muted),
      StyledText(
        verdict(row, isChoice: isChoice), style: row.fits ? theme.accent : theme.muted),
    ]
  }

  private static func verdict(_ row: Budget.Row, isChoice: Bool) -> String {
    guard row.amount != nil else { return "–" }
    return !row.fits ? "□ no" : isChoice ? "◆ deepest" : "■ yes"
  }

  /// One line instead of the table: the present walk, and how much is not shown.
  private static func drawChoice(
    _ rows: [Budget.Row], _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    guard let row = rows.first(where: { $0.walk == state.walk }) else {
      canvas.text("… \(rows.count) rows", x: area.x, y: area.y, style: theme.muted)
      return
    }
    let isChoice = Budget.choice(rows)?.walk == row.walk
    let unit = state.budget.unit == .milliseconds ? "ms" : "GFLOP"
    canvas.pieces(
      [
        ("\(row.walk.keptCount) layers ", theme.strong),
        ("\(row.amount.map(significant) ?? "–") \(unit) ", theme.text),
        (verdict(row, isChoice: isChoice), row.fits ? theme.accent : theme.muted),
        ("  … \(rows.count - 1) more rows", theme.muted),
      ], x: area.x, y: area.y, width: area.width)
  }

  /// Who chooses, in several lengths.
  private static func remarks(_ rows: [Budget.Row], _ state: DashboardState) -> [KeyText] {
    guard state.budget.isInCharge else {
      let keys: KeyText = "\(key: "+") \("−", key: "-")"
      return [
        "your slider is in charge: \(keys) let the budget choose",
        "your slider is in charge: \(keys)",
      ]
    }
    guard let choice = Budget.choice(rows) else { return ["nothing is measured yet"] }
    guard choice.fits else { return ["nothing fits: 1 layer is the least"] }
    let what = "the deepest that fits is chosen"
    return state.budget.unit == .milliseconds
      ? [
        "\(what); time of one thread, scaled by the device's speed", "\(what); one thread",
        KeyText(what),
      ]
      : ["\(what); FLOPs are counted, not measured", KeyText(what)]
  }
}
