// What the mouse does, by what lies under the pointer.

import TerminalUI

extension Update {
  static func handle(_ mouse: MouseEvent, _ state: inout DashboardState) -> [Effect] {
    guard let layout = Layout(state, state.size) else { return [] }
    // The other buttons are the terminal's, for its menu and for pasting.
    if mouse.kind == .press, mouse.button != 0 { return [] }
    if mouse.kind == .release {
      state.isSliderHeld = false
      state.isHoldRemembered = false
      return []
    }
    switch state.overlay {
    case .demo: return endDemo(&state)
    case .complaints:
      if mouse.kind == .press { state.overlay = nil }
      return []
    case .menu(let menu):
      guard mouse.kind == .press else { return [] }
      let row = MenuPage.row(at: mouse, menu, state)
      return perform(row.map { .menuRow($0) } ?? .back, &state)
    case .help(let page):
      return mouse.kind == .press ? pressHelp(mouse, page, &state, layout) : []
    case .prompt, nil: return pressPanel(mouse, &state, layout)
    }
  }

  private static func pressPanel(
    _ mouse: MouseEvent, _ state: inout DashboardState, _ layout: Layout
  ) -> [Effect] {
    if mouse.kind == .press, let action = printedAction(mouse, state, layout) {
      return perform(action, &state)
    }
    // A held handle follows the pointer wherever it goes, like every other slider.
    if state.isSliderHeld, mouse.kind == .drag, let area = layout[.slider] {
      return perform(SliderPanel.action(x: mouse.x, state, area), &state)
    }
    guard let panel = layout.panel(x: mouse.x, y: mouse.y), let area = layout[panel],
      let action = panel.type.action(mouse, state, area)
    else { return [] }
    if panel == .slider, mouse.kind == .press { state.isSliderHeld = true }
    return perform(action, &state)
  }

  /// What a key that is printed under the pointer does.
  private static func printedAction(
    _ mouse: MouseEvent, _ state: DashboardState, _ layout: Layout
  ) -> Action? {
    let frame = draw(state, state.size)
    guard let key = PrintedKeys.key(x: mouse.x, y: mouse.y, in: frame),
      let action = KeyBindings.action(for: key, in: state.view, of: state.views)
    else { return nil }
    guard action == .nextZoom, let panel = layout.panel(x: mouse.x, y: mouse.y) else {
      return action
    }
    // More of a panel is to be had by enlarging that one, and what is hidden likewise.
    if state.view.type.panels.contains(panel) { return .enlarge(panel) }
    return layout.hidden.first.map { .enlarge($0) } ?? action
  }

  /// A row of the help does what its key does, a key of the footer and of its own frame too; anywhere
  /// else it is left.
  private static func pressHelp(
    _ mouse: MouseEvent, _ page: Int, _ state: inout DashboardState, _ layout: Layout
  ) -> [Effect] {
    let printed = printedAction(mouse, state, layout)
    if let printed, [.help, .back].contains(printed) { return perform(printed, &state) }
    let isFooter = layout.panel(x: mouse.x, y: mouse.y) == .footer
    let action =
      HelpPage.action(mouse, page: page, state)
      ?? (isFooter ? layout[.footer].flatMap { FooterPanel.action(mouse, state, $0) } : nil)
    if action != .help { state.overlay = nil }
    return action.map { $0 == .back ? [] : perform($0, &state) } ?? []
  }
}
