// Token posteriors over time after the chosen layer, as a heat map.

import Foundation
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let posteriors = PanelKind(PosteriorsPanel.self)
}

enum PosteriorsPanel: Panel {
  static let name = "posteriors"
  static let showsLayerCursor = true

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(
      title: "Tokens over time after layer \(state.layerCursor + 1)",
      trailing: "another layer (\(key: .up) \(key: .down))", theme: theme)
    canvas.wheel(up: .up, down: .down)
    guard let request = state.wantedProbe, let lens = state.probes.lenses[request],
      lens.readings.indices.contains(state.layerCursor + 1)
    else { return }
    let reading = lens.readings[state.layerCursor + 1]
    let pieces = state.subject.models[state.model].pieces
    let labelWidth = 9
    let field = Rect(
      x: 2 + labelWidth, y: 1, width: size.width - 4 - labelWidth, height: size.height - 3)
    guard field.width > 4, field.height > 0, !reading.frames.isEmpty else { return }
    let tokens = Self.tokens(reading, count: field.height)
    // Several frames a column, or one frame in several columns, never a fraction of one.
    for (row, token) in tokens.enumerated() {
      let name = pieces.indices.contains(token) ? pieces[token] : "\(token)"
      canvas.text(
        name.replacingOccurrences(of: "\u{2581}", with: "_"), x: 2, y: field.y + row,
        style: theme.muted, width: labelWidth - 1)
      for column in 0..<field.width {
        let frames = Self.frames(column, of: field.width, count: reading.frames.count)
        let share =
          frames.map { frame in
            reading.frames[frame].first { $0.token == token }?.share ?? 0
          }.max() ?? 0
        let cell = Cell.heat(share, theme, state.symbols)
        if let cell { canvas[field.x + column, field.y + row] = cell }
      }
    }
    let seconds = Double(reading.frames.count) * lens.frameSeconds
    canvas.text("0 s", x: field.x, y: size.height - 2, style: theme.muted)
    canvas.textRight(
      "\(fixed(seconds, 1)) s", end: field.maxX, y: size.height - 2, style: theme.muted)
  }

  /// The tokens with most weight over all frames, in the order of their peaks.
  private static func tokens(_ reading: LayerLens.Reading, count: Int) -> [Int] {
    var weight: [Int: Float] = [:]
    var peak: [Int: (frame: Int, share: Float)] = [:]
    for (frame, shares) in reading.frames.enumerated() {
      for share in shares where share.token != 0 {
        weight[share.token, default: 0] += share.share
        if share.share > peak[share.token]?.share ?? 0 {
          peak[share.token] = (frame, share.share)
        }
      }
    }
    let heaviest = weight.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(count)
    return heaviest.map(\.key).sorted {
      (peak[$0]?.frame ?? 0, $0) < (peak[$1]?.frame ?? 0, $1)
    }
  }

  private static func frames(_ column: Int, of width: Int, count: Int) -> Range<Int> {
    let first = min(count - 1, column * count / width)
    return first..<max(first + 1, min(count, (column + 1) * count / width))
  }
}
