// Every mask there is: what choosing other layers, and not only more of them, would bring.

import TerminalUI

extension ViewKind {
  package static let atlas = ViewKind(AtlasView.self)
}

enum AtlasView: DashboardView {
  static let name = "Atlas"
  static let summary = "all masks at once: the front, the policies, what each layer is worth"
  static let panels: [PanelKind] = [.atlas, .neighbours, .worth]
  static let keys = [
    KeyBinding(
      [("+", .frontDearer), ("=", .frontDearer), ("-", .frontCheaper)], "+ - =", .here,
      "along the front", hint: "front"),
    KeyBinding(
      KeyBinding.upAndDown, "↑ ↓ k j", .here, "choose a neighbour", hint: "neighbour"),
    KeyBinding([" ", .enter], "Space Enter", .takeNeighbour, .here, "take it", hint: "take"),
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    // How to make an atlas, whole, where there is none.
    guard state.survey != nil else { return [.atlas: body] }
    if body.width >= 160 {
      let (left, right) = body.split(left: body.width * 55 / 100)
      let (worth, neighbours) = right.split(left: right.width / 2)
      return [.atlas: left, .worth: worth, .neighbours: neighbours]
    }
    if body.width >= 110, body.height >= 20 {
      let (left, right) = body.split(left: body.width * 58 / 100)
      // A row a layer, the heading and the frame; the neighbours need eight rows.
      let (worth, neighbours) = right.split(top: min(state.layerCount + 3, body.height - 8))
      return [.atlas: left, .worth: worth, .neighbours: neighbours]
    }
    if body.width >= 76 {
      let (left, right) = body.split(right: 34)
      return [.atlas: left, .neighbours: right]
    }
    guard body.height >= 20 else { return [.atlas: body] }
    let (top, bottom) = body.split(bottom: body.height * 40 / 100)
    return [.atlas: top, .neighbours: bottom]
  }

  static func moveCursor(by step: Int, _ state: inout DashboardState) {
    Update.moveNeighbour(by: step, &state)
  }
}
