// A show that runs by itself, for a table at a conference: real keys on the real program.

import TerminalUI

package struct DemoStep: Sendable {
  /// Seconds on the screen before the next step, once everything it needs is measured.
  package var seconds: Double
  package var caption: String
  package var keys: @Sendable (DashboardState) -> [Key]

  init(_ seconds: Double, _ caption: String, _ keys: @escaping @Sendable (DashboardState) -> [Key])
  {
    self.seconds = seconds
    self.caption = caption
    self.keys = keys
  }
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
  /// A step that is still being measured after this long goes on all the same.
  static let patience = 20.0
  static let ticksPerSecond = 5.0

  private static func model(_ name: String) -> @Sendable (DashboardState) -> [Key] {
    { state in
      state.subject.models.firstIndex { $0.name == name }
        .map { ["M", .character(Character("\($0 + 1)"))] } ?? []
    }
  }

  private static func keys(_ keys: Key...) -> @Sendable (DashboardState) -> [Key] { { _ in keys } }

  package static let steps: [DemoStep] = [
    DemoStep(6, "A speech recogniser with all of its layers, measured while you watch.") { state in
      keys("1", .home, "P", "1")(state) + ["M", "1"]
    },
    DemoStep(
      5, "Skip a quarter of the layers: the mask, the cost and the errors follow.",
      keys("d", "2", "5", .enter)),
    DemoStep(
      6, "Half of them: fewer milliseconds for each utterance.", keys("d", "5", "0", .enter)),
    DemoStep(6, "Most of them.", keys("d", "7", "5", .enter)),
    DemoStep(
      6, "The same layers in a model that was never trained to miss any.", model("reference")),
    DemoStep(6, "And in one trained with random layers missing.", model("random-drop")),
    DemoStep(6, "All models over depth, with intervals.") { state in keys("5")(state) + ["M", "1"]
    },
    DemoStep(
      7, "Inside: the text that would come out after every layer.", keys("d", "3", "3", .enter, "3")
    ),
    DemoStep(5, "Another utterance.", keys("n")),
    DemoStep(6, "What skipping does to the outputs: the reference's, and this model's.", keys("4")),
    DemoStep(6, "Pulled further apart.", keys("d", "7", "5", .enter)),
    DemoStep(6, "Which utterances suffer most.") { state in
      keys("2", "S", "S")(state) + (state.list.order == .dataset ? [] : ["S"])
    },
    DemoStep(12, "A budget instead of a ratio, and compute that comes and goes.", keys("6", " ")),
    DemoStep(
      5, "Press any key to take over. ? lists the keys, t starts the tour.", keys(" ", "1", .home)),
  ]
}
