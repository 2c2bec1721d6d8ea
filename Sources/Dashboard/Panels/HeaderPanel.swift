// The first line: the program, what it is looking at, and where it runs.

import TerminalUI

enum HeaderPanel: Panel {
  static let name = "header"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let subject = state.subject
    let width = canvas.size.width
    let count = subject.models.count
    let place = count > 1 ? " \(state.model + 1)/\(count) (M)" : ""
    let end = canvas.pieces(
      [
        ("Dropscope", theme.accentStrong),
        ("  model ", theme.muted), (subject.models[state.model].name, theme.strong),
        (place, theme.muted),
        ("  data ", theme.muted), ("\(subject.dataset)/\(subject.split)", theme.strong),
      ], x: 1, y: 0)
    let counts =
      "  \(grouped(subject.utterances.count)) utterances, \(grouped(subject.wordCount)) words"
    let threads = "\(subject.threads) thread\(subject.threads == 1 ? "" : "s")"
    // The longest form that fits, so that nothing is cut in the middle.
    let rights = ["\(subject.machine), \(threads)", threads, ""]
    for left in [counts, ""] {
      for right in rights where end + left.count + 3 + right.count < width {
        if left.isEmpty && right.isEmpty { continue }
        if !left.isEmpty, right.isEmpty { continue }
        canvas.text(left, x: end, y: 0, style: theme.muted)
        canvas.textRight(right, end: width - 1, y: 0, style: theme.muted)
        return
      }
    }
  }
}
