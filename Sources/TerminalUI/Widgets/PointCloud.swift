// Thousands of points on a raster of dots, their density told by style.

import Foundation

/// A dot a point. Where a dot is taken the point stands beside it, so that many points in one place can be
/// told from few; those that find none near enough only add to the density.
package struct PointCloud: Sendable {
  package var points: [(x: Double, y: Double)]
  /// How far from its place a point may stand, in units of x.
  package var spread: Double
  /// From a cell with one point to the one with most, on a logarithmic scale.
  package var styles: [Style]

  package init(points: [(x: Double, y: Double)], spread: Double, styles: [Style]) {
    precondition(!styles.isEmpty, "a cloud without a style")
    self.points = points
    self.spread = spread
    self.styles = styles
  }

  /// By density, where a cell has no dots.
  private static let marks: [Character] = [".", ":", "=", "#"]

  /// - Parameters:
  ///   - reach: `spread` in dots.
  ///   - dot: where a point lies, in dots.
  func draw(
    on raster: inout BrailleCanvas, symbols: Symbols, reach: Int,
    dot: ((x: Double, y: Double)) -> (x: Double, y: Double)
  ) {
    let (width, height) = (raster.dots.width, raster.dots.height)
    let (across, down) = BrailleCanvas.density(symbols.dots)
    var isTaken = [Bool](repeating: false, count: width * height)
    var counts = [Int](repeating: 0, count: raster.size.width * raster.size.height)
    func cell(_ x: Int, _ y: Int) -> Int { y / down * raster.size.width + x / across }
    var placed: [(x: Int, y: Int)] = []
    for point in points {
      let place = dot(point)
      guard (-0.5..<Double(width) - 0.5).contains(place.x),
        (-0.5..<Double(height) - 0.5).contains(place.y)
      else { continue }
      let (x, y) = (Int(place.x.rounded()), Int(place.y.rounded()))
      // Its own dot, then one to the right, one to the left, two to the right ...
      var (free, tried) = (x, 0)
      while tried <= 2 * reach, free < 0 || free >= width || isTaken[y * width + free] {
        tried += 1
        free = x + (tried % 2 == 1 ? (tried + 1) / 2 : -tried / 2)
      }
      let isPlaced = tried <= 2 * reach
      if isPlaced {
        isTaken[y * width + free] = true
        placed.append((free, y))
      }
      counts[cell(isPlaced ? free : x, y)] += 1
    }
    let most = log(Double(counts.max() ?? 0) + 1)
    let levels = counts.map { count in
      count == 0
        ? 0 : min(styles.count - 1, Int(Double(styles.count) * (log(Double(count)) / most)))
    }
    for (x, y) in placed {
      let level = levels[cell(x, y)]
      raster.set(
        x: x, y: y, style: styles[level], mark: Self.marks[level * Self.marks.count / styles.count])
    }
  }
}
