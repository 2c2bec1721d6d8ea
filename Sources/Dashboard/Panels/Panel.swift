// The panels: the parts that a screen is made of.

import TerminalUI

/// A part of the screen. Draws on a canvas of its own, so it cannot draw outside its area. A new one is a
/// file that conforms to this and a place in a view.
package protocol Panel: Sendable {
  /// What the reader calls it.
  static var name: String { get }
  /// Whether the layer under the cursor can be seen on it.
  static var showsLayerCursor: Bool { get }
  /// Draws, and registers what can be clicked: actions, or keys as they are printed.
  static func draw(_ state: DashboardState, _ canvas: inout Canvas)
}

extension Panel {
  package static var showsLayerCursor: Bool { false }
}

/// A panel by its type, so that it can be compared.
package struct PanelKind: Hashable, Sendable {
  package let type: any Panel.Type

  package init(_ type: any Panel.Type) { self.type = type }

  package static func == (a: PanelKind, b: PanelKind) -> Bool { a.type == b.type }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }
}
