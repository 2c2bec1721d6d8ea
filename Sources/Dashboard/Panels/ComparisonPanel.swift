// All models at several depths in a table: rates, intervals, and who is better how surely.

import Backbones
import Speech
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let comparison = PanelKind(ComparisonPanel.self)
}

enum ComparisonPanel: Panel {
  static let name = "table"

  /// The depths that are compared, deepest first.
  static func depths(_ state: DashboardState) -> [Int] {
    let count = state.layerCount
    let step = max(1, count / 6)
    return Array(stride(from: count, through: 1, by: -step))
  }

  /// Of a policy that draws: what one seed happens to keep says little.
  static let draws = 5

  /// A curve: a model by a policy.
  struct Contestant: Equatable {
    var name: String
    var model: Int
    var policy: String

    /// Its sweep measured at another time; a mean over draws stands for none of them.
    func saved(_ state: DashboardState) -> [SavedSweep.Point] {
      PolicyCatalog.isDrawn(policy) || state.hidesAnswers ? [] : state.saved(model, by: policy)
    }

    /// The present draw of a policy that draws.
    func point(keeping count: Int, _ state: DashboardState) -> OperatingPoint {
      points(keeping: count, state)[0]
    }

    /// What stands for it with so many layers: one mask, or the draws of several seeds from the present one
    /// on, which may be the same mask.
    func points(keeping count: Int, _ state: DashboardState) -> [OperatingPoint] {
      let policies = state.subject.models[model].policies
      let draws = PolicyCatalog.isDrawn(policy) ? UInt64(ComparisonPanel.draws) : 1
      return (0..<draws).map { draw in
        state.point(
          model: model, walk: policies.walk(policy, seed: state.seed &+ draw, keeping: count))
      }
    }

    /// What is known of them; nil before anything is, or while the tour asks for it.
    func figure(keeping count: Int, _ state: DashboardState) -> Figure? {
      state.hidesAnswers ? nil : Figure(points(keeping: count, state), state)
    }
  }

  /// An error rate, and how far it may be trusted.
  struct Figure {
    /// The mean of several draws.
    var rate: Double
    /// The 95 % interval of one mask; the lowest and highest of several draws.
    var interval: ClosedRange<Double>?
    var isComplete: Bool

    init?(_ points: [OperatingPoint], _ state: DashboardState) {
      let known = points.compactMap { state.measurements[$0] }.filter { $0.errorRate != nil }
      let rates = known.compactMap(\.errorRate)
      guard let low = rates.min(), let high = rates.max() else { return nil }
      rate = rates.reduce(0, +) / Double(rates.count)
      isComplete = known.count == points.count && known.allSatisfy(\.isComplete)
      interval = Set(points).count == 1 ? known[0].interval : low...high
    }
  }

  /// How the present contestant does against another one; nil until both are measured.
  static func comparison(
    _ mine: Contestant, _ other: Contestant, keeping count: Int, _ state: DashboardState
  ) -> ErrorRate.Comparison? {
    let draws = DashboardState.Draws(
      mine: mine.points(keeping: count, state), other: other.points(keeping: count, state))
    return draws.isOne
      ? state.comparisons[DashboardState.Pair(mine: draws.mine[0], other: draws.other[0])]
      : state.drawComparisons[draws]
  }

  /// The present one first: all models with as many layers by the present policy, or the present model
  /// by all policies. A policy that a model does not have is not compared.
  static func contestants(_ state: DashboardState) -> [Contestant] {
    let models = state.subject.models
    if state.comparesPolicies {
      let others = state.policies.available.filter { $0 != state.policy }
      return ([state.policy] + others).map {
        Contestant(name: $0, model: state.model, policy: $0)
      }
    }
    let others = models.indices.filter {
      $0 != state.model && models[$0].layerCount == state.layerCount
        && models[$0].policies.refusal(state.policy) == nil && state.has(state.compute, model: $0)
    }
    return ([state.model] + others).map {
      Contestant(name: models[$0].name, model: $0, policy: state.policy)
    }
  }

  // MARK: - What is said of each depth

  /// What the table has room for, from all to the rates alone.
  private enum Form: CaseIterable {
    /// Everything on one line.
    case wide
    /// Everything, on four lines.
    case tall
    /// Rates with their intervals on one line.
    case intervals
    /// Rates, intervals under them.
    case two
    case rates
    /// Nothing else, of many.
    case ratesAlone

    var showsIntervals: Bool { self != .rates && self != .ratesAlone }
    var showsP: Bool { self != .ratesAlone }
    /// Else it stands beside the rate.
    var hasColumnForP: Bool { showsP && self != .tall }
    var lines: Int {
      switch self {
      case .tall: 4
      case .two: 2
      case .wide, .intervals, .rates, .ratesAlone: 1
      }
    }
  }

