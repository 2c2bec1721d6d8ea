// A raster finer than the cells: 2x4 dots in braille, 2x2 in quadrant blocks, 1x1 in ASCII.

package struct BrailleCanvas: Sendable {
  /// In cells.
  package let size: Size
  /// In dots.
  package let dots: Size
  private let symbols: Symbols
  private var bits: [UInt8]
  private var styles: [Style]
  private var marks: [Character]

  package init(_ size: Size, symbols: Symbols = .braille) {
    self.size = Size(width: max(0, size.width), height: max(0, size.height))
    self.symbols = symbols
    let (across, down) = Self.density(symbols.dots)
    dots = Size(width: self.size.width * across, height: self.size.height * down)
    let count = self.size.width * self.size.height
    bits = [UInt8](repeating: 0, count: count)
    styles = [Style](repeating: Style(), count: count)
    marks = [Character](repeating: " ", count: count)
  }

  /// Dots in a cell.
  static func density(_ dots: Symbols.Dots) -> (across: Int, down: Int) {
    switch dots {
    case .braille: (2, 4)
    case .block: (2, 2)
    case .ascii: (1, 1)
    }
  }

  /// Sets a dot; (0, 0) is top left, outside is ignored. A cell takes the style of its last dot,
  /// and in ASCII that dot's mark.
  package mutating func set(
    x: Int, y: Int, style: Style = Style(), mark: Character = "*"
  ) {
    guard x >= 0, y >= 0, x < dots.width, y < dots.height else { return }
    let (across, down) = Self.density(symbols.dots)
    let index = y / down * size.width + x / across
    bits[index] |= 1 << UInt8(y % down * across + x % across)
    styles[index] = style
    marks[index] = mark
  }

  /// A straight line. The ends may be anywhere; the part outside costs nothing.
  package mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), style: Style = Style(),
    mark: Character = "*"
  ) {
    guard
      let (a, b) = Self.clip(
        start, end, width: Double(dots.width - 1), height: Double(dots.height - 1))
    else { return }
    let steps = max(1, Int(max(abs(b.x - a.x), abs(b.y - a.y)).rounded(.up)))
    for step in 0...steps {
      let part = Double(step) / Double(steps)
      set(
        x: Int((a.x + (b.x - a.x) * part).rounded()), y: Int((a.y + (b.y - a.y) * part).rounded()),
        style: style, mark: mark)
    }
  }

  /// Puts the raster on a canvas, leaving cells without dots as they are.
  package func draw(x: Int, y: Int, on canvas: inout Canvas) {
    for row in 0..<size.height {
      for column in 0..<size.width {
        let index = row * size.width + column
        guard bits[index] != 0 else { continue }
        canvas[x + column, y + row] = Cell(character(index), style: styles[index])
      }
    }
  }

  private func character(_ index: Int) -> Character {
    switch symbols.dots {
    case .ascii: return marks[index]
    case .block: return Self.quadrants[Int(bits[index])]
    case .braille:
      var value: UInt32 = 0x2800
      for (bit, weight) in Self.brailleWeights.enumerated() where bits[index] >> bit & 1 == 1 {
        value += weight
      }
      return Unicode.Scalar(value).map(Character.init) ?? " "
    }
  }

  /// Braille counts its dots down the columns, the bottom row last.
  private static let brailleWeights: [UInt32] = [1, 8, 2, 16, 4, 32, 64, 128]
  /// By bits: top left 1, top right 2, bottom left 4, bottom right 8.
  private static let quadrants: [Character] = [
    " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
  ]

  /// Liang-Barsky: the part of a line inside 0...width x 0...height.
  private static func clip(
    _ a: (x: Double, y: Double), _ b: (x: Double, y: Double), width: Double, height: Double
  ) -> ((x: Double, y: Double), (x: Double, y: Double))? {
    guard width >= 0, height >= 0, a.x.isFinite, a.y.isFinite, b.x.isFinite, b.y.isFinite else {
      return nil
    }
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    var (enter, leave) = (0.0, 1.0)
    for (slope, room) in [(-dx, a.x), (dx, width - a.x), (-dy, a.y), (dy, height - a.y)] {
      if slope == 0 {
        if room < 0 { return nil }
      } else if slope < 0 {
        enter = max(enter, room / slope)
      } else {
        leave = min(leave, room / slope)
      }
    }
    guard enter <= leave else { return nil }
    return (
      (a.x + dx * enter, a.y + dy * enter), (a.x + dx * leave, a.y + dy * leave)
    )
  }
}
