// One utterance: what was said, what is heard at each setting, and how sure the model is of each word.

import Speech
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let detail = PanelKind(DetailPanel.self)
}

enum DetailPanel: Panel {
  static let name = "one utterance"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let items = state.subject.utterances
    guard items.indices.contains(state.utterance) else {
      canvas.frame(title: "One utterance", theme: theme)
      return
    }
    let index = state.utterance
    canvas.frame(
      title: "Utterance \(index + 1) of \(items.count)", trailing: "play (\(key: "y"))",
      theme: theme)
    canvas.wheel(up: .previousUtterance, down: .nextUtterance)
    let end = size.height - 1
    TranscriptPanel.drawHeading(state, index, 1, &canvas)
    let block = TranscriptPanel.Block(state, index, width: size.width - 4)
    var y = block.draw(x: 2, y: 2, end: end, theme, &canvas) + 1
    guard let now = state.present?.results[index], y + 2 <= end else {
      drawLegend(&canvas, theme)
      let hidden = block.height - max(0, end - 2)
      if hidden > 0 {
        canvas.more("+\(hidden) line\(hidden == 1 ? "" : "s")", state)
      } else if state.present?.results[index]?.transcript.words.isEmpty == false {
        canvas.more("more", state)
      }
      return
    }
    canvas.text("how sure", x: 2, y: y, style: theme.muted)
    y = drawConfidences(now.transcript.words, state, y, end, &canvas)
    drawLegend(&canvas, theme)
  }

  /// Each word over a bar of its confidence.
  private static func drawConfidences(
    _ words: [TimedWord], _ state: DashboardState, _ top: Int, _ end: Int, _ canvas: inout Canvas
  ) -> Int {
    let theme = state.theme
    let left = 14
    var (x, y) = (left, top)
    for word in words {
      let label = percent(word.confidence, decimals: 0)
      let width = max(word.word.count, label.count)
      if x + width > canvas.size.width - 2, x > left {
        x = left
        y += 3
      }
      guard y + 1 < end else { return y }
      let isUnsure = word.confidence < 0.6
      canvas.text(word.word, x: x, y: y, style: theme.text, width: canvas.size.width - 2 - x)
      canvas.text(label, x: x, y: y + 1, style: isUnsure ? theme.error : theme.muted)
      x += width + 2
    }
    return y + 2
  }

  private static func drawLegend(_ canvas: inout Canvas, _ theme: Theme) {
    let legend = " ≠ wrong word   − missed   + added "
    guard canvas.size.width >= 60 else { return }
    canvas.text(
      legend, x: canvas.size.width - legend.count - 3, y: canvas.size.height - 1,
      style: theme.muted)
  }
}
