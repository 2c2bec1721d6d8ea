// The transcript after every layer, and how far each layer moves its input.

import Speech
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let lens = PanelKind(LensPanel.self)
}

enum LensPanel: Panel {
  static let name = "lens"
  static let showsLayerCursor = true

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let items = state.subject.utterances
    let place: KeyText =
      items.indices.contains(state.utterance)
      ? "utterance \(state.utterance + 1) of \(items.count) (\(key: "[") \(key: "]"))" : ""
    canvas.wheel(up: .previousUtterance, down: .nextUtterance)
    canvas.frame(title: "What the head would say after each layer", trailing: place, theme: theme)
    guard let request = state.wantedProbe, items.indices.contains(state.utterance) else { return }
    let columns = Columns(width: size.width)
    var y = 1
    canvas.text("layer", x: 2, y: y, style: theme.muted)
    for (title, x) in columns.titles { canvas.textRight(title, end: x, y: y, style: theme.muted) }
    canvas.text("heard", x: columns.text, y: y, style: theme.muted)
    y += 1
    let lens = state.probes.lenses[request]
    let rows = Rows(state, height: size.height)
    for position in rows.visible {
      let reading = lens?.readings[position]
      if position > 0 {
        canvas.press(Rect(x: 1, y: y, width: size.width - 2, height: 1), .toggle(position - 1))
      }
      drawRow(position, reading, state, columns, y, &canvas)
      y += 1
    }
    drawHidden(rows.visible, state, &canvas)
    guard y < size.height - 1 else { return }
    canvas.text("said", x: 2, y: y, style: theme.muted)
    canvas.wording(
      items[state.utterance].words.joined(separator: " "), x: columns.text, y: y,
      style: theme.strong, width: size.width - 2 - columns.text, symbols: state.symbols)
    y += 1
    if y < size.height - 1 {
      canvas.wording(
        state.probes.failures[request]
          ?? (lens == nil
            ? "looking ..."
            : "self-KL: mean nats a frame from this model's own full depth to here"),
        "self-KL: from own full depth, in nats", x: 2, y: y, style: theme.muted,
        width: size.width - 4, symbols: state.symbols)
    }
  }

  private static func drawRow(
    _ position: Int, _ reading: LayerLens.Reading?, _ state: DashboardState, _ columns: Columns,
    _ y: Int, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let runs = position == 0 || state.mask[position - 1]
    let style = runs ? theme.text : theme.skipped
    if position > 0, position - 1 == state.layerCursor {
      canvas.text("▸", x: 1, y: y, style: theme.accentStrong)
    }
    canvas.text(
      position == 0
        ? "audio"
        : (position < 10 ? " \(position) " : "\(position) ")
          + (runs ? "■ run" : "□ skip"), x: 2, y: y,
      style: position == 0 ? theme.muted : runs ? theme.accent : theme.skipped)
    guard let reading else { return }
    if runs || position == 0 {
      let values: [String?] = [
        reading.cosine.map { fixed($0, 2) }, reading.normRatio.map { fixed($0, 2) },
        fixed(reading.divergence, reading.divergence < 10 ? 2 : 1),
      ]
      for (value, column) in zip(values, columns.titles) {
        canvas.textRight(value ?? "", end: column.end, y: y, style: style)
      }
    } else {
      canvas.textRight(
        fixed(reading.divergence, reading.divergence < 10 ? 2 : 1), end: columns.titles[2].end,
        y: y, style: style)
    }
    let width = canvas.size.width - 2 - columns.text
    guard runs else {
      canvas.wording(
        "skipped: passed on as it came", "skipped: passed on", "skipped", x: columns.text, y: y,
        style: style, width: width, symbols: state.symbols)
      return
    }
    let words = reading.alignment.map(word)
    var x = columns.text
    let end = columns.text + width
    for (text, isError) in words where x < end {
      canvas.text(text, x: x, y: y, style: isError ? theme.error : theme.text, width: end - x)
      x += CharacterWidth.of(text) + 1
    }
    let length = words.reduce(-1) { $0 + CharacterWidth.of($1.text) + 1 }
    if length > width { canvas[end - 1, y] = Cell(state.symbols.ellipsis, style: theme.muted) }
  }

  private static func word(_ word: AlignedWord) -> (text: String, isError: Bool) {
    switch word {
    case .match(let text): (text, false)
    case .substitution(_, let text): ("≠" + text, true)
    case .deletion(let text): (String(repeating: "−", count: max(1, text.count)), true)
    case .insertion(let text): ("+" + text, true)
    }
  }

  /// How many layers are above and below what is shown.
  private static func drawHidden(
    _ visible: Range<Int>, _ state: DashboardState, _ canvas: inout Canvas
  ) {
    let (above, below) = (visible.lowerBound, state.layerCount + 1 - visible.upperBound)
    let marks = [above > 0 ? "▲ \(above)" : "", below > 0 ? "▼ \(below)" : ""]
      .filter { !$0.isEmpty }
    guard !marks.isEmpty else { return }
    canvas.more(marks.joined(separator: " ") + " more", state)
  }

  private struct Columns {
    /// Titles and where their numbers end.
    let titles: [(title: String, end: Int)]
    let text: Int

    init(width: Int) {
      let ends = width >= 80 ? [19, 26, 35] : [17, 23, 31]
      titles = zip(["cosine", "norm", "self-KL"], ends).map { ($0, $1) }
      text = ends[2] + 2
    }
  }

  /// Readings that fit, the cursor's among them.
  private struct Rows {
    let visible: Range<Int>

    init(_ state: DashboardState, height: Int) {
      let count = state.layerCount + 1
      let room = max(0, height - 4)
      let shown = min(count, room)
      visible = window(of: shown, around: state.layerCursor + 1, in: count)
    }
  }
}
