// Where each panel goes on a screen of a given size, and which ones do not fit.

import TerminalUI

package enum PanelKind: String, CaseIterable, Sendable {
  case header, slider, layers, errors, cost, plot, transcript, footer

  /// One line a panel: the catalogue.
  package var type: any Panel.Type {
    switch self {
    case .header: HeaderPanel.self
    case .slider: SliderPanel.self
    case .layers: LayerPanel.self
    case .errors: ErrorPanel.self
    case .cost: CostPanel.self
    case .plot: PlotPanel.self
    case .transcript: TranscriptPanel.self
    case .footer: FooterPanel.self
    }
  }

  /// Those that gain from a whole screen, in the order `e` goes through them.
  package static let enlargeable: [PanelKind] = [.transcript, .plot, .layers]
}

package struct Layout: Sendable, Equatable {
  package static let minimum = Size(width: 60, height: 15)

  package private(set) var areas: [PanelKind: Rect] = [:]
  /// Panels of the Explore screen that found no room.
  package var hidden: [PanelKind] {
    [.layers, .errors, .cost, .plot, .transcript].filter { areas[$0] == nil }
  }

  package subscript(kind: PanelKind) -> Rect? { areas[kind] }

  package func panel(x: Int, y: Int) -> PanelKind? {
    areas.first { $0.value.contains(x: x, y: y) }?.key
  }

  /// Nil below `minimum`.
  package init?(_ state: DashboardState, _ size: Size) {
    guard size.width >= Self.minimum.width, size.height >= Self.minimum.height else { return nil }
    let width = size.width
    let sliderHeight = size.height >= 28 ? 4 : 3
    areas[.header] = Rect(x: 0, y: 0, width: width, height: 1)
    areas[.slider] = Rect(x: 0, y: 1, width: width, height: sliderHeight)
    areas[.footer] = Rect(x: 0, y: size.height - 2, width: width, height: 2)
    let body = Rect(
      x: 0, y: 1 + sliderHeight, width: width, height: size.height - sliderHeight - 3)
    if let enlarged = state.enlarged {
      areas[enlarged] = body
    } else if body.height < 15 {
      placeSmall(body)
    } else {
      place(body, layerCount: state.layerCount)
    }
  }

  /// Error rate and cost side by side over the transcript; layers and plot do not fit.
  private mutating func placeSmall(_ body: Rect) {
    let top = min(body.height - 4, 6)
    let half = body.width / 2
    areas[.errors] = Rect(x: 0, y: body.y, width: half, height: top)
    areas[.cost] = Rect(x: half, y: body.y, width: body.width - half, height: top)
    areas[.transcript] = Rect(
      x: 0, y: body.y + top, width: body.width, height: body.height - top)
  }

  /// Layers at the left, error rate over cost beside them, the plot at the right when the screen is
  /// wide, the transcript under everything.
  private mutating func place(_ body: Rect, layerCount: Int) {
    let showsPlot = body.width >= 110
    // A row a layer, front end, head, heading and frame; what is left goes to the transcript, which
    // needs 4 rows at least and is happy with 10.
    let wanted = max(15, layerCount + 5)
    let spare = body.height - wanted
    var top = spare >= 4 ? wanted : body.height - 4
    if spare > 10 { top += (spare - 10) / 2 }
    let left = body.width >= 150 ? 54 : body.width >= 110 ? 40 : body.width >= 76 ? 36 : 29
    let middle = showsPlot ? max((body.width - left) * 45 / 100, 40) : body.width - left
    // Nine rows show all of the cost panel.
    let errors = max(6, top < 24 ? top - 9 : top / 2)
    areas[.layers] = Rect(x: 0, y: body.y, width: left, height: top)
    areas[.errors] = Rect(x: left, y: body.y, width: middle, height: errors)
    areas[.cost] = Rect(x: left, y: body.y + errors, width: middle, height: top - errors)
    if showsPlot {
      areas[.plot] = Rect(
        x: left + middle, y: body.y, width: body.width - left - middle, height: top)
    }
    areas[.transcript] = Rect(
      x: 0, y: body.y + top, width: body.width, height: body.height - top)
  }
}
