// A range in parts of about one size.

/// A range of rows in so many parts, each a whole number of grains long but the last, and as many grains as can
/// be in each.
package struct EvenParts: Sendable {
  private let range: Range<Int>
  private let grain, grains: Int
  /// No more than there are grains.
  package let count: Int

  /// - Parameter most: parts that are wanted.
  package init(_ range: Range<Int>, grain: Int, most: Int) {
    (self.range, self.grain) = (range, grain)
    grains = (range.count + grain - 1) / grain
    count = min(grains, most)
  }

  /// The same in as few parts as have at most so many grains.
  package init(_ range: Range<Int>, grain: Int, mostGrains: Int) {
    let grains = (range.count + grain - 1) / grain
    self.init(range, grain: grain, most: (grains + mostGrains - 1) / mostGrains)
  }

  package subscript(part: Int) -> Range<Int> {
    let (first, end) = (part * grains / count, (part + 1) * grains / count)
    return range.lowerBound + first * grain..<min(range.upperBound, range.lowerBound + end * grain)
  }
}
