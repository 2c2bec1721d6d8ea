// How far the output distributions are from the reference's: the mean and a histogram.

import Foundation
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let divergence = PanelKind(DivergencePanel.self)
}

enum DivergencePanel: Panel {
  static let name = "divergence"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let request = state.wantedProbe
    let cloud = request.flatMap { state.probes.clouds[$0] }
    // Without a model called so, a model is its own reference.
    let isSelf = cloud.map { $0.referenceName != "reference" } ?? false
    canvas.frame(
      title: isSelf ? "Self-KL, from its own full depth" : "Reference KL", trailing: "nats a frame",
      theme: theme)
    guard let cloud else { return }
    let rate = rate(state.presentPoint, state)
    canvas.pieces(
      [
        ("mean ", theme.muted), (fixed(cloud.meanDivergence, 3), theme.accentStrong),
        ("   median ", theme.muted), (fixed(median(cloud.divergences), 3), theme.text),
        (rate == nil ? "" : "   WER ", theme.muted), (rate ?? "", theme.text),
      ], x: 2, y: 1, width: size.width - 4)
    // A blank line above them, unless they need it.
    let room = size.height - 3
    let bins = bins(cloud.divergences, most: max(1, room))
    let most = max(1, bins.map(\.count).max() ?? 1)
    var y = bins.count < room ? 3 : 2
    for bin in bins where y < size.height - 1 {
      canvas.textRight(bin.label, end: 11, y: y, style: theme.muted)
      let width = size.width - 12 - 2 - 6
      Gauge(
        Double(bin.count) / Double(most), style: theme.accent, trackStyle: nil,
        symbols: state.symbols
      ).draw(in: Rect(x: 12, y: y, width: max(0, width), height: 1), on: &canvas)
      canvas.textRight("\(bin.count)", end: size.width - 2, y: y, style: theme.text)
      y += 1
    }
    let others = others(state, isSelf: isSelf)
    if !others.isEmpty, y + 2 + others.count < size.height {
      y += 1
      canvas.text("mean at other settings seen", x: 2, y: y, style: theme.muted)
      canvas.textRight("WER", end: size.width - 12, y: y, style: theme.muted)
      for other in others.prefix(size.height - y - 2) {
        y += 1
        canvas.text(other.name, x: 2, y: y, style: theme.text, width: size.width - 22)
        canvas.textRight(other.rate, end: size.width - 12, y: y, style: theme.text)
        canvas.textRight(fixed(other.mean, 3), end: size.width - 2, y: y, style: theme.text)
      }
    }
  }

  /// Bounds about three times apart, because divergences are of all sizes.
  private static let bounds: [(name: String, value: Double)] = [
    ("0.001", 0.001), ("0.01", 0.01), ("0.1", 0.1), ("0.3", 0.3), ("1", 1), ("3", 3), ("10", 10),
  ]

  /// At most so many: neighbours are put together until they fit.
  private static func bins(_ values: [Double], most: Int) -> [(label: String, count: Int)] {
    let width = (bounds.count + most) / most
    let kept = bounds.enumerated().filter { ($0.offset + 1) % width == 0 }.map(\.element)
    var result: [(label: String, count: Int)] = []
    var low = (name: "0", value: 0.0)
    for high in kept {
      result.append(("< \(high.name)", values.count { $0 >= low.value && $0 < high.value }))
      low = high
    }
    result.append(("\(low.name) and up", values.count { $0 >= low.value }))
    return result
  }

  /// A KL is no error rate: where that is known it stands beside it.
  private static func rate(_ point: OperatingPoint, _ state: DashboardState) -> String? {
    state.measurements[point].flatMap { known in
      known.errorRate.map { marked(percent($0), isComplete: known.isComplete) }
    }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  /// What was seen before of the same kind, by model and depth, for comparison.
  private static func others(
    _ state: DashboardState, isSelf: Bool
  ) -> [(name: String, rate: String, mean: Double)] {
    state.probes.clouds.compactMap { request, cloud -> (String, String, Double)? in
      guard case .cloud(let model, let walk, let compute) = request, request != state.wantedProbe,
        (cloud.referenceName != "reference") == isSelf
      else { return nil }
      let point = OperatingPoint(
        model: model, walk: walk, compute: compute, decoding: state.decoding)
      return (
        "\(state.subject.models[model].name), \(walk.keptCount) of \(walk.layerCount)\(point.remark)",
        rate(point, state) ?? "–", cloud.meanDivergence
      )
    }.sorted { ($0.2, $0.0) < ($1.2, $1.0) }
  }
}
