// Two clouds of output distributions in the plane of the reference's principal components.

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
    let model = state.subject.models[state.model].name
    canvas.frame(title: "Output distributions", trailing: "one dot a frame", theme: theme)
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
    // The frame of the reference, with air, so that clouds can be seen to drift out of it.
    let xs = cloud.reference.map(\.x)
    let ys = cloud.reference.map(\.y)
    guard let left = xs.min(), let right = xs.max(), let low = ys.min(), let high = ys.max() else {
      return
    }
    let shapes = Shapes(state.symbols)
    func layer(_ points: [OutputMap.Point], _ shape: Shapes.Shape, _ style: Style) -> Canvas {
      var raster = BrailleCanvas(field.size, symbols: shape.raster)
      for point in points {
        let air = Float(0.08)
        let x = (point.x - left + air * (right - left)) / max(1e-6, (right - left) * (1 + 2 * air))
        let y = (point.y - low + air * (high - low)) / max(1e-6, (high - low) * (1 + 2 * air))
        raster.set(
          x: Int(x * Float(raster.dots.width - 1)), y: Int((1 - y) * Float(raster.dots.height - 1)),
          style: style, mark: shape.sample)
      }
      var layer = Canvas(field.size)
      raster.draw(x: 0, y: 0, on: &layer)
      return layer
    }
    let reference = layer(cloud.reference, shapes.reference, theme.other)
    let student = layer(cloud.student, shapes.student, theme.accent)
    for y in 0..<field.height {
      for x in 0..<field.width {
        let (a, b) = (reference[x, y], student[x, y])
        canvas[field.x + x, field.y + y] =
          a == .blank ? b : b == .blank ? a : Cell(shapes.both, style: theme.strong)
      }
    }
    canvas.pieces(
      [
        ("\(shapes.reference.sample) ", theme.other),
        ("\(cloud.referenceName), all layers   ", theme.muted),
        ("\(shapes.student.sample) ", theme.accent),
        ("\(model), \(state.mask.keptCount) of \(state.layerCount)   ", theme.text),
        ("\(shapes.both) ", theme.strong), ("both", theme.muted),
        (isPresent ? "" : "  (the one before; working)", theme.muted),
      ], x: 2, y: field.maxY, width: size.width - 4)
    let shown = "\(fixed(cloud.varianceShown * 100, 0)) % of the variance"
    canvas.wording(
      "\(cloud.reference.count) frames that are not blank, of \(cloud.utterances) utterances; the two "
        + "components show \(shown)",
      "\(cloud.reference.count) frames of \(cloud.utterances) utterances; \(shown)", shown, x: 2,
      y: field.maxY + 1, style: theme.muted, width: size.width - 4, symbols: state.symbols)
  }

  /// How the clouds are drawn: apart by shape, so that colour is not needed.
  private struct Shapes {
    struct Shape {
      var raster: Symbols
      /// In the legend; in ASCII also in the field.
      var sample: Character
    }

    let reference, student: Shape
    /// Where both have a point.
    let both: Character = "●"

    init(_ symbols: Symbols) {
      let isFine = symbols.dots == .braille
      // Fine dots beside coarse blocks; without braille a mark each.
      reference =
        isFine ? Shape(raster: .braille, sample: "⠕") : Shape(raster: .ascii, sample: "○")
      student = isFine ? Shape(raster: .block, sample: "▚") : Shape(raster: .ascii, sample: "×")
    }
  }

  /// While a new one is worked out the last one stays, rather than an empty field.
  private static func lastKnown(_ state: DashboardState) -> OutputCloud? {
    state.probes.newestCloud(of: state.model)
  }
}