  /// Of one contestant at one depth.
  private struct Entry {
    var rate = StyledText("–")
    var interval = ""
    var difference = ""
    var differenceInterval = ""
    var better = StyledText("")

    /// Under its name, line by line.
    func cells(_ form: Form, _ theme: Theme) -> [StyledText] {
      func muted(_ text: String) -> StyledText { StyledText(text, style: theme.muted) }
      func beside(_ text: String) -> StyledText { muted(text.isEmpty ? "" : " (\(text))") }
      return switch form {
      case .wide, .intervals: [rate + beside(interval)]
      case .tall:
        [
          better.width == 0 ? rate : rate + muted("  P ") + better, muted(interval),
          StyledText(difference), muted(differenceInterval),
        ]
      case .two: [rate, muted(interval)]
      case .rates, .ratesAlone: [rate]
      }
    }

    /// The column between the rate and the probability, where there is one.
    func change(_ theme: Theme) -> StyledText {
      StyledText([
        (difference, theme.text),
        (differenceInterval.isEmpty ? "" : " (\(differenceInterval))", theme.muted),
      ])
    }
  }

  private static func entry(
    _ contestant: Contestant, _ index: Int, _ count: Int, _ state: DashboardState
  ) -> Entry {
    let theme = state.theme
    var entry = Entry()
    guard let figure = contestant.figure(keeping: count, state) else {
      let saved = contestant.saved(state).first { $0.keptLayers == count }
      entry.rate = StyledText(
        saved.map { "*" + fixed($0.errorRate * 100, 1) } ?? "–", style: theme.muted)
      return entry
    }
    entry.rate = StyledText(
      marked(fixed(figure.rate * 100, 1), isComplete: figure.isComplete),
      style: !figure.isComplete ? theme.muted : index == 0 ? theme.strong : theme.text)
    entry.interval =
      figure.interval.map {
        "\(fixed($0.lowerBound * 100, 0))–\(fixed($0.upperBound * 100, 0))"
      } ?? ""
    guard index > 0,
      let comparison = comparison(contestants(state)[0], contestant, keeping: count, state)
    else { return entry }
    // Kept as the first minus this one; shown as this one minus the first.
    entry.difference = points(-comparison.difference)
    let ends = [-comparison.interval.upperBound, -comparison.interval.lowerBound].map {
      let text = fixed(abs($0) * 100, 1)
      return ($0 < 0 && text != "0.0" ? "−" : "") + text
    }
    entry.differenceInterval = ends.joined(separator: " to ")
    let better = comparison.probabilityOfImprovement
    entry.better = StyledText(
      fixed(better, 2),
      style: better >= 0.95 ? theme.accent : better <= 0.05 ? theme.error : theme.muted)
    return entry
  }

