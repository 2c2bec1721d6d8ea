// The drop ratio in steps of one layer: the one control everything else follows.

import TerminalUI

enum SliderPanel: Panel {
  static let name = "drop ratio"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(title: "Drop ratio", trailing: trailing(state, size.width), theme: theme)
    let (x, width) = track(state, panelWidth: size.width)
    let dropped = state.layerCount - state.mask.keptCount
    let handle = column(dropped: dropped, state, width)
    canvas.textRight(
      percent(state.mask.dropRatio, decimals: 0), end: x - 2, y: 1, style: theme.accentStrong)
    for column in 0..<width {
      let isFilled = column < handle
      canvas.text(
        isFilled ? "━" : "─", x: x + column, y: 1, style: isFilled ? theme.accent : theme.muted)
    }
    canvas.text("●", x: x + handle, y: 1, style: theme.accentStrong)
    canvas.text(kept(state), x: x + width + 2, y: 1, style: theme.text)
    if size.height >= 4 { drawScale(state, &canvas, x: x, width: width) }
  }

  /// Policy and mask, the mask left out where there is no room for it.
  private static func trailing(_ state: DashboardState, _ width: Int) -> String {
    let policy = "policy \(state.policyName)"
    let long = "\(policy)   mask \(state.mask)"
    return long.count + 20 <= width ? long : policy
  }

  private static func kept(_ state: DashboardState) -> String {
    "\(state.mask.keptCount) of \(state.layerCount) layers run"
  }

  private static func drawScale(
    _ state: DashboardState, _ canvas: inout Canvas, x: Int, width: Int
  ) {
    var free = 0
    for percent in stride(from: 0, through: 100, by: 25) {
      let label = percent == 0 ? "none" : percent == 100 ? "all" : "\(percent) %"
      let center = x + (width - 1) * percent / 100
      let start = min(max(center - label.count / 2, free), x + width - 1 + 3 - label.count)
      canvas.text(label, x: max(start, x), y: 2, style: state.theme.muted)
      free = start + label.count + 1
    }
  }

  // MARK: - Geometry

  /// First column and width of the track inside the panel.
  private static func track(_ state: DashboardState, panelWidth: Int) -> (x: Int, width: Int) {
    let left = 9
    let right = 2 + "\(state.layerCount) of \(state.layerCount) layers run".count + 2
    return (left, max(2, panelWidth - left - right))
  }

  private static func column(dropped: Int, _ state: DashboardState, _ width: Int) -> Int {
    (dropped * (width - 1) * 2 + state.layerCount) / (2 * state.layerCount)
  }

  /// The setting under screen column `x`, clamped to the ends of the track.
  static func action(x: Int, _ state: DashboardState, _ area: Rect) -> Action {
    let (start, width) = track(state, panelWidth: area.width)
    let offset = min(width - 1, max(0, x - area.x - start))
    let dropped = (offset * state.layerCount * 2 + width - 1) / (2 * (width - 1))
    return .keep(state.layerCount - dropped)
  }

  static func action(_ mouse: MouseEvent, _ state: DashboardState, _ area: Rect) -> Action? {
    switch mouse.kind {
    case .press: action(x: mouse.x, state, area)
    case .wheelUp: .dropMore
    case .wheelDown: .dropLess
    case .release, .drag: nil
    }
  }
}
