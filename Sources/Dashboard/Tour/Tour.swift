// The tour: chapters of a few steps for somebody who has never heard of layer dropping.

import TerminalUI
import Tradeoff

/// One thing to do in the real program. What counts is the state that is reached, however it was.
package struct TourStep: Sendable {
  package var title: String
  /// What to see and what to do, in two or three sentences that fit on the smallest usual screen.
  package var text: @Sendable (DashboardState) -> String
  /// What to do, in fewer words.
  package var hint: String
  /// Keys that do it from wherever the reader is; the tests press them.
  package var answer: @Sendable (DashboardState) -> [Key]
  /// What the step was for, said when its goal is reached, about what was measured by then.
  package var reveal: @Sendable (DashboardState) -> String
  package var isReached: @Sendable (DashboardState) -> Bool
  /// Whether what it is about is there; a step without it is left out.
  package var isAvailable: @Sendable (DashboardState) -> Bool = { _ in true }
  /// It waits for the reader's guess, and what would tell the answer is hidden until then.
  package var asksGuess = false

  init(
    _ title: String, _ text: @escaping @Sendable (DashboardState) -> String, hint: String,
    answer: @escaping @Sendable (DashboardState) -> [Key],
    reveal: @escaping @Sendable (DashboardState) -> String,
    isReached: @escaping @Sendable (DashboardState) -> Bool
  ) {
    self.title = title
    self.text = text
    self.hint = hint
    self.answer = answer
    self.reveal = reveal
    self.isReached = isReached
  }

  /// A step that asks what a word error rate will be.
  static func guess(
    _ title: String, _ text: @escaping @Sendable (DashboardState) -> String
  ) -> TourStep {
    var step = TourStep(
      title, text, hint: "type a number of words in 100, then Enter; G asks again",
      answer: { $0.prompt?.kind == .guess ? ["3", "0", .enter] : ["G", "3", "0", .enter] },
      reveal: { "Your guess: \($0.tour.guess.map { fixed($0, 0) } ?? "–") %. Now see." },
      isReached: { $0.tour.guess != nil })
    step.asksGuess = true
    return step
  }

  /// The same where something has to be there for it.
  func needing(_ isAvailable: @escaping @Sendable (DashboardState) -> Bool) -> TourStep {
    var step = self
    step.isAvailable = isAvailable
    return step
  }
}

package struct TourChapter: Sendable {
  package var title: String
  /// Models it is about; without them it is left out.
  package var models: [String] = []
  package var steps: [TourStep]
  /// What it comes to, in one sentence, from what is measured or was saved.
  package var conclusion: @Sendable (DashboardState) -> String

  package func isAvailable(_ state: DashboardState) -> Bool {
    models.allSatisfy { name in state.subject.models.contains { $0.name == name } }
  }

  /// Those whose subject is there: the same ones all along.
  package func steps(in state: DashboardState) -> [TourStep] {
    steps.filter { $0.isAvailable(state) }
  }
}

/// Where a reader is in the tour.
package struct TourState: Sendable, Equatable {
  package enum Help: Int, CaseIterable, Sendable { case none, hint, answer }

  package var chapter = 0
  /// Among the chapter's steps that are available.
  package var step = 0
  package var isShown = false
  package var help = Help.none
  /// Of what is said, where it does not fit all at once.
  package var page = 0
  /// The WER in percent that the reader expects.
  package var guess: Double?
  /// The goal of the present step has been reached since it began.
  package var isReached = false
  /// What is said about it: the numbers of that moment, whatever is chosen afterwards.
  package var reveal = ""
  /// What the chapter comes to, behind its last step.
  package var conclusion = ""
  /// What was there when the step began, for starting it over.
  package var start: Start?

  package struct Start: Sendable, Equatable {
    package var choice: Choice
    package var view: ViewKind
    package var pinned: OperatingPoint?
    package var budget: BudgetState
    package var isPaused: Bool
  }

  package init() {}
}

package enum Tour {
  package static let chapters: [TourChapter] = [
    .layers, .cost, .training, .distillation, .choosing, .budget,
  ]

  /// The reader's. Every chapter begins with one that is always available.
  package static func step(_ state: DashboardState) -> TourStep {
    chapters[state.tour.chapter].steps(in: state)[state.tour.step]
  }

  /// What it all came to, a sentence a chapter. What a layer is, is the beginning of what skipping costs.
  package static func card(_ state: DashboardState) -> [String] {
    chapters.dropFirst().filter { $0.isAvailable(state) }.map { $0.conclusion(state) }
  }

  // MARK: - What steps ask of a state

  static func isHalf(_ state: DashboardState) -> Bool {
    state.walk.keptCount == TourKeys.half(state)
  }

  static func isFull(_ state: DashboardState) -> Bool { state.isFull }

  static func isSettled(_ state: DashboardState) -> Bool { state.present?.isComplete ?? false }

  /// The percentage of words heard wrong at the present operating point.
  static func rate(_ state: DashboardState) -> String {
    marked(
      percent(state.present?.errorRate), isComplete: state.present.map(\.isComplete) ?? true)
  }

  /// What was guessed, where something was.
  static func guessed(_ state: DashboardState) -> String {
    state.tour.guess.map { " (you guessed \(fixed($0, 0)) %)" } ?? ""
  }
}

extension DashboardState {
  /// Curves and marks would tell what the tour is just asking.
  var hidesAnswers: Bool {
    tour.isShown && tour.guess == nil && Tour.step(self).asksGuess
  }
}
