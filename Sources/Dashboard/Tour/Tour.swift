// The tour: chapters of a few steps for somebody who has never heard of layer dropping.

import Backbones
import TerminalUI

/// One thing to do in the real program. What counts is the state that is reached, however it was.
package struct TourStep: Sendable {
  package var title: String
  /// What to see and what to do, in two or three sentences.
  package var text: String
  /// What to do, in fewer words.
  package var hint: String
  /// Keys that do it from where the step begins; the tests press them.
  package var answer: @Sendable (DashboardState) -> [Key]
  /// Said when the goal is reached; may quote what was measured.
  package var reveal: @Sendable (DashboardState) -> String
  package var isReached: @Sendable (DashboardState) -> Bool

  init(
    _ title: String, _ text: String, hint: String,
    answer: @autoclosure @escaping @Sendable () -> [Key], model: String? = nil,
    reveal: @escaping @Sendable (DashboardState) -> String = { _ in "" },
    isReached: @escaping @Sendable (DashboardState) -> Bool
  ) {
    self.title = title
    self.text = text
    self.hint = hint
    self.answer = { state in
      // A model is chosen by its number in the menu, which depends on what was opened.
      let index = model.flatMap { name in state.subject.models.firstIndex { $0.name == name } }
      return answer() + (index.map { ["M", .character(Character("\($0 + 1)"))] } ?? [])
    }
    self.reveal = reveal
    self.isReached = isReached
  }
}

package struct TourChapter: Sendable {
  package var title: String
  /// Models it is about; without them it is left out.
  package var models: [String] = []
  package var steps: [TourStep]

  package func isAvailable(_ state: DashboardState) -> Bool {
    models.allSatisfy { name in state.subject.models.contains { $0.name == name } }
  }
}

/// Where a reader is in the tour.
package struct TourState: Sendable, Equatable {
  package enum Help: Int, Sendable { case none, hint, answer }

  package var chapter = 0
  package var step = 0
  package var isShown = false
  package var help = Help.none
  /// The WER in percent that the reader expects.
  package var guess: Double?
  /// The goal of the present step has been reached since it began.
  package var isReached = false
  /// What was chosen when the step began, for starting it over.
  package var start: Start?

  package struct Start: Sendable, Equatable {
    package var choice: DashboardState.Choice
    package var view: ViewKind
  }

  package init() {}
}

