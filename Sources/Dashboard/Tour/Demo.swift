// A show that runs by itself, for a table at a conference: real keys on the real program.

import TerminalUI

/// What a slide says of what is on the screen.
package struct DemoCaption: Sendable, Equatable {
  /// The number it is about, written large where there is room.
  package var figure = ""
  package var text: String
  /// For where there is one line for it.
  package var short: String
}

package struct DemoStep: Sendable {
  /// Seconds on the screen before the next step, once everything it needs is measured.
  package var seconds: Double
  /// Of the numbers of the moment; claims nothing that they do not.
  package var caption: @Sendable (DashboardState) -> DemoCaption
  package var keys: @Sendable (DashboardState) -> [Key]
  /// Whether what it is about is there; a slide without it is left out.
  package var isAvailable: @Sendable (DashboardState) -> Bool = { _ in true }
}

package struct DemoState: Sendable, Equatable {
  package var step = 0
  /// Ticks (fifths of a second) since the step began, and since it had all it needs.
  package var ticks = 0
  package var settledTicks = 0
  /// What every round begins with.
  package var start: Start
  /// What is wrong in the settings file, told when the show is over.
  package var complaints: [String] = []

  package struct Start: Sendable, Equatable {
    package var choice: Choice
    package var view: ViewKind
    package var layerCursor, utterance: Int
    package var list: UtteranceList
    package var budget: BudgetState
  }

  package init(start: Start) { self.start = start }

  init(_ state: DashboardState) {
    self.init(
      start: Start(
        choice: state.choice, view: state.view, layerCursor: state.layerCursor,
        utterance: state.utterance, list: state.list, budget: state.budget))
    if case .complaints(let told) = state.overlay { complaints = told }
  }
}

package enum Demo {
  /// No slide stays longer, whatever is still being measured.
  static let patience = 12.0
  static let ticksPerSecond = 5.0

  /// The slides whose subject is there: the same ones all along.
  package static func steps(in state: DashboardState) -> [DemoStep] {
    all.filter { $0.isAvailable(state) }
  }

  package static func caption(_ demo: DemoState, _ state: DashboardState) -> DemoCaption {
    steps(in: state)[demo.step].caption(state)
  }

  private static let all: [DemoStep] = [
    DemoStep(seconds: 6, caption: whole) { state in
      TourKeys.open(.explore, state) + [.home, "P", "1", "M", "1"]
    },
    DemoStep(seconds: 6, caption: part) { _ in ["d", "2", "5", .enter] },
    DemoStep(seconds: 8, caption: part) { _ in ["d", "5", "0", .enter] },
    DemoStep(seconds: 6, caption: part) { _ in ["d", "7", "5", .enter] },
    slide(of: "reference", "which in training always had all of its layers"),
    slide(of: "random-drop", "trained with random layers missing"),
    slide(of: "dld", "trained like that and taught by a whole network besides"),
    DemoStep(seconds: 9, caption: over) { state in
      TourKeys.open(.compare, state) + (state.comparesPolicies ? ["v"] : [])
    },
    DemoStep(seconds: 7, caption: inside) { TourKeys.open(.layers, $0) },
    DemoStep(seconds: 7, caption: apart) { TourKeys.open(.embeddings, $0) },
    DemoStep(seconds: 7, caption: suffering) {
      TourKeys.open(.transcripts, $0) + TourKeys.sort(.changed, $0)
    },
    DemoStep(
      seconds: 10, caption: race, keys: { TourKeys.open(.listen, $0) + ["g", "1"] },
      isAvailable: { !$0.clips.isEmpty }),
    DemoStep(seconds: 12, caption: budget) { state in
      ["M", "1"] + TourKeys.open(.budget, state) + (state.budget.isPlaying ? [] : [" "])
    },
    DemoStep(seconds: 5, caption: learning) { state in
      (state.budget.isPlaying ? [" "] : []) + TourKeys.open(.training, state)
    },
    DemoStep(seconds: 11, caption: learning) { state in
      state.training.isPlaying || state.training.end == 0 ? [] : [" "]
    },
    DemoStep(seconds: 8, caption: claim) { state in
      TourKeys.open(.explore, state) + ["d", "5", "0", .enter]
    },
  ]

  /// Half of a model's layers.
  private static func slide(of name: String, _ what: String) -> DemoStep {
    DemoStep(
      seconds: 7,
      caption: { state in
        let wrong = wrong(state)
        let layers = "\(state.walk.keptCount) of \(state.layerCount) layers"
        let other = name == "dld" ? here("random-drop", state) : nil
        let verdict = Findings.verdict(
          state.presentPoint, against: other, called: "random-drop", state)
        let end = verdict.map { " (\($0))" } ?? ""
        return DemoCaption(
          figure: wrong,
          text: "\(name), \(what), with \(layers): \(wrong) of the words wrong\(end).",
          short: "\(name), \(layers): \(wrong) wrong")
      },
      keys: { ["d", "5", "0", .enter] + TourKeys.menuRow(name, $0) },
      isAvailable: { Findings.index(name, $0) != nil })
  }
}
