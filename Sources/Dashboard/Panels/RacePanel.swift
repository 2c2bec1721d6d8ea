// Two ways of hearing one recording, word under word, and how it sounds; captions while it is made.

import Speech
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let race = PanelKind(RacePanel.self)
}

enum RacePanel: Panel {
  static let name = "race"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let size = canvas.size
    if let captions = state.listening.captions {
      CaptionLanes.draw(captions, state, &canvas)
      return
    }
    canvas.frame(
      title: "Race", trailing: "against (\(key: "C") \(key: "p"))", theme: state.theme)
    let inside = Rect(x: 2, y: 1, width: size.width - 4, height: max(0, size.height - 2))
    guard let sound = state.listening.sound else {
      drawInvitation(state, inside, &canvas)
      return
    }
    let (top, rest) = inside.split(top: outlineHeight(inside.height))
    drawOutline(sound.peaks, seconds: sound.seconds, state, top, &canvas)
    drawLanes(Race(state), state, rest, &canvas)
  }

  private static func drawInvitation(
    _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let lines: [KeyText] = [
      "Two ways of hearing one recording, word under word:",
      "the present one, and the pinned one (\(key: "p")) or the other model (\(key: "C")).",
      "\(key: "g") picks a clip; \(key: " ") records.",
    ]
    for (row, line) in lines.prefix(area.height).enumerated() {
      canvas.wording(
        keys: [line], x: area.x, y: area.y + row, style: state.theme.muted, width: area.width,
        symbols: state.symbols)
    }
  }

  /// Rows for the sound: the words come first.
  static func outlineHeight(_ height: Int) -> Int { height >= 9 ? 3 : height >= 5 ? 1 : 0 }

  // MARK: - The sound

  /// Bars from the lower edge, the loudest as high as there is room; what is nearly silent stays low.
  static func drawOutline(
    _ peaks: [Float], seconds: Double, _ state: DashboardState, _ area: Rect,
    _ canvas: inout Canvas
  ) {
    guard !area.isEmpty else { return }
    let label = " \(fixed(seconds, 1)) s"
    let (bars, right) = area.split(right: label.count)
    var raster = BrailleCanvas(bars.size, symbols: state.symbols)
    let values = SoundOutline.peaks(peaks, parts: raster.dots.width)
    let most = max(0.05, values.max() ?? 0)
    for column in 0..<raster.dots.width where !values.isEmpty {
      // Where there are fewer values than dots, some stand for several.
      let value = values[column * values.count / raster.dots.width]
      let height = Int((value / most * Float(raster.dots.height)).rounded())
      for step in 0..<height {
        raster.set(
          x: column, y: raster.dots.height - 1 - step, style: state.theme.accent, mark: "|")
      }
    }
    raster.draw(x: bars.x, y: bars.y, on: &canvas)
    canvas.text(label, x: right.x, y: area.maxY - 1, style: state.theme.muted)
  }

  // MARK: - The lanes

  private static func drawLanes(
    _ race: Race, _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let labels = race.rows.map(\.label)
    let times = race.rows.map(\.time)
    let remarks = state.racers.map(\.remark.count).max() ?? 0
    let nameWidth = min(18 + remarks, labels.map(CharacterWidth.of).max() ?? 0)
    let timeWidth = times.map(CharacterWidth.of).max() ?? 0
    let start = nameWidth + timeWidth + 3
    let lines = race.columns.lines(width: area.width - start)
    let isTight = lines.count * (race.rows.count + 1) - 1 > area.height
    var y = area.y
    for (number, line) in lines.enumerated() {
      if number > 0, !isTight { y += 1 }
      for (row, content) in race.rows.enumerated() where y < area.maxY {
        if number == 0 {
          canvas.text(labels[row], x: area.x, y: y, style: content.style, width: nameWidth)
          canvas.textRight(
            times[row], end: area.x + nameWidth + 1 + timeWidth, y: y, style: theme.muted)
          if content.isWaiting {
            canvas.text("not heard yet", x: area.x + start, y: y, style: theme.muted)
          }
        }
        var x = area.x + start
        for column in line {
          let cell = column.cells[row]
          canvas.text(
            cell.text, x: x, y: y, style: cell.isError ? theme.error : theme.text,
            width: max(0, area.maxX - x))
          x += column.width + 1
        }
        y += 1
      }
    }
    let isWhole = lines.count * race.rows.count <= area.height
    if !isWhole { canvas.more("more words", state) }
    canvas.edge(
      isWhole ? race.verdicts.map { KeyText($0) } : [], width: canvas.size.width,
      y: canvas.size.height - 1, style: theme.muted)
  }
}

/// Who heard what, set word by word under what was said, or under what the first one heard.
package struct Race {
  package struct Row {
    package var label: String
    package var time = ""
    var style = Style()
    package var isWaiting = false
  }

  package private(set) var rows: [Row] = []
  /// A cell of each row in every one of them.
  package private(set) var columns: AlignedColumns
  /// How it stands, from long to short; none while somebody has not heard it.
  package private(set) var verdicts: [String] = []

  package init(_ state: DashboardState) {
    let theme = state.theme
    let racers = state.racers
    let heard = racers.map { state.listening.heard(at: $0) }
    let names = zip(racers, heard).map { racer, heard in
      let count = heard?.mask.keptCount ?? racer.walk.keptCount
      return "\(state.subject.models[racer.model].name) \(count)\(racer.remark)"
    }
    let rules = state.subject.normalization
    let words = heard.map { listening in
      listening.map { $0.transcript.normalized(by: rules).words.map(\.word) }
    }
    let lanes = racers.indices.map { index in
      Row(
        label: names[index],
        time: heard[index].map {
          milliseconds(state.seconds($0, by: ListenState.Hearer(racers[index])))
        } ?? "",
        style: index == 0 ? theme.accentStrong : theme.other, isWaiting: heard[index] == nil)
    }
    if let said = state.said(in: state.listening.heardFile) {
      rows = [Row(label: "said", style: theme.muted)] + lanes
      let alignments = words.map { $0.map { Alignment.align(said, $0) } }
      columns = AlignedColumns(reference: said, alignments: alignments.map { $0 ?? [] })
      let known = alignments.compactMap { $0.map { Alignment.count($0).errors } }
      guard known.count == names.count else { return }
      let scores = zip(names, known).map { "\($0): \($1) of \(said.count) words wrong" }
      let short = zip(names, known).map { "\($0): \($1)/\(said.count) wrong" }
      verdicts = [
        scores.joined(separator: "   ") + "   ≠ wrong   − missed   + added",
        scores.joined(separator: "   "), short.joined(separator: "  "),
      ]
      return
    }
    guard let first = words[0] else {
      rows = lanes
      columns = AlignedColumns(reference: [], alignments: lanes.dropFirst().map { _ in [] })
      return
    }
    rows = lanes
    let alignments = words.dropFirst().map { $0.map { Alignment.align(first, $0) } }
    columns = AlignedColumns(reference: first, alignments: alignments.map { $0 ?? [] })
    guard alignments.count == 1, let alignment = alignments[0] else { return }
    columns.markReference()
    let differences = Alignment.count(alignment).errors
    verdicts =
      differences == 0
      ? ["both hear the same"]
      : [
        "they differ in \(differences) word\(differences == 1 ? "" : "s")"
          + "   ≠ another   − not heard   + heard besides",
        "they differ in \(differences) word\(differences == 1 ? "" : "s")",
      ]
  }
}
