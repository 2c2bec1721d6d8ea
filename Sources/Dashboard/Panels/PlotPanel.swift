// Error rate against compute: one point for every mask measured.

import Backbones
import Foundation
import TerminalUI

enum PlotPanel: Panel {
  static let name = "plot"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(title: "Trade-off", trailing: "lower left is better", theme: theme)
    // Rows: heading, the field, the axis, its numbers, its name, the legend.
    let left = 8
    let top = 2
    let bottom = size.height - 6
    let right = size.width - 3
    guard bottom - top >= 2, right - left >= 10 else { return }

    let points = state.measurements.values.compactMap { Point($0, state) }
    let highest = niceCeiling(max(0.05, points.map(\.errorRate).max() ?? 0.2))
    // From nothing, so that half the compute is half the way.
    let scaleX = niceCeiling(state.costs.gflopPerAudioSecond(state.fullMask))

    canvas.text("word error rate", x: 2, y: 1, style: theme.muted)
    for y in top...bottom { canvas.text("│", x: left, y: y, style: theme.muted) }
    for x in left...right {
      canvas.text(x == left ? "└" : "─", x: x, y: bottom + 1, style: theme.muted)
    }
    for tick in ticks(highest, length: bottom - top, spacing: 3) {
      let y = bottom - Int((Double(bottom - top) * tick).rounded())
      canvas.textRight(
        percent(highest * tick, decimals: decimals(highest * 100)), end: left - 1, y: y,
        style: theme.muted)
    }
    for tick in ticks(scaleX, length: right - left, spacing: 9) {
      let label = tick == 0 ? "0" : fixed(scaleX * tick, decimals(scaleX))
      let x = left + Int((Double(right - left) * tick).rounded())
      canvas.text(
        label, x: min(x - label.count / 2, right + 1 - label.count), y: bottom + 2,
        style: theme.muted)
    }
    canvas.textRight("GFLOP per second of audio", end: right + 1, y: bottom + 3, style: theme.muted)

    func place(_ point: Point) -> (x: Int, y: Int) {
      (
        left + Int((Double(right - left) * point.cost / scaleX).rounded()),
        bottom - Int((Double(bottom - top) * min(1, point.errorRate / highest)).rounded())
      )
    }
    // Partial points first, the present one last: what matters most is never covered.
    for point in points.sorted(by: { $0.rank < $1.rank }) {
      let (x, y) = place(point)
      canvas.text(point.glyph, x: x, y: y, style: point.style(theme))
    }
    for point in points.sorted(by: { $0.rank > $1.rank }) {
      let (x, y) = place(point)
      let label = "\(point.kept)"
      let isFree = (1...label.count + 1).allSatisfy {
        x + $0 < size.width - 1 && canvas[x + $0, y].character == " "
      }
      if isFree {
        canvas.text(
          label, x: x + 1, y: y, style: point.isPresent ? theme.accentStrong : theme.muted)
      }
    }
    canvas.pieces(
      [
        ("◆", theme.accentStrong), (" now  ", theme.muted), ("●", theme.text),
        (" measured  ", theme.muted), ("○", theme.text), (" partly", theme.muted),
        (size.width >= 44 ? "  number: layers run" : "", theme.muted),
      ], x: 2, y: size.height - 2, width: size.width - 4)
  }

  private struct Point {
    var cost, errorRate: Double
    var kept: Int
    var isPresent, isComplete: Bool

    init?(_ measurement: Measurement, _ state: DashboardState) {
      guard let rate = measurement.errorRate else { return nil }
      errorRate = rate
      cost = state.costs.gflopPerAudioSecond(measurement.mask)
      kept = measurement.mask.keptCount
      isPresent = measurement.mask == state.mask
      isComplete = measurement.isComplete
    }

    var rank: Int { isPresent ? 2 : isComplete ? 1 : 0 }
    var glyph: String { isPresent ? "◆" : isComplete ? "●" : "○" }
    func style(_ theme: Theme) -> Style {
      isPresent ? theme.accentStrong : isComplete ? theme.text : theme.muted
    }
  }

  /// Fractions of an axis of `length` cells, at least `spacing` apart: as many round parts as fit.
  private static func ticks(_ scale: Double, length: Int, spacing: Int) -> [Double] {
    // 3 and 6 divide by three, 1.5 as well; the others by four or five.
    let digits = Int((scale / pow(10, floor(log10(scale * 1.000_001)))) * 10 + 0.5)
    let parts =
      [15, 30, 60].contains(digits) ? [6, 3, 1] : [40, 80].contains(digits) ? [4, 2, 1] : [5, 1]
    let count = parts.first { length / $0 >= spacing } ?? 1
    return (0...count).map { Double($0) / Double(count) }
  }

  /// Decimals that show a fifth of a scale exactly enough.
  private static func decimals(_ scale: Double) -> Int {
    scale >= 10 ? 0 : scale >= 1 ? 1 : scale >= 0.1 ? 2 : 3
  }

  /// The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 times a power of ten.
  static func niceCeiling(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    var power = 1.0
    while power > value { power /= 10 }
    while power * 10 <= value { power *= 10 }
    return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map { $0 * power }.first { $0 >= value * 0.999_999 }
      ?? power * 10
  }
}
