// Every layer from the audio down to the text: run or skipped, its share of the compute, its time.

import TerminalUI

extension PanelKind {
  package static let layers = PanelKind(LayerPanel.self)
}

enum LayerPanel: Panel {
  static let name = "layers"
  static let showsLayerCursor = true

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    canvas.frame(
      title: canvas.size.width >= 40
        ? "Layers (\(key: .up) \(key: .down), \(key: " "))" : "Layers",
      trailing: KeyText(counts(state)), theme: theme)
    canvas.wheel(up: .up, down: .down)
    let rows = Rows(state, height: canvas.size.height)
    let columns = Columns(width: canvas.size.width)
    if let y = rows.heading {
      canvas.text("compute", x: columns.share, y: y, style: theme.muted)
      // The bar and the number beside it are one column.
      canvas.textRight(
        columns.barWidth >= 6 ? "time, measured" : "measured", end: columns.end, y: y,
        style: theme.muted)
    } else {
      let legend = columns.barWidth >= 2 ? "% compute, bar: time" : "% compute, time"
      let start = canvas.size.width - 3 - legend.count - 2
      if start >= (rows.visible.upperBound < state.layerCount ? 14 : 2) {
        canvas.text(" \(legend) ", x: start, y: canvas.size.height - 1, style: theme.muted)
      }
    }
    let stages = state.costs.stages
    let total = stages.total(.full(state.layerCount))
    // The text is not out before it is decoded.
    let times = state.costs.stageSeconds.map { stages in
      var stages = stages
      stages.head += state.costs.decodingSeconds ?? 0
      return stages
    }
    let longest = times.map { max($0.frontEnd, $0.head, $0.layers.max() ?? 0) } ?? 0
    if let y = rows.frontEnd {
      drawEnd(
        "audio in", stages.frontEnd / total, times?.frontEnd, longest, y, columns, theme,
        state.symbols, &canvas)
    }
    for (row, layer) in rows.visible.enumerated() {
      let y = rows.first + row * rows.pitch
      canvas.press(Rect(x: 1, y: y, width: columns.end, height: 1), .toggle(layer))
      let often = state.share(ofLayer: layer)
      let runs = often.map { $0 > 0 } ?? true
      let style = runs ? theme.text : theme.skipped
      if layer == state.layerCursor { canvas.text("▸", x: 1, y: y, style: theme.accentStrong) }
      canvas.textRight("\(layer + 1)", end: 5, y: y, style: style)
      canvas.text(
        label(often, isShare: state.walk.mask == nil), x: 6, y: y,
        style: runs ? theme.accent : theme.skipped)
      let share = percent(stages.layers[layer] / total)
      canvas.textRight(share, end: columns.share + 7, y: y, style: style)
      if runs {
        drawTime(
          times?.layers[layer], longest, y, columns, theme.accent, theme, state.symbols, &canvas)
      } else {
        canvas.textRight("–", end: columns.end - 3, y: y, style: theme.skipped)
      }
    }
    if let y = rows.head {
      drawEnd(
        "text out", stages.head / total, times?.head, longest, y, columns, theme, state.symbols,
        &canvas)
    }
    if rows.visible.lowerBound > 0 {
      canvas.text(
        " ▲ \(rows.visible.lowerBound) more ", x: 2, y: rows.first - 1, style: theme.muted)
    }
    if rows.visible.upperBound < state.layerCount {
      canvas.text(
        " ▼ \(state.layerCount - rows.visible.upperBound) more ", x: 2,
        y: canvas.size.height - 1, style: theme.muted)
    }
  }

  /// How many layers run, and how many do not.
  private static func counts(_ state: DashboardState) -> String {
    if state.walk.mask == nil {
      let mean = state.present?.meanKeptCount ?? Double(state.walk.keptCount)
      return "\(fixed(mean, 1)) of \(state.layerCount) run, a mean"
    }
    return "\(state.walk.keptCount) run, \(state.layerCount - state.walk.keptCount) skipped"
  }

  /// What becomes of a layer, or in how many of the utterances it runs.
  private static func label(_ share: Double?, isShare: Bool) -> String {
    guard let share else { return "–" }
    let box = share >= 0.5 ? "■" : "□"
    return isShare ? "\(box) \(fixed(share * 100, 0)) %" : share > 0 ? "■ run" : "□ skip"
  }

  private static func drawEnd(
    _ name: String, _ share: Double, _ seconds: Double?, _ longest: Double, _ y: Int,
    _ columns: Columns, _ theme: Theme, _ symbols: Symbols, _ canvas: inout Canvas
  ) {
    canvas.text(name, x: 3, y: y, style: theme.muted)
    canvas.textRight(percent(share), end: columns.share + 7, y: y, style: theme.muted)
    drawTime(seconds, longest, y, columns, theme.muted, theme, symbols, &canvas)
  }

  private static func drawTime(
    _ seconds: Double?, _ longest: Double, _ y: Int, _ columns: Columns, _ style: Style,
    _ theme: Theme, _ symbols: Symbols, _ canvas: inout Canvas
  ) {
    canvas.textRight(milliseconds(seconds), end: columns.end, y: y, style: theme.text)
    if let seconds, longest > 0 {
      Gauge(seconds / longest, style: style, trackStyle: nil, symbols: symbols).draw(
        in: Rect(x: columns.bar, y: y, width: columns.barWidth, height: 1), on: &canvas)
    }
  }

  // MARK: - Geometry

  private struct Columns {
    /// Where the compute share starts, the bar, and one past the last column of text.
    var share, bar, end: Int
    var barWidth: Int

    init(width: Int) {
      share = 13
      bar = share + 9
      end = width - 2
      barWidth = max(0, end - bar - 9)
    }
  }

  /// Which row shows what in a panel of a given height.
  private struct Rows {
    var heading: Int?
    var frontEnd: Int?
    var first = 1
    var pitch = 1
    var visible: Range<Int>
    var head: Int?

    init(_ state: DashboardState, height: Int) {
      let count = state.layerCount
      let room = height - 2
      if room >= count + 3 {
        pitch = room >= 2 * count + 4 ? 2 : 1
        heading = 1
        frontEnd = 2
        first = 2 + pitch
        visible = 0..<count
        head = first + count * pitch
        return
      }
      if room > count {
        heading = 1
        first = 2
      }
      let shown = min(count, max(0, height - 1 - first))
      visible = window(of: shown, around: state.layerCursor, in: count)
    }
  }
}
