// Draws a state at a size. Nothing else decides what is on the screen.

import TerminalUI

/// A part of the screen. Draws on a canvas of its own, so it cannot draw outside its area. A new one is a
/// file that conforms to this and a place in a view.
package protocol Panel: Sendable {
  /// What the reader calls it.
  static var name: String { get }
  /// Whether the layer under the cursor can be seen on it.
  static var showsLayerCursor: Bool { get }
  static func draw(_ state: DashboardState, _ canvas: inout Canvas)
  /// What the mouse asks for; `mouse` in screen cells, inside `area`.
  static func action(_ mouse: MouseEvent, _ state: DashboardState, _ area: Rect) -> Action?
}

extension Panel {
  package static var showsLayerCursor: Bool { false }
  package static func action(_ mouse: MouseEvent, _ state: DashboardState, _ area: Rect) -> Action?
  {
    nil
  }
}

/// A panel by its type, so that it can be compared.
package struct PanelKind: Hashable, Sendable {
  package let type: any Panel.Type

  package init(_ type: any Panel.Type) { self.type = type }

  package static func == (a: PanelKind, b: PanelKind) -> Bool { a.type == b.type }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }
}

package func view(_ state: DashboardState, _ size: Size) -> Canvas {
  var canvas = draw(state, size)
  if state.symbols == .ascii { canvas.replaceWithASCII() }
  return canvas
}

/// Before characters that the locale lacks are replaced, so that ↓ and v can be told apart.
func draw(_ state: DashboardState, _ size: Size) -> Canvas {
  var canvas = Canvas(size)
  if let layout = Layout(state, size) {
    for (kind, area) in layout.areas {
      var part = Canvas(Size(width: area.width, height: area.height))
      kind.type.draw(state, &part)
      canvas.paste(part, x: area.x, y: area.y)
    }
    switch state.overlay {
    case .help(let page): HelpPage.draw(page: page, state, &canvas)
    case .menu(let menu): MenuPage.draw(menu, state, &canvas)
    case .complaints(let complaints): ComplaintsPage.draw(complaints, state, &canvas)
    // Their places are the footer and the tour's panel.
    case .prompt, .demo, nil: break
    }
  } else {
    TooSmallPage.draw(&canvas)
  }
  return canvas
}

/// Says what is wrong and how to leave, at any size.
enum TooSmallPage {
  static func draw(_ canvas: inout Canvas) {
    let size = canvas.size
    let needed = Layout.minimum
    let (now, least) = ("\(size.width)x\(size.height)", "\(needed.width)x\(needed.height)")
    let isWide = size.width >= "Dropscope needs a bigger window".count
    let lines =
      isWide
      ? ["Dropscope needs a bigger window", "now \(now), needed \(least)", "q quit"]
      : ["now \(now)", "needed \(least)", "q quit"]
    let top = max(0, (size.height - lines.count) / 2)
    // The numbers and the way out matter more than the first sentence.
    for (row, line) in lines.suffix(max(1, size.height)).enumerated() {
      canvas.text(line, x: max(0, (size.width - line.count) / 2), y: top + row)
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
    let height = min(canvas.size.height, lines.count + 2)
    var page = Canvas(Size(width: width, height: height))
    page.frame(title: "Settings not taken", trailing: "Enter goes on", theme: state.theme)
    for (row, line) in lines.prefix(height - 2).enumerated() {
      page.text(line, x: 2, y: 1 + row, width: width - 4)
    }
    if lines.count > height - 2 {
      page.edge(
        ["… the rest is printed on leaving"], width: width, y: height - 1,
        style: state.theme.muted)
    }
    canvas.paste(
      page, x: (canvas.size.width - width) / 2, y: (canvas.size.height - height) / 2)
  }
}
