// How networks learn to be cut: trainings, from their logs or as they go on, two beside each other.

import TerminalUI

extension ViewKind {
  package static let training = ViewKind(TrainingView.self)
}

enum TrainingView: DashboardView {
  static let name = "Training"
  static let summary = "how two recipes learn: errors by depth, losses, each step's layers"
  static let panels: [PanelKind] = [.learning, .gates, .losses]
  static let keys = [
    KeyBinding([" "], "Space", .training(.play), .here, "play, hold", hint: "play"),
    KeyBinding(
      [("+", .training(.faster)), ("=", .training(.faster)), ("-", .training(.slower))], "+ - =",
      .here, "faster, slower", hint: "pace"),
    KeyBinding(
      [(.home, .training(.toBeginning)), (.end, .training(.toEnd))], "Home End", .here,
      "to the beginning, end", hint: "begin/end"),
    KeyBinding(
      [
        (.up, .training(.other(-1))), (.down, .training(.other(1))), ("k", .training(.other(-1))),
        ("j", .training(.other(1))),
      ], "↑ ↓ k j", .here, "another training", hint: "other"),
    KeyBinding(
      [("[", .training(.beside(-1))), ("]", .training(.beside(1)))], "[ ]", .here,
      "another one beside it", hint: "beside"),
    KeyBinding(["L"], "L", .training(.lab), .here, "train here: start, stop", hint: "lab"),
    KeyBinding(["g"], "g", .training(.labGates), .here, "the lab's gates"),
    KeyBinding(
      [("f", .training(.labLearningRate(-1))), ("F", .training(.labLearningRate(1)))], "f F",
      .here, "its learning rate"),
    KeyBinding(
      [("v", .training(.labLambda(-1))), ("V", .training(.labLambda(1)))], "v V", .here,
      "its lambda, KL's weight"),
  ]

  static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
    // A row a layer, the name, a blank and the frame; losses want some rows in any case.
    let layers = state.training.shown.compactMap(\.layerCount).max() ?? state.layerCount
    let gates = min(max(12, layers + 4), body.height - 14)
    if body.width >= 100, gates >= 10 {
      let (learning, below) = body.split(bottom: gates)
      let (left, right) = below.split(left: below.width / 2)
      return [.learning: learning, .gates: left, .losses: right]
    }
    if body.width >= 120 {
      let (left, right) = body.split(left: body.width * 60 / 100)
      return [.learning: left, .gates: right]
    }
    guard gates >= 10 else { return [.learning: body] }
    let (learning, below) = body.split(bottom: gates)
    return [.learning: learning, .gates: below]
  }

  static func hint(for action: Action, _ state: DashboardState) -> String? {
    switch action {
    case .training(.play): state.training.isPlaying ? "hold" : nil
    case .training(.lab): state.training.lab?.isBusy == true ? "stop the lab" : nil
    default: nil
    }
  }
}
