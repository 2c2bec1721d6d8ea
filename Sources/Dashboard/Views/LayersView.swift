// The layer lens: how one utterance's transcript forms from layer to layer.

import TerminalUI
import Tradeoff

extension ViewKind {
  package static let layers = ViewKind(LayersView.self)
}

enum LayersView: DashboardView {
  static let name = "Layers"
  static let summary = "what the head would say after every layer, and what each layer does"
  static let panels: [PanelKind] = [.lens, .posteriors, .skips]
  static let features: Set<ViewFeature> = [.layers, .utterance]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    if body.width >= 150 {
      let (left, right) = body.split(right: min(80, body.width * 40 / 100))
      return stacked(state, in: left).merging([.skips: right]) { $1 }
    }
    return stacked(state, in: body)
  }

  private static func stacked(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    // A row a layer, the front end, the heading, what was said and the frame.
    let wanted = state.layerCount + 5
    guard body.height >= wanted + 6 else { return [.lens: body] }
    let (top, bottom) = body.split(top: min(max(wanted, body.height - 18), body.height - 6))
    return [.lens: top, .posteriors: bottom]
  }

  static func probe(_ state: DashboardState) -> ProbeRequest? {
    guard state.subject.utterances.indices.contains(state.utterance),
      !state.subject.leftOut.contains(state.utterance)
    else { return nil }
    return .lens(
      model: state.model, utterance: state.utterance, mask: state.mask,
      compute: state.compute)
  }
}
