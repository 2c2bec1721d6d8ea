// The tour: chapters of a few steps for somebody who has never heard of layer dropping.

import Backbones
import TerminalUI
import Tradeoff

/// One thing to do in the real program. What counts is the state that is reached, however it was.
package struct TourStep: Sendable {
  package var title: String
  /// What to see and what to do, in two or three sentences.
  package var text: String
  /// What to do, in fewer words.
  package var hint: String
  /// Keys that do it from wherever the reader is; the tests press them.
  package var answer: @Sendable (DashboardState) -> [Key]
  /// Said when the goal is reached, about what was measured by then.
  package var reveal: @Sendable (DashboardState) -> String
  package var isReached: @Sendable (DashboardState) -> Bool

  init(
    _ title: String, _ text: String, hint: String,
    answer: @escaping @Sendable (DashboardState) -> [Key],
    reveal: @escaping @Sendable (DashboardState) -> String = { _ in "" },
    isReached: @escaping @Sendable (DashboardState) -> Bool
  ) {
    self.title = title
    self.text = text
    self.hint = hint
    self.answer = answer
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
  package enum Help: Int, CaseIterable, Sendable { case none, hint, answer }

  package var chapter = 0
  package var step = 0
  package var isShown = false
  package var help = Help.none
  /// Of what is said, where it does not fit all at once.
  package var page = 0
  /// The WER in percent that the reader expects.
  package var guess: Double?
  /// The goal of the present step has been reached since it began.
  package var isReached = false
  /// The goal was there before the reader did anything.
  package var wasAlreadySo = false
  /// What is said about it: the numbers of that moment, whatever is chosen afterwards.
  package var reveal = ""
  /// What was there when the step began, for starting it over.
  package var start: Start?

  package struct Start: Sendable, Equatable {
    package var choice: Choice
    package var view: ViewKind
    package var pinned: OperatingPoint?
    package var budget: BudgetState
  }

  package init() {}
}

package enum Tour {
  package static func step(_ state: DashboardState) -> TourStep {
    chapters[state.tour.chapter].steps[state.tour.step]
  }

  /// The percentage of words heard wrong at the present operating point.
  private static func rate(_ state: DashboardState) -> String {
    marked(
      percent(state.present?.errorRate), isComplete: state.present.map(\.isComplete) ?? true)
  }

  private static func isSettled(_ state: DashboardState) -> Bool {
    state.present?.isComplete ?? false
  }

  private static func modelName(_ state: DashboardState) -> String {
    state.subject.models[state.model].name
  }

  private static func isHalf(_ state: DashboardState) -> Bool {
    state.walk.keptCount == TourKeys.half(state)
  }

  /// The first half of the layers, as the step before pinning leaves them.
  private static func firstHalf(_ state: DashboardState) -> OperatingPoint {
    state.point(
      model: state.model,
      walk: state.policies.walk("first", seed: state.seed, keeping: TourKeys.half(state)))
  }

  package static let chapters: [TourChapter] = [
    TourChapter(
      title: "What a layer does",
      steps: [
        TourStep(
          "Look inside",
          "A recogniser is a stack of layers. Each one takes what the one before it understood and "
            + "improves on it. Open the view Layers: it reads the text that would come out after every "
            + "layer.",
          hint: "number keys open the views; Layers is the third",
          answer: { TourKeys.open(.layers, $0) },
          reveal: { _ in
            "Read from top to bottom: noise first, then pieces of words, then the sentence."
          },
          isReached: { $0.view == .layers }),
        TourStep(
          "Go down the list",
          "Below the list (e shows it where there is no room) are the pieces of words the model thinks "
            + "of over time. Move the cursor to the middle layer and watch them settle.",
          hint: "the arrow keys move the cursor",
          answer: {
            TourKeys.open(.layers, $0)
              + TourKeys.move(from: $0.layerCursor, to: TourKeys.middle($0))
          },
          reveal: { _ in "Fuller (█) is surer. In the first layers hardly anything is." },
          isReached: { $0.view == .layers && $0.layerCursor == TourKeys.middle($0) }),
        TourStep(
          "Skip one",
          "Every layer adds something to what it is given, so what it is given can also be passed on "
            + "as it came. Skip the layer under the cursor.",
          hint: "Space runs or skips the layer under the cursor",
          answer: { TourKeys.open(.layers, $0) + TourKeys.skipByHand($0) },
          reveal: { _ in
            "□ skip: passed on as it came. The layers after it, further down, make do with it."
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
          hint: "1 opens Explore, Home drops nothing",
          answer: { TourKeys.open(.explore, $0) + [.home] },
          reveal: { "With all layers: \(rate($0)), measured just now on this machine." },
          isReached: { $0.view == .explore && $0.walk == $0.fullWalk && isSettled($0) }),
        TourStep(
          "Guess first",
          "With half of the layers an utterance takes less time. What will the word error rate be? Type "
            + "your guess before you look.",
          hint: "G, a number in percent, Enter", answer: { _ in ["G", "3", "0", .enter] },
          reveal: { "Your guess: \($0.tour.guess.map { fixed($0, 0) } ?? "–") %." },
          isReached: { $0.tour.guess != nil }),
        TourStep(
          "And look",
          "Drop half of the layers with the slider and let it be measured.",
          hint: "← and → move the slider; d takes a number", answer: { TourKeys.dropHalf($0) },
          reveal: {
            "Measured: \(rate($0)). You guessed \($0.tour.guess.map { "\(fixed($0, 0)) %" } ?? "nothing")."
          },
          isReached: { isHalf($0) && isSettled($0) }),
      ]),
    TourChapter(
      title: "Why models must be trained for it", models: ["reference", "random-drop"],
      steps: [
        TourStep(
          "A model that was not",
          "reference was trained with all of its layers, always. Choose it, with half of the layers.",
          hint: "M opens the list of models",
          answer: { TourKeys.dropHalf($0) + TourKeys.choose("reference", $0) },
          reveal: { "\(rate($0)): it never learnt to do without any of them." },
          isReached: { modelName($0) == "reference" && isHalf($0) && isSettled($0) }),
        TourStep(
          "One that was",
          "random-drop was trained with other layers missing in every step. Choose it, still with half "
            + "of the layers.",
          hint: "M again", answer: { TourKeys.dropHalf($0) + TourKeys.choose("random-drop", $0) },
          reveal: { "\(rate($0)) with the same layers." },
          isReached: { modelName($0) == "random-drop" && isHalf($0) && isSettled($0) }),
        TourStep(
          "At the other end",
          "Now give random-drop all of its layers. It has hardly ever had them all in training.",
          hint: "Home drops nothing", answer: { TourKeys.choose("random-drop", $0) + [.home] },
          reveal: {
            "\(rate($0)), where reference has "
              + "\(percent(named("reference", by: $0.fullWalk, $0)?.errorRate)): trained with gaps, it "
              + "cannot use everything."
          },
          isReached: {
            modelName($0) == "random-drop" && $0.walk == $0.fullWalk && isSettled($0)
          }),
      ]),
    TourChapter(
      title: "What distillation changes", models: ["random-drop", "dld"],
      steps: [
        TourStep(
          "Where frames go",
          "Distillation makes the model with gaps say what a model with all layers says, frame by "
            + "frame. Open Embeddings: a line goes from the reference's output to this model's.",
          hint: "4 opens Embeddings", answer: { TourKeys.open(.embeddings, $0) },
          reveal: { _ in "Frames without a line stayed: there, the outputs agree." },
          isReached: { $0.view == .embeddings }),
        TourStep(
          "Pull them apart",
          "Take random-drop, drop three quarters of the layers and watch the mean reference KL, "
            + "which is what distillation makes small.",
          hint: "d, 75, Enter; M opens the list of models",
          answer: {
            TourKeys.open(.embeddings, $0) + ["d", "7", "5", .enter]
              + TourKeys.choose("random-drop", $0)
          },
          reveal: { _ in "The fewer layers, the further the outputs drift." },
          isReached: {
            $0.view == .embeddings && $0.walk.dropRatio >= 0.7 && modelName($0) == "random-drop"
          }),
        TourStep(
          "With and without",
          "Choose a model that was distilled: its name begins with dld. Compare the means.",
          hint: "M opens the list of models",
          answer: {
            TourKeys.open(.embeddings, $0)
              + ($0.walk.dropRatio >= 0.7 ? [] : ["d", "7", "5", .enter])
              + TourKeys.choose("dld", $0)
          },
          reveal: { _ in "The list under the histogram keeps the settings you have seen." },
          isReached: {
            $0.view == .embeddings && modelName($0).hasPrefix("dld") && $0.walk.dropRatio >= 0.7
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
          answer: {
            TourKeys.open(.explore, $0) + TourKeys.dropHalf($0) + TourKeys.policy("first", $0)
          },
          reveal: { "\(rate($0)) words wrong with the first half of the layers." },
          isReached: {
            $0.view == .explore && $0.policyName == "first" && isHalf($0) && isSettled($0)
          }),
        TourStep(
          "Pin it, spread them",
          "Pin the first half of the layers, so that everything is compared with it, then spread as "
            + "many layers evenly.",
          hint: "p pins; P opens the policies",
          answer: {
            TourKeys.dropHalf($0)
              + ($0.pinned == firstHalf($0) ? [] : TourKeys.policy("first", $0) + ["p"])
              + TourKeys.policy("spread", $0)
          },
          reveal: { "\(rate($0)) for the same cost." },
          isReached: {
            $0.pinned == firstHalf($0) && $0.policyName == "spread" && isHalf($0) && isSettled($0)
          }),
        TourStep(
          "Your own mask",
          "Now swap layers by hand: skip one that runs and run one that is skipped. Can you beat the "
            + "pin?",
          hint: "↑ ↓ and Space", answer: { TourKeys.open(.explore, $0) + TourKeys.halfByHand($0) },
          reveal: { "\(rate($0)) by hand. u undoes it." },
          isReached: { $0.isManual && isHalf($0) && isSettled($0) }),
      ]),
    TourChapter(
      title: "Living with a budget",
      steps: [
        TourStep(
          "Think in milliseconds",
          "A phone does not care about layers but about time. Open Budget and press + once: from then "
            + "on the budget chooses the deepest mask that fits. Wait until every depth is measured.",
          hint: "6 opens Budget; + or − gives it charge",
          answer: { TourKeys.open(.budget, $0) + ($0.budget.isInCharge ? [] : ["+"]) },
          reveal: { "\(budget($0)) \(leaves($0))." },
          isReached: { $0.view == .budget && $0.budget.isInCharge && Budget.isMeasured($0) }),
        TourStep(
          "Make it tight",
          "Lower the budget until at most half of the layers fit, but not so far that nothing fits.",
          hint: "- lowers it, + raises it",
          answer: { TourKeys.open(.budget, $0) + TourKeys.budgetForHalf($0) },
          reveal: { "\(budget($0)) \(leaves($0))." },
          isReached: {
            $0.view == .budget && $0.budget.isInCharge && Budget.isMeasured($0)
              && TourKeys.fitsHalf(Budget.rows($0), $0)
          }),
        TourStep(
          "Let it vary",
          "Play the scenario for ten utterances: the compute that is to be had changes while people "
            + "speak. Compare the model that chooses its depth with those that cannot.",
          hint: "Space plays",
          answer: { TourKeys.open(.budget, $0) + ($0.budget.isPlaying ? [] : [" "]) },
          reveal: { outcome($0) },
          isReached: { $0.view == .budget && ($0.budget.played ?? 0) >= 10 }),
      ]),
  ]

  private static func budget(_ state: DashboardState) -> String {
    let amount = Budget.amount(state).map(significant) ?? "–"
    return "\(state.budget.percent) % of full depth, \(amount) \(state.budget.unit.rawValue),"
  }

  /// What the budget came to, from the table's measured rows.
  private static func leaves(_ state: DashboardState) -> String {
    guard let choice = Budget.choice(Budget.rows(state)) else { return "leaves nothing yet" }
    let count = choice.walk.keptCount
    let layers = "\(count) of \(state.layerCount) layers"
    return choice.fits ? "leaves \(layers)" : "leaves nothing: even 1 layer takes more"
  }

  /// Who was right in time, as it was played.
  private static func outcome(_ state: DashboardState) -> String {
    guard let scenario = Budget.scenario(state) else { return "" }
    let told = Budget.contestants(scenario, state).map {
      "\($0.name) \(percent($0.score.rightInTimeShare))"
    }
    return "Words right in time: \(told.joined(separator: ", "))."
  }

  private static func named(
    _ name: String, by walk: Walk, _ state: DashboardState
  ) -> Measurement? {
    state.subject.models.firstIndex { $0.name == name }.flatMap {
      state.measurements[state.point(model: $0, walk: walk)]
    }
  }
}
