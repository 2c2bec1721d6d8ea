// How often each layer is skipped at each depth by the present policy: what training and sweeps go
// through. Worked out from the policy, or as measured where it decides by what is computed.

import Backbones
import TerminalUI
import Tradeoff

/// Shares of draws in which layers are skipped.
package enum SkipMap {
  /// Of a policy that draws; the others always choose the same.
  package static let draws = 20

  /// By layer, from the audio on; nil where that depends on what is computed. Where utterances have masks of
  /// their own, each draw is of another one, and without draws all count.
  /// - Parameter utterances: their ids.
  package static func shares(
    _ policy: String, seed: UInt64, keeping count: Int, by model: ModelPolicies,
    of utterances: [String]
  ) -> [Double]? {
    func walk(_ draw: Int) -> Walk {
      model.walk(policy, seed: seed &+ UInt64(draw), keeping: count)
    }
    let ids = utterances.isEmpty ? [""] : utterances
    let masks =
      PolicyCatalog.isDrawn(policy)
      ? (0..<draws).compactMap { walk($0).mask(of: ids[$0 % ids.count]) }
      : walk(0).mask.map { [$0] } ?? ids.compactMap(walk(0).mask(of:))
    if masks.isEmpty { return nil }
    return (0..<model.layerCount).map { layer in
      Double(masks.count { !$0[layer] }) / Double(masks.count)
    }
  }
}

extension PanelKind {
  package static let skips = PanelKind(SkipsPanel.self)
}

enum SkipsPanel: Panel {
  static let name = "skips"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let draws = PolicyCatalog.isDrawn(state.policy) ? ", \(SkipMap.draws) draws" : ""
    canvas.frame(
      title: size.width >= 60 ? "How often each layer is skipped" : "Skips",
      trailing: "policy \(state.policy)\(draws)", theme: theme)
    canvas.wheel(up: .dropLess, down: .dropMore)
    let columns = Columns(state, width: size.width)
    let rows = rows(state, height: size.height)
    let ids = state.subject.utterances.map(\.id)
    canvas.text("run", x: 2, y: 1, style: theme.muted)
    for layer in columns.shown {
      canvas.textRight("\(layer + 1)", end: columns.end(layer), y: 1, style: theme.muted)
    }
    for (row, count) in rows.enumerated() {
      let y = 2 + row
      canvas.press(Rect(x: 1, y: y, width: size.width - 2, height: 1), .keep(count))
      let isPresent = count == state.walk.keptCount
      if isPresent { canvas.text("▸", x: 1, y: y, style: theme.accentStrong) }
      canvas.textRight("\(count)", end: 5, y: y, style: isPresent ? theme.strong : theme.text)
      let shares =
        SkipMap.shares(
          state.policy, seed: state.seed, keeping: count, by: state.policies, of: ids)
        ?? measured(count, state)
      guard let shares else {
        canvas.text(
          "not measured", x: 8, y: y, style: theme.muted, width: max(0, size.width - 10))
        continue
      }
      for layer in columns.shown { drawCell(shares[layer], layer, columns, y, state, &canvas) }
    }
    let hidden = state.layerCount + 1 - rows.count
    if hidden > 0 { canvas.more("+\(hidden) more", state) }
    if columns.shown.count < state.layerCount {
      canvas[size.width - 2, 1] = Cell(state.symbols.ellipsis, style: theme.muted)
    }
    let legend = columns.hasNumbers ? " % of draws " : " fuller: skipped more often "
    canvas.text(
      legend, x: max(18, size.width - legend.count - 3), y: size.height - 1, style: theme.muted)
  }

  /// Where a walk decides by what is computed: of the utterances measured; nil before the first.
  private static func measured(_ count: Int, _ state: DashboardState) -> [Double]? {
    let walk = state.choice.walk(keeping: count, by: state.policies)
    guard let measurement = state.measurement(walk) else { return nil }
    let shares = (0..<state.layerCount).compactMap { measurement.share(ofLayer: $0) }
    return shares.count == state.layerCount ? shares.map { 1 - $0 } : nil
  }

  /// A shade, and the percentage where there is room for it.
  private static func drawCell(
    _ share: Double, _ layer: Int, _ columns: Columns, _ y: Int, _ state: DashboardState,
    _ canvas: inout Canvas
  ) {
    let heat = Cell.heat(Float(share), state.theme, state.symbols)
    let end = columns.end(layer)
    if columns.hasNumbers {
      canvas.textRight(
        fixed(share * 100, 0), end: end, y: y, style: heat?.style ?? state.theme.muted)
    }
    let shaded = columns.hasNumbers ? columns.width - 4 : columns.width - 1
    guard let heat else { return }
    for x in 0..<shaded { canvas[end - columns.width + 1 + x, y] = heat }
  }

  /// Depths that fit, deepest first, the present one among them.
  private static func rows(_ state: DashboardState, height: Int) -> [Int] {
    let all = Array((0...state.layerCount).reversed())
    let shown = min(all.count, max(0, height - 3))
    let place = state.layerCount - state.walk.keptCount
    return Array(all[window(of: shown, around: place, in: all.count)])
  }

  private struct Columns {
    let width: Int
    let shown: Range<Int>
    var hasNumbers: Bool { width >= 5 }

    init(_ state: DashboardState, width panel: Int) {
      let room = max(0, panel - 8)
      width = min(8, max(3, room / state.layerCount))
      shown = 0..<min(state.layerCount, room / width)
    }

    func end(_ layer: Int) -> Int { 6 + (layer + 1) * width }
  }
}
