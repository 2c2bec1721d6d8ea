// The paper's picture, alive: output distributions of the reference and of the masked model.

import TerminalUI
import Tradeoff

extension ViewKind {
  package static let embeddings = ViewKind(EmbeddingsView.self)
}

enum EmbeddingsView: DashboardView {
  static let name = "Embeddings"
  static let summary = "how far skipping pulls the outputs away from the reference's"
  static let panels: [PanelKind] = [.cloud, .divergence]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    if body.width >= 100 {
      let (left, right) = body.split(left: body.width * 62 / 100)
      return [.cloud: left, .divergence: right]
    }
    guard body.height >= 16 else { return [.cloud: body] }
    let (top, bottom) = body.split(top: body.height - max(7, body.height / 3))
    return [.cloud: top, .divergence: bottom]
  }

  static func probe(_ state: DashboardState) -> ProbeRequest? {
    state.subject.utterances.isEmpty
      ? nil : .cloud(model: state.model, walk: state.walk, compute: state.compute)
  }
}
