// Draws a state at a size. Nothing else decides what is on the screen.

import TerminalUI

/// The screen, and what can be clicked on it: every target's action is an `Action`.
package func view(_ state: DashboardState, _ size: Size) -> Canvas {
  var canvas = Canvas(size)
  if let layout = Layout(state, size) {
    // The help is left by a press anywhere but on a key that works there.
    let isHelpShown = state.helpPage != nil
    if isHelpShown { canvas.press(canvas.area, .back) }
    let keys = KeyBindings.actions(in: state.view, of: state.views)
    for (kind, area) in layout.areas {
      var part = Canvas(Size(width: area.width, height: area.height))
      kind.type.draw(state, &part)
      if isHelpShown, kind != .footer { part.removeTargets() }
      part.mapActions { action in
        guard let key = action as? Key else { return action }
        let action = keys[key]
        // More of a panel is to be had by enlarging that one.
        return action == .nextZoom && kind != .footer ? .enlarge(kind) : action
      }
      canvas.paste(part, x: area.x, y: area.y)
    }
    switch state.overlay {
    case .help(let page): HelpPage.draw(page: page, state, &canvas)
    case .menu(let menu): MenuPage.draw(menu, state, &canvas)
    case .axes(let axis): AxesPage.draw(axis, state, &canvas)
    case .front: FrontPage.draw(state, &canvas)
    case .complaints(let complaints): ComplaintsPage.draw(complaints, state, &canvas)
    case .card(let sentences): CardPage.draw(sentences, state, &canvas)
    // Their places are the footer and the tour's panel.
    case .prompt, .demo, nil: break
    }
  } else {
    TooSmallPage.draw(&canvas)
  }
  if state.symbols == .ascii { canvas.replaceWithASCII() }
  if let paper = state.theme.paper { canvas.paint(paper) }
  return canvas
}

/// Says what is wrong and how to leave, at any size.
enum TooSmallPage {
  static func draw(_ canvas: inout Canvas) {
    let size = canvas.size
    let needed = Layout.minimum
    let (now, least) = ("\(size.width)x\(size.height)", "\(needed.width)x\(needed.height)")
    let isWide = size.width >= "Dropscope needs a bigger window".count
    let lines: [KeyText] =
      isWide
      ? ["Dropscope needs a bigger window", "now \(now), needed \(least)", "\(key: "q") quit"]
      : ["now \(now)", "needed \(least)", "\(key: "q") quit"]
    let top = max(0, (size.height - lines.count) / 2)
    // The numbers and the way out matter more than the first sentence.
    for (row, line) in lines.suffix(max(1, size.height)).enumerated() {
      canvas.text(keys: line, x: max(0, (size.width - line.width) / 2), y: top + row) { _ in
        Action.quit
      }
    }
  }
}

/// What is wrong in the settings file, over everything else until it is confirmed.
enum ComplaintsPage {
  static func draw(
    _ complaints: [String], _ state: DashboardState, _ canvas: inout Canvas
  ) {
    let width = min(canvas.size.width, 100)
    let lines = complaints.flatMap {
      StyledText([("× ", state.theme.error), ($0, state.theme.text)]).wrapped(width: width - 4)
    }
    Sheet.draw(
      lines, title: "Settings not taken", rest: "… the rest is printed on leaving", width: width,
      state, &canvas)
  }
}

/// What the tour came to, a sentence a line, over everything else until it is confirmed.
enum CardPage {
  private static func width(_ size: Size) -> Int { min(size.width, 90) }

  private static func blocks(_ sentences: [String], _ theme: Theme, _ size: Size)
    -> [[StyledText]]
  {
    sentences.map {
      StyledText([("■ ", theme.accentStrong), ($0, theme.text)]).wrapped(width: width(size) - 4)
    }
  }

  /// How many sentences there is room for, at least one.
  static func fitting(_ sentences: [String], _ size: Size) -> Int {
    var left = size.height - 2
    let count = blocks(sentences, .standard, size).prefix {
      left -= $0.count
      return left >= 0
    }.count
    return max(1, count)
  }

  static func draw(_ sentences: [String], _ state: DashboardState, _ canvas: inout Canvas) {
    let size = canvas.size
    let shown = blocks(sentences, state.theme, size).prefix(fitting(sentences, size))
    // Apart by blank lines where there is room for them.
    let height = shown.reduce(shown.count - 1) { $0 + $1.count }
    let gap = height <= size.height - 2 ? [StyledText("")] : []
    Sheet.draw(
      Array(shown.joined(separator: gap)), title: "What you have seen", rest: nil,
      width: width(size), state, &canvas)
  }
}

/// A sheet of lines in the middle of the screen; a press anywhere, or Enter, confirms it.
private enum Sheet {
  /// - Parameter rest: what is said of lines that have no room.
  static func draw(
    _ lines: [StyledText], title: KeyText, rest: KeyText?, width: Int, _ state: DashboardState,
    _ canvas: inout Canvas
  ) {
    let height = min(canvas.size.height, lines.count + 2)
    var page = Canvas(Size(width: width, height: height))
    page.frame(title: title, trailing: "\(key: .enter) goes on", theme: state.theme)
    for (row, line) in lines.prefix(height - 2).enumerated() {
      page.text(line, x: 2, y: 1 + row, width: width - 4)
    }
    if let rest, lines.count > height - 2 {
      page.edge([rest], width: width, y: height - 1, style: state.theme.muted)
    }
    page.mapActions { action in
      guard let key = action as? Key else { return nil }
      return Action.key(key)
    }
    canvas.removeTargets()
    canvas.press(canvas.area, .back)
    canvas.paste(
      page, x: (canvas.size.width - width) / 2, y: (canvas.size.height - height) / 2)
  }
}
