// Round numbers along an axis.

import Foundation

package struct AxisScale: Sendable, Equatable {
  package let range: ClosedRange<Double>
  /// Multiples of 1, 2, 2.5 or 5 times a power of ten, inside the range.
  package let ticks: [Double]
  private let decimals: Int

  /// Finds ticks for a range, at most `count` of them (at least the range's ends give a scale: an
  /// empty or infinite range becomes one around its value).
  package init(_ wanted: ClosedRange<Double>, count: Int) {
    range = Self.usable(wanted)
    let length = range.upperBound - range.lowerBound
    let rough = length / Double(max(1, count))
    let power = pow(10, floor(log10(rough)))
    // A step of this many ticks always fits: the next power of ten is a candidate.
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999_999 } ?? rough
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    ticks =
      last >= first && last - first < 1000
      ? stride(from: first, through: last, by: 1).map { $0 * step } : []
    // As many digits as tell neighbouring ticks apart.
    var decimals = 0
    while decimals < 9,
      abs((step * pow(10, Double(decimals))).rounded() / pow(10, Double(decimals)) - step) > step
        * 1e-6
    {
      decimals += 1
    }
    self.decimals = decimals
  }

  /// A tick's label, with the digits that tell it from its neighbours.
  package func label(_ tick: Double) -> String {
    let text = String(format: "%.\(decimals)f", tick)
    return text == "-0" ? "0" : text
  }

  /// Where a value lies, 0 to 1 inside the range.
  package func position(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  private static func usable(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low.isFinite, high.isFinite, (high - low).isFinite else { return 0...1 }
    // Too near each other for a double to tell ticks apart.
    if high - low > max(abs(low), abs(high)) * 1e-9, high - low > 1e-300 { return range }
    let half = max(0.5, abs(low) / 2)
    return low - half...low + half
  }
}
