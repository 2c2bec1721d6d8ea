// What was said and what is heard now and at full depth, word under word.

import Speech
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let transcript = PanelKind(TranscriptPanel.self)
}

enum TranscriptPanel: Panel {
  static let name = "transcript"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let subject = state.subject
    guard subject.utterances.indices.contains(state.utterance) else {
      canvas.frame(title: "Transcript", theme: theme)
      return
    }
    canvas.frame(
      title: "Transcript \(state.utterance + 1) of \(subject.utterances.count)",
      trailing: "browse (\(key: "[") \(key: "]"))   one made worse (\(key: "w"))", theme: theme)
    canvas.wheel(up: .previousUtterance, down: .nextUtterance)
    let end = size.height - 1
    var y = 1
    // The chosen utterance, then the ones after it for as long as there is room.
    for step in 0..<subject.utterances.count {
      let index = (state.utterance + step) % subject.utterances.count
      let block = Block(state, index, width: size.width - 4)
      guard step == 0 || y + block.height + 1 <= end else { break }
      if size.height >= 8 {
        drawHeading(state, index, y, &canvas)
        y += 1
      }
      if block.height > end - y { canvas.more("more", state) }
      y = block.draw(x: 2, y: y, end: end, theme, &canvas) + 1
    }
    if size.height >= 8, size.width >= 70 {
      let legend = " ≠ wrong word   − missed   + added "
      canvas.text(legend, x: size.width - legend.count - 3, y: end, style: theme.muted)
    }
  }

  static func drawHeading(
    _ state: DashboardState, _ index: Int, _ y: Int, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    let item = state.subject.utterances[index]
    let result = state.present?.results[index]
    var pieces = [(item.id, theme.muted), ("  speaker \(item.speaker)", theme.muted)]
    if let result {
      let errors = result.counts.errors
      pieces.append(("  \(fixed(result.audioSeconds, 1)) s", theme.muted))
      pieces.append(
        (
          "  \(errors == 0 ? "no" : "\(errors)") error\(errors == 1 ? "" : "s")"
            + " in \(result.counts.words) words", errors > 0 ? theme.error : theme.accent
        ))
      if let full = state.fullDepth?.results[index], !state.isFull {
        pieces.append(("  (\(full.counts.errors) at \(state.fullName))", theme.muted))
      }
    }
    if state.subject.leftOut.contains(index) {
      pieces.append(("  left out: its audio cannot be read", theme.error))
    }
    if state.walk.mask == nil, let result {
      pieces.append(("  \(result.mask)", theme.muted))
    }
    // Whole pieces only, the errors before the speaker.
    let width = canvas.size.width - 4
    func length() -> Int { pieces.reduce(0) { $0 + CharacterWidth.of($1.0) } }
    for dropped in [1, 1, 2, 2] where length() > width && pieces.indices.contains(dropped) {
      pieces.remove(at: dropped)
    }
    canvas.pieces(pieces, x: 2, y: y, width: width)
  }

  // MARK: - One utterance

  /// An utterance's rows, wrapped to a width.
  struct Block {
    let labels: [String]
    let labelWidth: Int
    /// Columns of each wrapped line.
    var lines: [ArraySlice<AlignedColumns.Column>] = []
    /// The row of the present mask while it has no transcript yet.
    private let waitingRow: Int?

    init(_ state: DashboardState, _ index: Int, width: Int) {
      let item = state.subject.utterances[index]
      let now = state.present?.results[index]
      let kept = now?.mask.keptCount ?? state.walk.keptCount
      var labels = ["said", "\(kept) of \(state.layerCount)"]
      var alignments = [now?.alignment ?? []]
      if !state.isFull, let full = state.fullDepth?.results[index] {
        labels.append(state.fullName)
        alignments.append(full.alignment)
      }
      if let pinned = state.pinned, pinned != state.presentPoint,
        pinned != state.fullPoint,
        let other = state.measurements[pinned]?.results[index]
      {
        let model = pinned.model == state.model ? "pin" : state.subject.models[pinned.model].name
        labels.append(String("\(model) \(pinned.walk.keptCount)".prefix(11)))
        alignments.append(other.alignment)
      }
      if let (name, point) = state.rival, point != state.pinned,
        let other = state.measurements[point]?.results[index]
      {
        labels.append(String(name.prefix(11)))
        alignments.append(other.alignment)
      }
      waitingRow = now == nil ? 1 : nil
      self.labels = labels
      labelWidth = 12
      lines = AlignedColumns(reference: item.words, alignments: alignments)
        .lines(width: width - labelWidth)
    }

    var height: Int { lines.count * labels.count + max(0, lines.count - 1) }

    /// Returns the row after the last.
    func draw(x: Int, y: Int, end: Int, _ theme: Theme, _ canvas: inout Canvas) -> Int {
      var y = y
      for (number, line) in lines.enumerated() {
        if number > 0, height <= end - y + 1 { y += 1 }
        for row in labels.indices where y < end {
          if number == 0 { canvas.text(labels[row], x: x, y: y, style: theme.muted) }
          if number == 0, row == waitingRow {
            canvas.text("not measured yet", x: x + labelWidth, y: y, style: theme.muted)
          }
          var column = x + labelWidth
          for word in line {
            let cell = word.cells[row]
            canvas.text(
              cell.text, x: column, y: y, style: cell.isError ? theme.error : theme.text,
              width: max(0, canvas.size.width - 2 - column))
            column += word.width + 1
          }
          y += 1
        }
      }
      return y
    }
  }
}