package enum Tour {
  package static func step(_ state: DashboardState) -> TourStep {
    chapters[state.tour.chapter].steps[state.tour.step]
  }

  private static func half(_ state: DashboardState) -> Int { state.layerCount / 2 }

  private static func rate(_ state: DashboardState) -> String { percent(state.present?.errorRate) }

  private static func isSettled(_ state: DashboardState) -> Bool {
    state.present?.isComplete ?? false
  }

  package static let chapters: [TourChapter] = [
    TourChapter(
      title: "What a layer does",
      steps: [
        TourStep(
          "Look inside",
          "A recogniser is a stack of layers. Each one takes what the layer below understood and "
            + "improves on it. Open the view Layers: it reads the text that would come out after every "
            + "layer.",
          hint: "number keys open the views; Layers is the third", answer: ["3"],
          reveal: { _ in
            "Read from top to bottom: noise first, then pieces of words, then the sentence."
          },
          isReached: { $0.view == .layers }),
        TourStep(
          "Go up the stack",
          "Below the list are the pieces of words the model thinks of over time. Move the cursor to "
            + "the middle layer and watch them settle.",
          hint: "the arrow keys move the cursor", answer: Array(repeating: .down, count: 5),
          reveal: { _ in "Darker is surer. In the first layers hardly anything is." },
          isReached: { $0.view == .layers && $0.layerCursor == max(0, half($0) - 1) }),
        TourStep(
          "Skip one",
          "Every layer adds something to what it is given, so what it is given can also be passed on "
            + "as it came. Skip the layer under the cursor.",
          hint: "Space runs or skips the layer under the cursor", answer: [" "],
          reveal: { _ in
            "□ is skipped: its row repeats what came in. The layers above make do with it."
          },
          isReached: { $0.isManual && !$0.mask[$0.layerCursor] }),
      ]),
    TourChapter(
      title: "What skipping costs",
      steps: [
        TourStep(
          "Start from everything",
          "The word error rate counts words heard wrong, missed or added, per word said. Go to "
            + "Explore with all layers running and let it be measured.",
          hint: "1 opens Explore, Home drops nothing", answer: ["1", .home],
          reveal: { "With all layers: \(rate($0)), measured just now on this machine." },
          isReached: { $0.view == .explore && $0.mask == $0.fullMask && isSettled($0) }),
        TourStep(
          "Guess first",
          "With half of the layers an utterance takes about half the time. What will the word error "
            + "rate be? Type your guess before you look.",
          hint: "G, a number in percent, Enter", answer: ["G", "3", "0", .enter],
          reveal: { "Your guess: \($0.tour.guess.map { fixed($0, 0) } ?? "–") %." },
          isReached: { $0.tour.guess != nil }),
        TourStep(
          "And look",
          "Drop half of the layers with the slider and let it be measured.",
          hint: "← and → move the slider; d takes a number", answer: ["d", "5", "0", .enter],
          reveal: {
            "Measured: \(rate($0)). You guessed \($0.tour.guess.map { fixed($0, 0) } ?? "nothing") %."
          },
          isReached: { $0.mask.keptCount == half($0) && isSettled($0) }),
      ]),
    TourChapter(
      title: "Why models must be trained for it", models: ["reference", "random-drop"],
      steps: [
        TourStep(
          "A model that was not",
          "reference was trained with all of its layers, always. Choose it, with half of the layers.",
          hint: "M opens the list of models", answer: ["1", "d", "5", "0", .enter],
          model: "reference",
          reveal: { "\(rate($0)): it never learnt to do without any of them." },
          isReached: {
            $0.subject.models[$0.model].name == "reference" && $0.mask.keptCount == half($0)
              && isSettled($0)
          }),
        TourStep(
          "One that was",
          "random-drop was trained with other layers missing in every step. Choose it, still with half "
            + "of the layers.",
          hint: "M again", answer: [], model: "random-drop",
          reveal: { "\(rate($0)) with the same layers." },
          isReached: {
            $0.subject.models[$0.model].name == "random-drop" && $0.mask.keptCount == half($0)
              && isSettled($0)
          }),
        TourStep(
          "The price at the other end",
          "Now give it all of its layers. It has hardly ever had them all in training.",
          hint: "Home drops nothing", answer: [.home],
          reveal: {
            "\(rate($0)), where reference has "
              + "\(percent(named("reference", at: $0.fullMask, $0)?.errorRate)): trained with gaps, it "
              + "cannot use everything."
          },
          isReached: {
            $0.subject.models[$0.model].name == "random-drop" && $0.mask == $0.fullMask
              && isSettled($0)
          }),
      ]),
    TourChapter(
      title: "What distillation changes", models: ["random-drop", "dld"],
      steps: [
        TourStep(
          "Two clouds",
          "Distillation makes the model with gaps say what a model with all layers says, frame by "
            + "frame. Open Embeddings: one cloud is the reference's outputs, the other this model's.",
          hint: "4 opens Embeddings", answer: ["4"],
          reveal: { _ in "Where the clouds lie on each other, the outputs agree." },
          isReached: { $0.view == .embeddings }),
        TourStep(
          "Pull them apart",
          "Take random-drop, drop three quarters of the layers and watch the mean KL, which is what "
            + "distillation makes small.",
          hint: "d, 75, Enter; M opens the list of models", answer: ["d", "7", "5", .enter],
          model: "random-drop",
          reveal: { _ in "The fewer layers, the further the outputs drift." },
          isReached: {
            $0.view == .embeddings && $0.mask.dropRatio >= 0.7
              && $0.subject.models[$0.model].name == "random-drop"
          }),
        TourStep(
          "With and without",
          "Choose a model that was distilled: its name begins with dld. Compare the means.",
          hint: "M opens the list of models", answer: [], model: "dld",
          reveal: { _ in "The list under the histogram keeps the settings you have seen." },
          isReached: {
            $0.view == .embeddings && $0.subject.models[$0.model].name.hasPrefix("dld")
              && $0.mask.dropRatio >= 0.7
          }),
      ]),
    TourChapter(
      title: "Choosing which layers",
      steps: [
        TourStep(
          "Keep the first ones",
          "How many layers run decides the cost; which ones decides the quality. In Explore, with half "
            + "of the layers, keep the first ones.",
          hint: "P opens the policies; first is the second",
          answer: ["1", "d", "5", "0", .enter, "P", "2"], reveal: { "\(rate($0))" },
          isReached: {
            $0.view == .explore && $0.policyName == "first" && $0.mask.keptCount == half($0)
              && isSettled($0)
          }),
        TourStep(
          "Pin it and spread them",
          "Pin this setting, so that everything is compared with it, then spread the layers evenly.",
          hint: "p pins; P opens the policies", answer: ["p", "P", "1"],
          reveal: { "\(rate($0)) for the same cost." },
          isReached: {
            $0.pinned != nil && $0.pinned != $0.presentSetting && $0.policyName == "spread"
              && isSettled($0)
          }),
        TourStep(
          "Your own mask",
          "Now swap layers by hand: skip one that runs and run one that is skipped. Can you beat the "
            + "pin?",
          hint: "↑ ↓ and Space",
          answer: ["k", "k", "k", "k", "k", "k", "k", "k", "k", "k", "k", " ", "j", " "],
          reveal: { "\(rate($0)) by hand. u undoes it." },
          isReached: { $0.isManual && $0.mask.keptCount == half($0) && isSettled($0) }),
      ]),
    TourChapter(
      title: "Living with a budget",
      steps: [
        TourStep(
          "Think in milliseconds",
          "A phone does not care about layers but about time. Open Budget and let every depth be "
            + "measured.",
          hint: "6 opens Budget", answer: ["6"],
          reveal: { _ in "The deepest mask within the budget is chosen for you." },
          isReached: { $0.view == .budget }),
        TourStep(
          "Make it tight",
          "Lower the budget until at most half of the layers run.",
          hint: "- lowers it", answer: Array(repeating: "-", count: 40),
          reveal: {
            "\(significant($0.budget.amount)) ms leave \($0.mask.keptCount) layers."
          },
          isReached: { $0.view == .budget && $0.mask.keptCount <= half($0) }),
        TourStep(
          "Let it vary",
          "Play the scenario: the compute that is to be had changes while people speak. Compare the "
            + "model that chooses its depth with those that cannot.",
          hint: "Space plays", answer: [" "],
          reveal: { _ in
            "Fixed at full depth it is late; fixed at half it wastes what it could use."
          },
          isReached: { $0.view == .budget && ($0.budget.played ?? 0) >= 10 }),
      ]),
  ]

  private static func named(
    _ name: String, at mask: LayerMask, _ state: DashboardState
  ) -> Measurement? {
    state.subject.models.firstIndex { $0.name == name }.flatMap {
      state.measurements[DashboardState.Setting(model: $0, mask: mask)]
    }
  }
}
