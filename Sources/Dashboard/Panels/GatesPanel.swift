// Which layers ran in each step of a training, and how often each is kept.

import Backbones
import TerminalUI
import Training

extension PanelKind {
  package static let gates = PanelKind(GatesPanel.self)
}

enum GatesPanel: Panel {
  static let name = "gates"

  /// How many of the newest passes the shares are of.
  static let counted = 100
  private static let leastWidth = 26

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let runs = state.training.shown
    canvas.frame(title: "Layers that run in each step", theme: theme)
    let area = canvas.area.inset(x: 2, y: 1)
    guard !runs.isEmpty else { return }
    let shown = min(runs.count, max(1, area.width / leastWidth))
    var lacking = 0
    for (index, place) in area.columns(shown, gap: 3).enumerated() {
      lacking = max(lacking, draw(runs[index], index, state, place, &canvas))
    }
    if shown < runs.count {
      canvas.more("+\(runs[shown].name)", state)
    } else if lacking > 0 {
      canvas.more("▼ \(lacking) more layers", state)
    } else if runs.contains(where: \.hasMasks) {
      canvas.edge(
        [
          "a column a pass, the newest at the right; %: kept in the last \(counted) passes",
          "a column a pass; %: kept in the last \(counted)", "%: kept in the last \(counted)",
        ], width: canvas.size.width, y: canvas.size.height - 1, style: theme.muted)
    }
  }

  /// Returns how many layers found no room.
  private static func draw(
    _ run: TrainingHistory, _ index: Int, _ state: DashboardState, _ area: Rect,
    _ canvas: inout Canvas
  ) -> Int {
    let theme = state.theme
    let look = LearningPanel.look(index, state)
    let now = state.training.now
    canvas.pieces(
      [
        ("\(look.marker) ", look.style), ("step \(grouped(run.step(at: now)))", theme.strong),
        (" of \(run.name)", theme.muted),
      ], x: area.x, y: area.y, width: area.width)
    let below = area.split(top: 1).rest
    guard run.hasMasks else {
      drawAbsence(of: run, state, below, &canvas)
      return 0
    }
    let passes = run.passes(at: now, most: max(counted, below.width))
    let shares = TrainingHistory.keptShares(passes.suffix(counted))
    let rows = min(shares.count, below.height)
    // Two columns for a layer's number, five for its share, and gaps.
    let field = Rect(x: below.x + 3, y: below.y, width: below.width - 9, height: rows)
    let columns = passes.suffix(field.width)
    for layer in 0..<rows {
      let y = field.y + layer
      canvas.textRight("\(layer + 1)", end: below.x + 2, y: y, style: theme.muted)
      for (column, mask) in columns.enumerated() where layer < mask.layerCount {
        canvas[field.maxX - columns.count + column, y] =
          mask[layer] ? Cell("█", style: look.style) : Cell("·", style: theme.skipped)
      }
      canvas.textRight(
        percent(shares[layer], decimals: 0), end: below.maxX, y: y, style: theme.text)
    }
    return shares.count - rows
  }

  /// What the log lacks, and what it says in its place.
  private static func drawAbsence(
    of run: TrainingHistory, _ state: DashboardState, _ area: Rect, _ canvas: inout Canvas
  ) {
    let theme = state.theme
    guard !run.steps.isEmpty else {
      canvas.text("no steps yet", x: area.x, y: area.y, style: theme.muted, width: area.width)
      return
    }
    let record = run.record(at: state.training.now)
    canvas.wrapped(
      StyledText([
        ("layers that ran in a step, on the average: ", theme.text),
        (record.map { fixed($0.keptLayers, 1) } ?? "–", theme.strong),
        (
          "\nThis log does not hold which ones: it is older than the field \"masks\", which "
            + "trainings write now.", theme.muted
        ),
      ]), in: area)
  }
}
