// The tour's first chapter: what a layer does, and that it can be left out.

import Speech
import TerminalUI
import Tradeoff

extension TourChapter {
  static let layers = TourChapter(
    title: "What a layer does", steps: [lookInside, goDown, skipOne]
  ) { _ in
    """
    A layer only adds to what passes through it, so any of them can be left out: what is left is a \
    smaller network with the same weights. That is layer dropping.
    """
  }

  private static let lookInside = TourStep(
    "Look inside",
    { state in
      """
      A recogniser is a stack of layers; the head behind the last one spells. Here works \
      \(Findings.name(state))\(upbringing(state)). Open the view Layers (3): there the head spells \
      after every layer, not only after the last.
      """
    },
    hint: "number keys open the views; Layers is the third",
    answer: { TourKeys.open(.layers, $0) },
    reveal: { state in
      guard let lens = lens(state), let last = lens.readings.indices.last else { return "" }
      let right = [0, last / 2, last].map { position in
        lens.readings[position].alignment.count { if case .match = $0 { true } else { false } }
      }
      return """
        Read from top to bottom. Words that are right: \(right[0]) before the first layer, \
        \(right[1]) after layer \(last / 2), \(right[2]) after the last. No layer understands \
        alone: each adds to what comes from the one above it.
        """
    },
    isReached: { $0.view == .layers && ($0.subject.utterances.isEmpty || lens($0) != nil) })

  private static let goDown = TourStep(
    "Go down the list",
    { state in
      """
      Below the list (e shows it where there is no room) are tokens, the pieces of words, over \
      time: the fuller a mark, the surer the model. Move the cursor (↓) to layer \
      \(TourKeys.middle(state) + 1) and watch them settle.
      """
    },
    hint: "the arrow keys move the cursor",
    answer: {
      TourKeys.open(.layers, $0) + TourKeys.move(from: $0.layerCursor, to: TourKeys.middle($0))
    },
    reveal: { _ in
      """
      Cosine: how alike a layer leaves what it is given (1: the same way). Norm: how much longer it \
      makes it. KL: how far what is spelt there is from what the last layer spells, in nats (0: the \
      same). It may grow on the way: what a layer adds may be for later ones, not for the head.
      """
    },
    isReached: { $0.view == .layers && $0.layerCursor == TourKeys.middle($0) })

  private static let skipOne = TourStep(
    "Skip one",
    { _ in
      """
      Every layer adds something to what it is given. So what it is given can also go on as it came: \
      then the layer is skipped, and costs nothing. Skip the one under the cursor (Space) and \
      let the words be counted.
      """
    },
    hint: "Space runs or skips the layer under the cursor",
    answer: { TourKeys.open(.layers, $0) + TourKeys.skipByHand($0) },
    reveal: { state in
      let full = Findings.percentage(state.fullPoint, state) ?? "–"
      return """
        □ is a skipped layer. The others make do: of all words \(Tour.rate(state)) are wrong with \
        these \(state.walk.keptCount) layers, \(full) with all \(state.layerCount).
        """
    },
    isReached: {
      $0.isManual && !$0.mask[$0.layerCursor] && Tour.isSettled($0)
        && Findings.isMeasured($0.fullPoint, $0)
    })

  /// How the present model was trained, as far as its name tells.
  private static func upbringing(_ state: DashboardState) -> String {
    switch Findings.name(state) {
    case "reference": ", which was never trained to lose layers"
    case "random-drop", "dld", "dld-plus": ", which was trained to lose layers"
    default: ""
    }
  }

  private static func lens(_ state: DashboardState) -> LayerLens? {
    LayersView.probe(state).flatMap { state.probes.lenses[$0] }
  }
}
