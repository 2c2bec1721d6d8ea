// Where each panel goes on a screen of a given size, and which ones do not fit.

import TerminalUI

package struct Layout: Sendable, Equatable {
  package static let minimum = Size(width: 60, height: 15)

  package private(set) var areas: [PanelKind: Rect] = [:]
  /// Panels of the view that found no room.
  package private(set) var hidden: [PanelKind] = []

  package subscript(kind: PanelKind) -> Rect? { areas[kind] }

  /// Nil below `minimum`.
  package init?(_ state: DashboardState, _ size: Size) {
    guard size.width >= Self.minimum.width, size.height >= Self.minimum.height else { return nil }
    let screen = Rect(x: 0, y: 0, width: size.width, height: size.height)
    let (header, rest) = screen.split(top: size.height >= 26 ? 2 : 1)
    let (slider, middle) = rest.split(top: size.height >= 28 ? 4 : 3)
    let (upper, footer) = middle.split(bottom: 2)
    let (body, tour) = upper.split(bottom: TourPanel.height(state, body: upper.height))
    let view = state.view.type
    // Under eight rows there is no use in sharing them out.
    areas =
      (state.zoomed ?? (body.height < 8 ? view.panels[0] : nil)).map { [$0: body] }
      ?? view.areas(state, in: body)
    if !tour.isEmpty { areas[.tour] = tour }
    hidden = view.panels.filter { areas[$0] == nil }
    areas[.header] = header
    areas[.slider] = slider
    areas[.footer] = footer
  }
}
