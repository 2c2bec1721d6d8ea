// Sizes and rectangles in terminal cells; (0, 0) is the top left corner.

/// Columns and rows. Never negative in practice; a negative request makes an empty canvas.
package struct Size: Sendable, Equatable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

/// A part of the screen. Width and height are never negative: every way to make a smaller
/// rectangle stops at empty, so that widgets need no size checks of their own.
package struct Rect: Sendable, Equatable, Hashable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  package var isEmpty: Bool { width <= 0 || height <= 0 }
  /// One past the last column.
  package var maxX: Int { x + width }
  /// One past the last row.
  package var maxY: Int { y + height }
  package var size: Size { Size(width: width, height: height) }

  package func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < maxX && y >= self.y && y < maxY
  }

  package func inset(by amount: Int) -> Rect { inset(x: amount, y: amount) }

  package func inset(x dx: Int, y dy: Int) -> Rect {
    Rect(
      x: x + min(dx, width / 2), y: y + min(dy, height / 2),
      width: width - 2 * dx, height: height - 2 * dy)
  }

  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// The first `columns` columns and the rest; the first part gets all there is when there is less.
  package func split(left columns: Int) -> (left: Rect, rest: Rect) {
    let taken = min(max(0, columns), width)
    return (
      Rect(x: x, y: y, width: taken, height: height),
      Rect(x: x + taken, y: y, width: width - taken, height: height)
    )
  }

  /// The last `columns` columns and the rest.
  package func split(right columns: Int) -> (rest: Rect, right: Rect) {
    let (rest, right) = split(left: width - min(max(0, columns), width))
    return (rest, right)
  }

  /// The first `rows` rows and the rest.
  package func split(top rows: Int) -> (top: Rect, rest: Rect) {
    let taken = min(max(0, rows), height)
    return (
      Rect(x: x, y: y, width: width, height: taken),
      Rect(x: x, y: y + taken, width: width, height: height - taken)
    )
  }

  /// The last `rows` rows and the rest.
  package func split(bottom rows: Int) -> (rest: Rect, bottom: Rect) {
    let (rest, bottom) = split(top: height - min(max(0, rows), height))
    return (rest, bottom)
  }

  /// One row of the rectangle, empty when there is no such row.
  package func row(_ index: Int) -> Rect {
    Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
  }

  /// `count` side-by-side columns (or stacked rows) of sizes that differ by at most one.
  package func columns(_ count: Int, gap: Int = 0) -> [Rect] {
    Self.shares(count, of: width, gap: gap).map {
      Rect(x: x + $0.lowerBound, y: y, width: $0.count, height: height)
    }
  }

  package func rows(_ count: Int, gap: Int = 0) -> [Rect] {
    Self.shares(count, of: height, gap: gap).map {
      Rect(x: x, y: y + $0.lowerBound, width: width, height: $0.count)
    }
  }

  private static func shares(_ count: Int, of length: Int, gap: Int) -> [Range<Int>] {
    guard count > 0 else { return [] }
    let space = max(0, length - gap * (count - 1))
    return (0..<count).map { index in
      let start = min(length, space * index / count + gap * index)
      let size = space * (index + 1) / count - space * index / count
      return start..<min(length, start + size)
    }
  }
}
