// What `Y` puts on the clipboard: text as it is read on the screen, without the screen.

import Base
import TerminalUI

enum Copying {
  /// The present view's table, or the chosen utterance's transcripts, with what to call it; nil where
  /// there is neither.
  static func chosen(_ state: DashboardState) -> (name: String, text: String)? {
    if let table = state.view.type.table { return ("the table", text(of: table, state)) }
    guard state.view.type.features.contains(.utterance),
      state.subject.utterances.indices.contains(state.utterance)
    else { return nil }
    return ("the transcript", transcript(state))
  }

  /// What a panel shows inside its frame where it has all the room it wants, below what of a model it is
  /// about where that is not all of it.
  private static func text(of panel: PanelKind, _ state: DashboardState) -> String {
    var state = state
    state.listening.scroll = nil
    state.size = Size(width: 200, height: max(60, 2 * state.layerCount + 40))
    var canvas = Canvas(state.size)
    panel.type.draw(state, &canvas)
    let inside = canvas.area.inset(x: 2, y: 1)
    let lines = (inside.y..<inside.maxY).map { y in
      String((inside.x..<inside.maxX).map { canvas[$0, y].character })
        .filter { $0 != Cell.continuation }
    }
    let name = state.subject.models[state.model].name
    return text((state.compute == .full ? [] : [name + state.presentPoint.remark]) + lines)
  }

  /// What was said and heard, word under word, each way of hearing on a line of its own.
  private static func transcript(_ state: DashboardState) -> String {
    let item = state.subject.utterances[state.utterance]
    let block = TranscriptPanel.Block(state, state.utterance, width: .max)
    let heading = [
      item.id, "speaker \(item.speaker)",
      state.subject.models[state.model].name + state.presentPoint.remark,
    ]
    let rows = block.labels.indices.map { row in
      block.labels[row].filled(to: block.labelWidth)
        + block.lines.joined().map { $0.cells[row].text.filled(to: $0.width) }
        .joined(separator: " ")
    }
    return text([heading.joined(separator: "  ")] + rows)
  }

  /// Lines without blanks at their ends, and no empty ones at the end.
  private static func text(_ lines: [String]) -> String {
    var lines = lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed()).harmless
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension String {
  /// With blanks behind it up to so many columns.
  fileprivate func filled(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - CharacterWidth.of(self)))
  }
}
