// A canvas as an SVG picture, for documents: what a terminal of that size shows.

/// Colours an SVG gives the default colours, as CSS colours.
package struct SVGColors: Sendable, Equatable {
  package var foreground: String
  package var background: String

  package static let dark = SVGColors(foreground: "#d4d4d4", background: "#16181d")
  package static let light = SVGColors(foreground: "#24292f", background: "#ffffff")
  package static let contrast = SVGColors(foreground: "#ffffff", background: "#000000")
}

extension Canvas {
  /// A complete SVG document. Text stays text; box lines meet because each row is as high as the
  /// font's line.
  /// - Parameter title: what a screen reader says.
  package func svg(title: String, colors: SVGColors = .dark) -> String {
    let (cellWidth, cellHeight, margin) = (8.4, 17.0, 12.0)
    let width = Double(size.width) * cellWidth + 2 * margin
    let height = Double(size.height) * cellHeight + 2 * margin
    var body = ""
    for y in 0..<size.height {
      let top = margin + Double(y) * cellHeight
      for run in runs(y) {
        let left = margin + Double(run.start) * cellWidth
        let length = Double(run.columns) * cellWidth
        let (front, back) = Self.resolve(run.style, colors)
        if back != colors.background {
          body += "<rect x=\"\(Self.number(left))\" y=\"\(Self.number(top))\""
          body += " width=\"\(Self.number(length))\" height=\"\(Self.number(cellHeight))\""
          body += " fill=\"\(back)\"/>\n"
        }
        guard run.text.contains(where: { $0 != " " }) else { continue }
        body += "<text x=\"\(Self.number(left))\" y=\"\(Self.number(top + 13))\""
        // A reader's font may have another width: the grid must hold all the same.
        body += " textLength=\"\(Self.number(length))\" lengthAdjust=\"spacingAndGlyphs\""
        if front != colors.foreground { body += " fill=\"\(front)\"" }
        if run.style.bold { body += " font-weight=\"bold\"" }
        if run.style.italic { body += " font-style=\"italic\"" }
        if run.style.underline { body += " text-decoration=\"underline\"" }
        if run.style.dim { body += " opacity=\"0.6\"" }
        body += ">\(run.text.inXML)</text>\n"
      }
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 \(Self.number(width)) \
      \(Self.number(height))" width="\(Self.number(width))" height="\(Self.number(height))">
      <title>\(title.inXML)</title>
      <rect width="100%" height="100%" rx="6" fill="\(colors.background)"/>
      <g xml:space="preserve" fill="\(colors.foreground)" font-size="14" \
      font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace">
      \(body)</g>
      </svg>

      """
  }

  private struct Run {
    var start: Int
    var columns: Int
    var text: String
    var style: Style
  }

  /// Neighbouring cells of one style. Symbols, which fonts often take from elsewhere in another
  /// width, only join their like; a wide character stands alone. So each stays in its place.
  private func runs(_ y: Int) -> [Run] {
    var runs: [Run] = []
    for x in 0..<size.width {
      let cell = self[x, y]
      if cell.character == Cell.continuation {
        if !runs.isEmpty { runs[runs.count - 1].columns += 1 }
        continue
      }
      if let last = runs.last, last.style == cell.style, let before = last.text.last,
        Self.isOne(before, cell.character)
          || (before == cell.character && CharacterWidth.of(before) == 1)
          || (Self.isPlain(before) && Self.isPlain(cell.character))
      {
        runs[runs.count - 1].text.append(cell.character)
        runs[runs.count - 1].columns += 1
      } else {
        runs.append(Run(start: x, columns: 1, text: String(cell.character), style: cell.style))
      }
    }
    return runs
  }

  /// Whether both are pieces of one character, which a font may draw as one.
  private static func isOne(_ before: Character, _ after: Character) -> Bool {
    !after.isASCII && "\(before)\(after)".count == 1
  }

  private static func isPlain(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { $0.value < 0x2000 }
      && CharacterWidth.pieces(of: character).allSatisfy { CharacterWidth.of($0) == 1 }
  }

  private static func resolve(_ style: Style, _ colors: SVGColors) -> (String, String) {
    let front = hex(style.foreground) ?? colors.foreground
    let back = hex(style.background) ?? colors.background
    return style.reverse ? (back, front) : (front, back)
  }

  private static func hex(_ color: Color) -> String? {
    guard case .palette(let index) = color else { return nil }
    let (red, green, blue) = XtermPalette.rgb(index)
    let digits = Array("0123456789abcdef")
    return "#" + [red, green, blue].map { "\(digits[$0 / 16])\(digits[$0 % 16])" }.joined()
  }

  /// One decimal is finer than a screen.
  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
