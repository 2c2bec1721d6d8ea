// What the mouse does: what is drawn under the pointer asks for it.

import TerminalUI

extension Update {
  static func handle(_ mouse: MouseEvent, _ state: inout DashboardState) -> [Effect] {
    // The other buttons are the terminal's, for its menu and for pasting.
    if mouse.kind == .press, mouse.button != 0 { return [] }
    if mouse.kind == .release {
      state.held = []
      state.isHoldRemembered = false
      return []
    }
    if case .demo = state.overlay { return endDemo(&state) }
    guard let action = target(of: mouse, &state)?.action as? Action else { return [] }
    // The help is left by whatever is done from it.
    if case .help = state.overlay, !HelpPage.holds(action) { state.overlay = nil }
    return perform(action, &state)
  }

  /// What lies under the pointer; a held handle follows it wherever it goes, like every other slider.
  private static func target(
    of mouse: MouseEvent, _ state: inout DashboardState
  ) -> Target? {
    let (x, y) = (mouse.x, mouse.y)
    switch mouse.kind {
    case .release: return nil
    case .drag: return state.held.nearest(x: x, y: y)
    case .wheelUp: return view(state, state.size).targets.target(x: x, y: y, for: .wheelUp)
    case .wheelDown: return view(state, state.size).targets.target(x: x, y: y, for: .wheelDown)
    case .press:
      let targets = view(state, state.size).targets
      let target = targets.target(x: x, y: y, for: .press)
      if let target, target.gestures.contains(.slide) {
        // There may be several sliders, each on a row of its own.
        state.held = targets.filter {
          $0.gestures.contains(.slide) && $0.area.y == target.area.y
        }
      }
      return target
    }
  }
}
