// The tour's fifth chapter: which layers to keep, and how to be sure of it.

import Backbones
import TerminalUI
import Tradeoff

extension TourChapter {
  static let choosing = TourChapter(
    title: "Choosing which layers", steps: [first, spread, byHand, atlas, best]
  ) { state in
    let choices = rates(state).map { "\($0.name) \($0.rate)" }
    let known =
      choices.isEmpty
      ? "" : ": with \(TourKeys.half(state)) of \(state.layerCount) \(Findings.list(choices)) wrong"
    return """
      As many layers are not as good\(known). Choose a mask on one split of the data and report it \
      on another.
      """
  }

  private static let first = TourStep(
    "Keep the first ones",
    { state in
      """
      How many layers run decides the cost; which ones decides the quality. A policy is a rule for \
      that. In Explore (1), with half of the layers (d, 50, Enter), choose the policy first (P).
      """
    },
    hint: "P opens the policies; first is the second",
    answer: {
      TourKeys.open(.explore, $0) + TourKeys.dropHalf($0) + TourKeys.policy("first", $0)
    },
    reveal: {
      "\(Tour.rate($0)) of the words are wrong with the first half of \(Findings.name($0))."
    },
    isReached: {
      $0.view == .explore && $0.policyName == "first" && Tour.isHalf($0) && Tour.isSettled($0)
    })

  private static let spread = TourStep(
    "Pin it, spread them",
    { _ in
      """
      Pin that (p): everything is compared with it from now on. Then choose the policy spread (P): as \
      many layers, evenly spread.
      """
    },
    hint: "p pins; P opens the policies",
    answer: {
      TourKeys.dropHalf($0)
        + ($0.pinned == firstHalf($0) ? [] : TourKeys.policy("first", $0) + ["p"])
        + TourKeys.policy(SpreadPolicy.name, $0)
    },
    reveal: { state in
      let verdict = Findings.verdict(
        state.presentPoint, against: state.pinned, called: "the first ones", state)
      return """
        Spread \(Tour.rate(state)), \(Findings.named("first", state.pinned, state)), with as many \
        layers: \(verdict ?? "–").
        """
    },
    isReached: {
      $0.pinned == firstHalf($0) && $0.policyName == SpreadPolicy.name && Tour.isHalf($0)
        && Tour.isSettled($0) && Findings.isMeasured($0.pinned, $0)
    })

  private static let byHand = TourStep(
    "Your own mask",
    { state in
      """
      Now choose yourself: skip a layer that runs and run one that is skipped (↑ ↓ and Space, in \
      Explore), so that \(TourKeys.half(state)) run. Is yours better than what you have seen?
      """
    },
    hint: "↑ ↓ and Space",
    answer: { TourKeys.open(.explore, $0) + TourKeys.halfByHand($0) },
    reveal: { state in
      let rivals = ["first", SpreadPolicy.name].map { ($0, half($0, state)) }
        .filter { Findings.isMeasured($0.1, state) }
      let verdicts = rivals.compactMap { name, point in
        Findings.verdict(state.presentPoint, against: point, called: name, state).map {
          "\($0) (\(Findings.percentage(point, state) ?? "–"))"
        }
      }
      let verdict = verdicts.isEmpty ? "" : ": \(Findings.list(verdicts))"
      return "By hand \(Tour.rate(state))\(verdict). u undoes it."
    },
    isReached: { $0.isManual && Tour.isHalf($0) && Tour.isSettled($0) })

  private static let atlas = TourStep(
    "All of them",
    { state in
      let count = survey(state).map { grouped($0.atlas.points.count) } ?? "–"
      return """
        There are \(count) masks. Measured beforehand, once, they are this model's atlas. Open Atlas \
        (8) with \(owner(state)), and half of its layers: every dot is a mask; the lower, the better.
        """
    },
    hint: "M for the model; 8; d, 50, Enter",
    answer: {
      TourKeys.choose(owner($0), $0) + TourKeys.open(.atlas, $0) + TourKeys.dropHalf($0)
    },
    reveal: { state in
      let count = TourKeys.half(state)
      guard let survey = state.survey, survey.depths.indices.contains(count) else { return "" }
      let depth = survey.depths[count]
      let spread = survey.atlas[LayerMask.spread(keeping: count, of: state.layerCount)].map {
        survey.atlas.errorRate($0)
      }
      return """
        On \(survey.atlas.key.split) the best of \(grouped(depth.masks)) masks with \(count) layers \
        leaves \(percent(depth.best)) of the words wrong, the spread one \(percent(spread)). + and - go \
        along the best of each cost.
        """
    },
    isReached: { $0.view == .atlas && $0.survey != nil && Tour.isHalf($0) }
  ).needing { survey($0) != nil }

  private static let best = TourStep(
    "Does the best hold?",
    { state in
      let split = survey(state)?.atlas.key.split ?? "–"
      return """
        The best mask was found on \(split). Chosen and reported on the same words it would flatter \
        itself. Choose the policy best (P), still with half of the layers: it is measured on \
        \(state.subject.split).
        """
    },
    hint: "P, then best",
    answer: {
      TourKeys.choose(owner($0), $0) + TourKeys.dropHalf($0) + TourKeys.policy(BestPolicy.name, $0)
    },
    reveal: { state in
      let spread = half(SpreadPolicy.name, state)
      let verdict = Findings.verdict(
        state.presentPoint, against: spread, called: SpreadPolicy.name, state)
      return """
        Best \(Tour.rate(state)) on \(state.subject.split), \
        \(Findings.named(SpreadPolicy.name, spread, state))\(verdict.map { ": \($0)" } ?? "").
        """
    },
    isReached: {
      $0.policyName == BestPolicy.name && Tour.isHalf($0) && Tour.isSettled($0)
    }
  ).needing { state in
    state.subject.models.contains { $0.atlas != nil && $0.policies.refusal(BestPolicy.name) == nil }
  }

  // MARK: - Parts

  /// The first half of the layers, as the step before pinning leaves them.
  private static func firstHalf(_ state: DashboardState) -> OperatingPoint { half("first", state) }

  /// Of the present model; of a policy that it has.
  private static func half(_ policy: String, _ state: DashboardState) -> OperatingPoint {
    state.point(
      model: state.model,
      walk: state.policies.walk(policy, seed: state.seed, keeping: TourKeys.half(state)))
  }

  /// What is known of half of the present model's layers, by policy.
  private static func rates(_ state: DashboardState) -> [(name: String, rate: String)] {
    ["first", SpreadPolicy.name, BestPolicy.name].compactMap { name in
      guard state.policies.refusal(name) == nil else { return nil }
      return Findings.percentage(half(name, state), state).map { (name, $0) }
    }
  }

  /// The first model with an atlas.
  private static func owner(_ state: DashboardState) -> String {
    let index = state.surveys.firstIndex { $0 != nil } ?? state.model
    return state.subject.models[index].name
  }

  private static func survey(_ state: DashboardState) -> AtlasSurvey? {
    state.surveys.lazy.compactMap { $0 }.first
  }
}