/// Several hypotheses set word by word under one reference.
package struct AlignedColumns {
  package struct Cell: Equatable, Sendable {
    package var text: String
    package var isError = false
  }

  package struct Column: Equatable, Sendable {
    /// The reference, then each hypothesis.
    package var cells: [Cell]
    package var width: Int { cells.map { CharacterWidth.of($0.text) }.max() ?? 0 }
  }

  package private(set) var columns: [Column] = []

  /// The columns in lines of at most `width`, a blank between two; none is left out because it is wider.
  func lines(width: Int) -> [ArraySlice<Column>] {
    var lines: [ArraySlice<Column>] = []
    var (start, used) = (0, 0)
    for (position, column) in columns.enumerated() {
      if used + column.width > width, position > start {
        lines.append(columns[start..<position])
        (start, used) = (position, 0)
      }
      used += column.width + 1
    }
    if start < columns.count { lines.append(columns[start...]) }
    return lines
  }

  /// Where nobody knows who is right, the reference stands out as well where the others differ from it.
  mutating func markReference() {
    for index in columns.indices where columns[index].cells.dropFirst().contains(where: \.isError) {
      columns[index].cells[0].isError = true
    }
  }

  package init(reference: [String], alignments: [[AlignedWord]]) {
    // For each hypothesis: what stands under each reference word, and what was added before it.
    var under = Array(repeating: [Cell](), count: alignments.count)
    var added = Array(
      repeating: Array(repeating: [String](), count: reference.count + 1), count: alignments.count)
    for (row, alignment) in alignments.enumerated() {
      for word in alignment {
        switch word {
        case .match(let text): under[row].append(Cell(text: text))
        case .substitution(_, let text): under[row].append(Cell(text: "≠" + text, isError: true))
        case .deletion(let text):
          under[row].append(
            Cell(text: String(repeating: "−", count: max(1, text.count)), isError: true))
        case .insertion(let text):
          added[row][min(under[row].count, reference.count)].append(text)
        }
      }
    }
    for position in 0...reference.count {
      let extra = added.map { $0[position].count }.max() ?? 0
      for number in 0..<extra {
        columns.append(
          Column(
            cells: [Cell(text: "")]
              + added.map { row in
                row[position].indices.contains(number)
                  ? Cell(text: "+" + row[position][number], isError: true) : Cell(text: "")
              }))
      }
      guard position < reference.count else { break }
      columns.append(
        Column(
          cells: [Cell(text: reference[position])]
            + under.map { $0.indices.contains(position) ? $0[position] : Cell(text: "") }))
    }
  }
}
