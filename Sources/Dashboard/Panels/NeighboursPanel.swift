// What another layer, one more or one less would bring: climbing by hand.

import Backbones
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let neighbours = PanelKind(NeighboursPanel.self)
}

enum NeighboursPanel: Panel {
  static let name = "neighbours"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(
      title: size.width >= 40
        ? "Neighbours (\(key: .up) \(key: .down), \(key: " "))" : "Neighbours",
      trailing: "best first", theme: theme)
    canvas.wheel(up: .up, down: .down)
    let area = canvas.area.inset(x: 2, y: 1)
    guard let survey = state.survey else {
      canvas.text("needs an atlas", x: 2, y: 1, style: theme.muted, width: area.width)
      return
    }
    let neighbours = survey.neighbours(of: state.mask)
    let present = survey.atlas[state.mask].map { survey.atlas.errorRate($0) }
    let (head, body) = area.split(top: 1)
    // The atlas is of the whole model, whatever is chosen now.
    let now = state.compute == .full ? "now" : "whole"
    canvas.wording(
      "\(now) \(percent(present)), \(fixed(survey.cost(of: state.mask), 3)) GFLOP/audio second",
      "\(now) \(percent(present)), \(fixed(survey.cost(of: state.mask), 3)) GFLOP",
      "\(now) \(percent(present))", x: head.x, y: head.y, style: theme.strong, width: head.width,
      symbols: state.symbols)
    table(neighbours, present, survey, state, width: body.width).draw(in: body, on: &canvas) {
      Action.choosePoint(state.point(model: state.model, walk: Walk(neighbours[$0].mask)))
    }
    let better = neighbours.count { survey.atlas.errorRate($0) < present ?? 0 }
    let forms: [String] =
      neighbours.isEmpty
      ? ["none is in the atlas"]
      : present == nil
        ? ["\(neighbours.count) in the atlas"]
        : better == 0
          ? ["none is better: the top of a hill", "none is better"]
          : [
            "\(better) of \(neighbours.count) make fewer errors",
            "\(better) of \(neighbours.count) better",
          ]
    canvas.edge(
      forms.map { KeyText($0) }, width: size.width, y: size.height - 1, style: theme.muted)
  }

  private static func table(
    _ neighbours: [MaskAtlas.Point], _ present: Double?, _ survey: AtlasSurvey,
    _ state: DashboardState, width: Int
  ) -> Table {
    let theme = state.theme
    let isWide = width >= 38
    return Table(
      columns: [
        .init("change"), .init("run", alignment: .right, width: 3),
        .init("WER %", alignment: .right, width: 6), .init("points", alignment: .right, width: 6),
      ] + (isWide ? [.init("GFLOP", alignment: .right, width: 6)] : []),
      rows: neighbours.map { point in
        let rate = survey.atlas.errorRate(point)
        let difference = present.map { rate - $0 }
        return [
          StyledText(change(from: state.mask, to: point.mask), style: theme.text),
          StyledText("\(point.mask.keptCount)", style: theme.muted),
          StyledText(fixed(rate * 100, 1), style: theme.text),
          StyledText(
            difference.map(points) ?? "–",
            style: difference ?? 0 < 0 ? theme.accentStrong : theme.muted),
        ]
          + (isWide
            ? [StyledText(fixed(survey.cost(of: point.mask), 3), style: theme.muted)] : [])
      },
      selection: neighbours.indices.contains(state.neighbour) ? state.neighbour : nil,
      headerStyle: theme.muted, trackStyle: theme.border, symbols: state.symbols)
  }

  /// `+7`, `−3`, or `−3 +7` for 7 in the place of 3.
  private static func change(from present: LayerMask, to other: LayerMask) -> String {
    let layers = 0..<present.layerCount
    let gone = layers.filter { present[$0] && !other[$0] }.map { "−\($0 + 1)" }
    let come = layers.filter { !present[$0] && other[$0] }.map { "+\($0 + 1)" }
    return (gone + come).joined(separator: " ")
  }
}
