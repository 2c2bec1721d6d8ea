// A horizontal bar.

package struct Gauge: Sendable {
  /// 0 to 1; clamped, and not a number counts as 0.
  package var fraction: Double
  package var style: Style
  /// Of the part not filled; nil leaves those cells as they are.
  package var trackStyle: Style?
  package var symbols: Symbols

  package init(
    _ fraction: Double, style: Style = Style(), trackStyle: Style? = Style(dim: true),
    symbols: Symbols = .braille
  ) {
    self.fraction = fraction
    self.style = style
    self.trackStyle = trackStyle
    self.symbols = symbols
  }

  /// Fills every row of the area. Something above 0 shows at least the thinnest piece, and
  /// something below 1 never looks full.
  package func draw(in area: Rect, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let pieces = symbols.bar.count
    let total = area.width * pieces
    let value = fraction.isFinite ? min(1, max(0, fraction)) : (fraction == .infinity ? 1 : 0)
    var filled = Int((value * Double(total)).rounded())
    if value > 0, filled == 0 { filled = 1 }
    if value < 1, filled == total, total > 1 { filled = total - 1 }
    for column in 0..<area.width {
      let piece = min(pieces, filled - column * pieces)
      let cell =
        piece > 0
        ? Cell(symbols.bar[piece - 1], style: style)
        : trackStyle.map { Cell(symbols.track, style: $0) }
      guard let cell else { continue }
      for y in area.y..<area.maxY { canvas[area.x + column, y] = cell }
    }
  }
}
