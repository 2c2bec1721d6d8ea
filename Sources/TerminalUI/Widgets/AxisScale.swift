// Round numbers along an axis.

import Foundation

package struct AxisScale: Sendable, Equatable {
  package let range: ClosedRange<Double>
  /// Multiples of 1, 2, 2.5 or 5 times a power of ten, inside the range.
  package let ticks: [Double]
  private let decimals: Int

  /// From 0 to `end` or a little further, with ticks a whole number of cells apart, none behind `end`.
  /// - Parameters:
  ///   - intervals: at most so many whole steps up to `end`.
  ///   - cells: along the axis, its first and last cell included.
  package static func even(upTo end: Double, intervals: Int, cells: Int) -> AxisScale {
    let plain = AxisScale(0...end, intervals: intervals)
    guard plain.range == 0...end, plain.ticks.count > 1, cells > 1 else { return plain }
    let step = plain.ticks[1]
    let distance = (step / end * Double(cells - 1) + 1e-9).rounded(.down)
    guard distance >= 1 else { return plain }
    // Of the cells between the first and the last, so that a tick's place is never rounded elsewhere.
    let longer = step * Double(cells - 1) / distance
    return AxisScale(range: 0...longer, ticks: plain.ticks, decimals: plain.decimals)
  }

  /// Into how many intervals from 0 to `end` an axis of so many cells is cut evenly, into four or more where
  /// it can be and with as few cells as can be left over, and how many cells it then takes.
  package static func evenSteps(upTo end: Double, cells: Int) -> (intervals: Int, cells: Int)? {
    let choices = (1...max(1, (cells - 1) / 2)).compactMap { wanted -> (Int, Int)? in
      let scale = AxisScale(0...end, intervals: wanted)
      guard scale.range == 0...end, let last = scale.ticks.last, scale.ticks.first == 0,
        abs(last - end) <= 1e-9 * end
      else { return nil }
      let intervals = scale.ticks.count - 1
      return (intervals, intervals * ((cells - 1) / intervals) + 1)
    }
    let fine = choices.filter { $0.0 >= 4 }
    return (fine.isEmpty ? choices : fine).max { ($0.1, $0.0) < ($1.1, $1.0) }
  }

  private init(range: ClosedRange<Double>, ticks: [Double], decimals: Int) {
    (self.range, self.ticks, self.decimals) = (range, ticks, decimals)
  }

  /// Finds ticks that cut a range into at most `intervals` whole steps. An empty or infinite range
  /// becomes one around its value.
  package init(_ wanted: ClosedRange<Double>, intervals: Int) {
    let range = Self.usable(wanted)
    self.range = range
    let most = Double(max(1, intervals))
    let length = range.upperBound - range.lowerBound
    let power = pow(10, floor(log10(length / most)))
    func ends(_ step: Double) -> (first: Double, last: Double) {
      // Adding 0 turns -0 into 0.
      (
        (range.lowerBound / step - 1e-9).rounded(.up) + 0,
        (range.upperBound / step + 1e-9).rounded(.down) + 0
      )
    }
    // The last candidate is at least ten times too long: one of them always does.
    let step =
      [0.5, 1, 2, 2.5, 5, 10, 20].map { $0 * power }.first {
        ends($0).last - ends($0).first <= most
      } ?? length
    let (first, last) = ends(step)
    ticks = last < first ? [] : stride(from: first, through: last, by: 1).map { $0 * step }
    // As many digits as tell neighbouring ticks apart.
    var decimals = 0
    while decimals < 9 {
      let scaled = step * pow(10, Double(decimals))
      if abs(scaled - scaled.rounded()) <= 1e-6 * scaled { break }
      decimals += 1
    }
    self.decimals = decimals
  }

  /// A tick's label, with the digits that tell it from its neighbours.
  package func label(_ tick: Double) -> String {
    let text = String(format: "%.\(decimals)f", tick)
    // Rounding can leave a minus before zeros.
    return text.allSatisfy { "-0.".contains($0) } ? text.filter { $0 != "-" } : text
  }

  /// Where a value lies, 0 to 1 inside the range.
  package func position(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  private static func usable(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low > -1e300, high < 1e300 else { return 0...1 }
    // Too near each other for a double to tell ticks apart.
    if high - low > max(abs(low), abs(high)) * 1e-9, high - low > 1e-300 { return range }
    let half = max(0.5, abs(low) / 2)
    return low - half...low + half
  }
}
