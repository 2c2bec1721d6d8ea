// The tour's third chapter: what a network does that never lost a layer, and what random dropping buys and
// costs.

import TerminalUI
import Tradeoff

extension TourChapter {
  static let training = TourChapter(
    title: "Why models must be trained for it", models: ["reference", "random-drop"],
    steps: [guess, untrained, trained, otherEnd]
  ) { state in
    let falls = ["reference", "random-drop"].compactMap { name -> String? in
      let (all, half) = (Findings.point(name, state), Findings.point(name, oneOf: 2, state))
      guard let all = Findings.percentage(all, state), let half = Findings.percentage(half, state)
      else { return nil }
      return "\(name) from \(all) to \(half)"
    }
    let known =
      falls.isEmpty ? "" : ": from all to half of them \(falls.joined(separator: ", ")) wrong"
    return """
      A network must be trained to lose layers\(known). Random dropping alone\(price(state)).
      """
  }

  private static let guess = TourStep.guess(
    "Guess again",
    { state in
      """
      reference has the same shape, but in every step of its training all layers ran. How many \
      words in 100 will it get wrong with half of them? Type a number, then Enter.
      """
    })

  private static let untrained = TourStep(
    "A model that was not",
    { _ in
      "Choose reference (M), with half of the layers (d, 50, Enter), and let it be measured."
    },
    hint: "M opens the list of models; d takes the drop ratio",
    answer: { TourKeys.dropHalf($0) + TourKeys.choose("reference", $0) },
    reveal: { state in
      let full = Findings.rate(state.fullPoint, state)
      let lost = (state.present?.errorRate ?? 0) - (full?.value ?? 0)
      return """
        \(Tour.rate(state))\(Tour.guessed(state)), with all layers \
        \(Findings.percentage(state.fullPoint, state) ?? "–"): \
        \(lost > 0.1 ? "it never learnt to do without any of them." : "on these words it hardly minds.")
        """
    },
    isReached: {
      Findings.name($0) == "reference" && Tour.isHalf($0) && Tour.isSettled($0)
        && Findings.isMeasured($0.fullPoint, $0)
    })

  private static let trained = TourStep(
    "One that was",
    { _ in
      """
      random-drop is of the same shape and heard the same, but in every step of its training other \
      layers were missing, drawn at random. Choose it, still with half of the layers.
      """
    },
    hint: "M opens the list of models",
    answer: { TourKeys.dropHalf($0) + TourKeys.choose("random-drop", $0) },
    reveal: { state in
      let other = Findings.index("reference", state).map {
        state.point(model: $0, walk: state.walk)
      }
      let verdict = Findings.verdict(state.presentPoint, against: other, called: "reference", state)
      return """
        \(Tour.rate(state)) with the same layers, \(Findings.named("reference", other, state))\
        \(verdict.map { ": \($0)." } ?? ".") A layer that cannot count on the one before it learns to \
        do with whatever comes. P: how often the first is better when utterances are drawn anew.
        """
    },
    isReached: { Findings.name($0) == "random-drop" && Tour.isHalf($0) && Tour.isSettled($0) })

  private static let otherEnd = TourStep(
    "At the other end",
    { _ in
      """
      Is that for nothing? In its training random-drop hardly ever had all of its layers. Now give \
      it all of them (d, 0, Enter), and see what it makes of them.
      """
    },
    hint: "d, 0, Enter drops nothing",
    answer: { TourKeys.choose("random-drop", $0) + TourKeys.dropNothing($0) },
    reveal: { state in
      let reference = Findings.point("reference", state)
      return """
        \(Tour.rate(state)), \(Findings.named("reference", reference, state)): with all layers random \
        dropping\(price(state)).
        """
    },
    isReached: { Findings.name($0) == "random-drop" && Tour.isFull($0) && Tour.isSettled($0) })

  /// What random dropping does at full depth, as far as that is known.
  private static func price(_ state: DashboardState) -> String {
    let (mine, other) = (Findings.point("random-drop", state), Findings.point("reference", state))
    if let comparison = Findings.comparison(mine, other, state) {
      return switch Findings.verdict(comparison.probabilityOfImprovement) {
      case .more: " hurts: who is seldom whole in training does not learn to use everything"
      case .tie: " costs nothing that these words could show"
      case .fewer: " even helps here"
      }
    }
    guard let a = Findings.rate(mine, state)?.value, let b = Findings.rate(other, state)?.value
    else { return " has its price at full depth" }
    return a > b
      ? " costs \(fixed((a - b) * 100, 1)) points at full depth"
      : " costs nothing at full depth here"
  }
}
