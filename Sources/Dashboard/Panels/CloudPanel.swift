// Where the reference's output distributions put the frames, and where this model's do.

import Foundation
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let cloud = PanelKind(CloudPanel.self)
}

enum CloudPanel: Panel {
  static let name = "clouds"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(title: "Output distributions", trailing: "lines: where frames went", theme: theme)
    guard let request = state.wantedProbe else { return }
    guard let cloud = state.probes.clouds[request] ?? lastKnown(state) else {
      canvas.text(
        state.probes.failures[request] ?? "working it out ...", x: 2, y: 1, style: theme.muted,
        width: size.width - 4)
      return
    }
    let isPresent = state.probes.clouds[request] != nil
    let field = canvas.area.inset(x: 2, y: 1).split(bottom: 2).rest
    guard !field.isEmpty else { return }
    drawField(cloud, state, field, &canvas)
    let model = state.subject.models[state.model].name
    let depth = "\(state.walk.keptCount) of \(state.layerCount)"
    canvas.pieces(
      [
        ("\(Mark.reference) ", theme.other), ("\(cloud.referenceName), all layers   ", theme.muted),
        ("\(Mark.student) ", theme.accent), ("\(model), \(depth)   ", theme.text),
        ("\(Mark.stayed) ", theme.strong), ("stayed", theme.muted),
        (isPresent ? "" : "  (the one before; working)", theme.muted),
      ], x: 2, y: field.maxY, width: size.width - 4)
    let changes = "\(cloud.changes) say another token"
    canvas.wording(
      "\(cloud.reference.count) frames of \(cloud.utterances) utterances, surely blank ones left out; "
        + "\(changes); in the middle: the blank",
      "\(cloud.reference.count) frames of \(cloud.utterances) utterances; \(changes); middle: blank",
      "\(cloud.reference.count) frames of \(cloud.utterances) utterances; \(changes)", changes,
      x: 2,
      y: field.maxY + 1, style: theme.muted, width: size.width - 4, symbols: state.symbols)
  }

  /// Apart by shape, so that colour is not needed.
  private enum Mark {
    static let reference: Character = "○"
    static let student: Character = "×"
    /// A frame whose two places are in one cell.
    static let stayed: Character = "●"
  }

  private static func drawField(
    _ cloud: OutputCloud, _ state: DashboardState, _ field: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    // Room for a label on either side of the circle.
    let labelWidth = min(6, field.width / 8)
    let inner = Rect(
      x: field.x + labelWidth, y: field.y, width: field.width - 2 * labelWidth, height: field.height
    )
    guard !inner.isEmpty else { return }
    var raster = BrailleCanvas(inner.size, symbols: state.symbols)
    func dot(_ point: OutputMap.Point) -> (x: Double, y: Double) {
      (
        Double(point.x + 1) / 2 * Double(raster.dots.width - 1),
        Double(1 - point.y) / 2 * Double(raster.dots.height - 1)
      )
    }
    func cell(_ point: OutputMap.Point) -> Place {
      let (x, y) = dot(point)
      return Place(
        x: inner.x + Int(x.rounded()) * inner.width / max(1, raster.dots.width),
        y: inner.y + Int(y.rounded()) * inner.height / max(1, raster.dots.height))
    }
    let moves = zip(cloud.reference, cloud.student)
    for (from, to) in moves where cell(from) != cell(to) {
      raster.line(from: dot(from), to: dot(to), style: theme.muted, mark: "·")
    }
    raster.draw(x: inner.x, y: inner.y, on: &canvas)
    let moved = moves.map { (from: cell($0), to: cell($1)) }.filter { $0.from != $0.to }
    for (_, to) in moved { canvas[to.x, to.y] = Cell(Mark.student, style: theme.accent) }
    for (from, _) in moved { canvas[from.x, from.y] = Cell(Mark.reference, style: theme.other) }
    for (from, to) in moves where cell(from) == cell(to) {
      canvas[cell(from).x, cell(from).y] = Cell(Mark.stayed, style: theme.strong)
    }
    let labelled = cloud.tokens.map { token -> (token: OutputMap.Token, place: Place) in
      let length = max(1e-6, hypot(token.mean.x, token.mean.y))
      return (token, cell(OutputMap.Point(x: token.mean.x / length, y: token.mean.y / length)))
    }
    drawLabels(labelled, state, field, &canvas)
  }

  /// Each token's text on the circle, outside of the mean of its frames, the most frequent ones first,
  /// where there is room for it.
  private static func drawLabels(
    _ tokens: [(token: OutputMap.Token, place: Place)], _ state: DashboardState, _ field: Rect,
    _ canvas: inout Canvas
  ) {
    let pieces = state.subject.models[state.model].pieces
    for (token, place) in tokens {
      let number = token.token
      let text = (pieces.indices.contains(number) ? pieces[number] : "\(number)")
        .replacingOccurrences(of: "\u{2581}", with: "_")
      let width = CharacterWidth.of(text)
      let x = token.mean.x < 0 ? place.x - width : place.x + 1
      // A blank on either side, or two labels would read as one.
      let around = (x - 1)...(x + width)
      guard x >= field.x, x + width <= field.maxX,
        around.allSatisfy({ $0 == place.x || canvas[$0, place.y] == .blank })
      else { continue }
      canvas.text(text, x: x, y: place.y, style: state.theme.text)
    }
  }

  private struct Place: Equatable {
    var x, y: Int
  }

  /// While a new one is worked out the last one stays, rather than an empty field.
  private static func lastKnown(_ state: DashboardState) -> OutputCloud? {
    state.probes.newestCloud(of: state.model, state.compute)
  }
}
