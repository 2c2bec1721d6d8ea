// Curves in an SVG picture, with axes, error bars and a legend.

import Foundation

package struct LinePlot: Sendable {
  package struct Point: Sendable {
    package var x: Double
    package var y: Double
    /// The error bar.
    package var range: ClosedRange<Double>?
    /// Shown when the mouse rests on the point.
    package var note: String

    package init(x: Double, y: Double, range: ClosedRange<Double>?, note: String) {
      self.x = x
      self.y = y
      self.range = range
      self.note = note
    }
  }

  package struct Curve: Sendable {
    package var name: String
    /// From left to right.
    package var points: [Point]
    /// Position in the palette, which starts over when it ends.
    package var colour: Int
    /// 0 is a line, others are told apart by their dashes.
    package var dash: Int

    package init(name: String, points: [Point], colour: Int, dash: Int = 0) {
      self.name = name
      self.points = points
      self.colour = colour
      self.dash = dash
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var curves: [Curve]
  /// The axis ends here at the latest, whatever lies above it.
  package var highest: Double

  package init(
    title: String, xLabel: String, yLabel: String, curves: [Curve], highest: Double = .infinity
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.curves = curves
    self.highest = highest
  }

  /// Told apart by every kind of colour vision (Okabe and Ito's palette without the yellow).
  package static let colours = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000",
  ]
  private static let dashes = ["", "7 4", "2 4", "9 3 2 3"]
  private static let size = (width: 860.0, height: 560.0)
  private static let field = (left: 70.0, top: 50.0, right: 640.0, bottom: 490.0)

  package var svg: String {
    let all = curves.flatMap(\.points)
    let top = all.map { $0.range?.upperBound ?? $0.y }.max() ?? 1
    let x = AxisScale(0...max(all.map(\.x).max() ?? 1, 1e-9) * 1.05, intervals: 6)
    let y = AxisScale(0...max(min(top, highest), 1e-9) * 1.05, intervals: 8)
    let field = Self.field
    func across(_ value: Double) -> Double {
      field.left + x.position(value) * (field.right - field.left)
    }
    func down(_ value: Double) -> Double {
      field.bottom - min(1, y.position(value)) * (field.bottom - field.top)
    }
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.size.width)) \
      \(Int(Self.size.height))" font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="\(field.left)" y="28" font-size="16">\(title.inXML)</text>
      """
    ]
    for tick in y.ticks {
      let at = Self.number(down(tick))
      lines.append(
        """
        <path d="M\(field.left) \(at)H\(field.right)" stroke="#dddddd"/>
        <text x="\(field.left - 8)" y="\(at)" dy="4" text-anchor="end">\(y.label(tick))</text>
        """)
    }
    for tick in x.ticks {
      let at = Self.number(across(tick))
      lines.append(
        """
        <path d="M\(at) \(field.bottom)v6" stroke="#000000"/>
        <text x="\(at)" y="\(field.bottom + 22)" text-anchor="middle">\(x.label(tick))</text>
        """)
    }
    lines.append(
      """
      <path d="M\(field.left) \(field.top)V\(field.bottom)H\(field.right)" fill="none" stroke="#000000"/>
      <text x="\(field.right)" y="\(field.bottom + 46)" text-anchor="end">\(xLabel.inXML)</text>
      <text x="\(field.left)" y="\(field.top - 6)">\(yLabel.inXML)</text>
      """)
    for (index, curve) in curves.enumerated() {
      let colour = Self.colours[curve.colour % Self.colours.count]
      let dashes = Self.dashes[curve.dash % Self.dashes.count]
      let dash = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
      let places = curve.points.map { (across($0.x), down($0.y)) }
      let path = places.map { "\(Self.number($0.0)) \(Self.number($0.1))" }.joined(separator: "L")
      lines.append(
        "<path d=\"M\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"\(dash)/>")
      for (point, place) in zip(curve.points, places) {
        if let range = point.range {
          let (low, high) = (down(range.lowerBound), down(range.upperBound))
          lines.append(
            "<path d=\"M\(Self.number(place.0)) \(Self.number(low))V\(Self.number(high))\""
              + " stroke=\"\(colour)\" stroke-opacity=\"0.5\"/>")
        }
        lines.append(
          "<circle cx=\"\(Self.number(place.0))\" cy=\"\(Self.number(place.1))\" r=\"3\""
            + " fill=\"\(colour)\"><title>\(point.note.inXML)</title></circle>")
      }
      let top = field.top + 20 * Double(index)
      lines.append(
        """
        <path d="M660 \(top)h24" stroke="\(colour)" stroke-width="2"\(dash)/>
        <text x="692" y="\(top)" dy="4">\(curve.name.inXML)</text>
        """)
    }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