  // MARK: - The table

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    var contestants = contestants(state)
    let all = contestants.count
    let area = canvas.area.inset(x: 2, y: 1)
    var rows = depths(state).map { count in
      contestants.enumerated().map { entry($1, $0, count, state) }
    }
    let isPartial = rows.joined().contains { $0.rate.runs[0].text.hasPrefix("?") }
    let isSaved = rows.joined().contains { $0.rate.runs[0].text.hasPrefix("*") }
    let (body, legend) = area.split(bottom: 1)
    let form =
      Form.allCases.first { fits($0, rows, contestants, theme, body) } ?? .ratesAlone
    // A figure is not cut: the last ones are left out and counted.
    while contestants.count > 1, !fits(form, rows, contestants, theme, body) {
      contestants.removeLast()
      rows = rows.map { $0.dropLast() }
    }
    let left = all - contestants.count
    canvas.frame(
      title: state.comparesPolicies ? "WER %, all policies" : "WER %, all models",
      trailing: form.showsP
        ? "P: \(contestants[0].name) better" : left > 0 ? "+\(left) more" : "", theme: theme)
    let depth = depths(state).firstIndex(of: state.walk.keptCount)
    Table(
      columns: columns(
        form, rows, contestants, theme, Table.body(of: body, rows: form.lines * rows.count).width),
      rows: zip(depths(state), rows).flatMap { lines($0, $1, form, theme) },
      selection: depth.map { $0 * form.lines }, headerStyle: theme.muted, trackStyle: theme.border,
      symbols: state.symbols
    ).draw(in: body, on: &canvas)
    let drawn = contestants.filter { PolicyCatalog.isDrawn($0.policy) }.map(\.policy)
    let range = form.showsP ? ", their range" : ""
    let marks =
      (drawn.first.map { "\($0): mean of \(draws) draws, seed \(state.seed)\(range); " } ?? "")
      + (isSaved ? "* saved sweep; " : "") + (isPartial ? "? partly measured; " : "")
    drawLegend(form, marks, state, legend, &canvas)
  }

  private static func lines(
    _ count: Int, _ row: [Entry], _ form: Form, _ theme: Theme
  ) -> [[StyledText]] {
    let names = ["\(count)", "95 %", "diff.", "95 %"]
    return (0..<form.lines).map { line in
      let title = StyledText(names[line], style: line == 0 ? theme.text : theme.muted)
      return [title]
        + row.enumerated().flatMap { index, entry -> [StyledText] in
          let cell = entry.cells(form, theme)[line]
          guard index > 0 else { return [cell] }
          let change = form == .wide ? [entry.change(theme)] : []
          let better = form.hasColumnForP ? [line == 0 ? entry.better : StyledText("")] : []
          return [cell] + change + better
        }
    }
  }

  /// As wide as what stands in them and their names; where that is too much, names are cut.
  private static func columns(
    _ form: Form, _ rows: [[Entry]], _ contestants: [Contestant], _ theme: Theme, _ width: Int
  ) -> [Table.Column] {
    var wanted = widths(form, rows, contestants, theme)
    func columns() -> [Table.Column] {
      // Every column counts where there is no room for anything else.
      let (title, width) = form == .ratesAlone ? ("keep", 4) : ("layers", 6)
      var columns = [Table.Column(title, alignment: .right, width: width)]
      for (index, contestant) in contestants.enumerated() {
        columns.append(.init(contestant.name, alignment: .right, width: wanted[index].cell))
        guard index > 0 else { continue }
        if form == .wide {
          columns.append(
            .init(
              "minus \(contestants[0].name)", alignment: .right, width: wanted[index].change))
        }
        if form.hasColumnForP { columns.append(.init("P", alignment: .right, width: 4)) }
      }
      return columns
    }
    while !form.showsIntervals, Self.width(columns()) > width,
      let widest = wanted.indices.max(by: { wanted[$0].cell < wanted[$1].cell }),
      wanted[widest].cell > 5
    {
      wanted[widest].cell -= 1
    }
    return columns()
  }

  private static func width(_ columns: [Table.Column]) -> Int {
    columns.reduce(-1) { $0 + 1 + ($1.width ?? 0) }
  }

  private static func widths(
    _ form: Form, _ rows: [[Entry]], _ contestants: [Contestant], _ theme: Theme
  ) -> [(cell: Int, change: Int)] {
    contestants.enumerated().map { index, contestant in
      let cells = rows.flatMap { $0[index].cells(form, theme) }.map(\.width)
      let changes = rows.map { $0[index].change(theme).width }
      return (
        max(CharacterWidth.of(contestant.name), cells.max() ?? 0),
        max(CharacterWidth.of("minus \(contestants[0].name)"), changes.max() ?? 0)
      )
    }
  }

  private static func fits(
    _ form: Form, _ rows: [[Entry]], _ contestants: [Contestant], _ theme: Theme, _ body: Rect
  ) -> Bool {
    let width = Table.body(of: body, rows: form.lines * rows.count).width
    let columns = columns(form, rows, contestants, theme, width)
    // Depths can be scrolled through, the lines of one depth not.
    let isHighEnough = form.lines == 1 || 1 + form.lines * rows.count <= body.height
    return Self.width(columns) <= width && isHighEnough
  }

  /// Speaks of what is shown and of nothing else.
  private static func drawLegend(
    _ form: Form, _ marks: String, _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    guard form.showsP else {
      canvas.wording(
        "\(marks)no room for intervals and comparisons", "\(marks)no room for intervals",
        "no room for intervals", x: area.x, y: area.y, style: state.theme.muted, width: area.width,
        symbols: state.symbols)
      return
    }
    let intervals = form.showsIntervals ? "95 % intervals; " : ""
    let first = contestants(state)[0].name
    let minus = form == .tall ? "diff.: minus \(first)'s; " : ""
    let probability = "P: probability of improvement"
    let start = marks + minus + intervals
    canvas.wording(
      "\(state.policy) masks; \(start)\(probability), paired bootstrap",
      "\(start)\(probability), paired bootstrap", "\(start)\(probability)", "\(start)bootstrap",
      "\(marks)\(intervals)\(probability)", "\(marks)\(probability)", marks, x: area.x, y: area.y,
      style: state.theme.muted, width: area.width, symbols: state.symbols)
  }
}
