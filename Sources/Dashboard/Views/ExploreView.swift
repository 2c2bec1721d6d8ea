// The first view: the slider's consequences at a glance.

import TerminalUI

extension ViewKind {
  package static let explore = ViewKind(ExploreView.self)
}

enum ExploreView: DashboardView {
  static let name = "Explore"
  static let summary = "layers, error rate, cost and trade-off at the chosen drop ratio"
  static let panels: [PanelKind] = [.errors, .cost, .transcript, .layers, .plot]
  static let features: Set<ViewFeature> = [.layers, .utterance, .plot]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    body.height < 15 ? small(body) : large(body, layerCount: state.layerCount)
  }

  /// Error rate and cost side by side over the transcript; layers and plot do not fit.
  private static func small(_ body: Rect) -> [PanelKind: Rect] {
    let (top, rest) = body.split(top: min(body.height - 4, 6))
    let (left, right) = top.split(left: top.width / 2)
    return [.errors: left, .cost: right, .transcript: rest]
  }

  /// Layers at the left, error rate over cost beside them, the plot at the right when the screen is
  /// wide, the transcript under everything.
  private static func large(_ body: Rect, layerCount: Int) -> [PanelKind: Rect] {
    // A row a layer, front end, head, heading and frame; what is left goes to the transcript, which
    // needs 4 rows at least and is happy with 10.
    let wanted = max(15, layerCount + 5)
    let spare = body.height - wanted
    var height = spare >= 4 ? wanted : body.height - 4
    if spare > 10 { height += (spare - 10) / 2 }
    let (top, transcript) = body.split(top: height)
    let (layers, rest) = top.split(
      left: body.width >= 150 ? 54 : body.width >= 110 ? 40 : body.width >= 76 ? 36 : 29)
    let showsPlot = body.width >= 110
    let (middle, plot) = rest.split(left: showsPlot ? max(rest.width * 45 / 100, 40) : rest.width)
    // Ten rows show all of the cost panel.
    let (errors, cost) = middle.split(top: max(6, height < 24 ? height - 10 : height / 2))
    var areas: [PanelKind: Rect] = [
      .layers: layers, .errors: errors, .cost: cost, .transcript: transcript,
    ]
    if showsPlot { areas[.plot] = plot }
    return areas
  }
}
