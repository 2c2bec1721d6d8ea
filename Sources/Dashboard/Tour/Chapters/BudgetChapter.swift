// The tour's last chapter: a budget that chooses, and one that changes while people speak.

import Tradeoff

extension TourChapter {
  static let budget = TourChapter(
    title: "Living with a budget", steps: [milliseconds, tight, vary]
  ) { state in
    let verdict = verdict(state).map { "; as it was played, \($0)" } ?? ""
    return """
      A network that runs at any depth can be asked for what there is time for, moment by moment\
      \(verdict).
      """
  }

  private static let milliseconds = TourStep(
    "Think in milliseconds",
    { _ in
      """
      A phone does not care about layers but about time. Open Budget (6) and press + once: from then \
      on the budget chooses the deepest mask that fits. Wait until every depth is measured.
      """
    },
    hint: "6 opens Budget; + or - gives it charge",
    answer: { TourKeys.open(.budget, $0) + ($0.budget.isInCharge ? [] : ["+"]) },
    reveal: { "\(amount($0)) \(leaves($0))." },
    isReached: { $0.view == .budget && $0.budget.isInCharge && Budget.isMeasured($0) })

  private static let tight = TourStep(
    "Make it tight",
    { _ in
      """
      Lower the budget (-) until at most half of the layers fit, but not so far that nothing fits.
      """
    },
    hint: "- lowers it, + raises it",
    answer: { TourKeys.open(.budget, $0) + TourKeys.budgetForHalf($0) },
    reveal: { "\(amount($0)) \(leaves($0)): a choice that no network of one depth has." },
    isReached: {
      $0.view == .budget && $0.budget.isInCharge && Budget.isMeasured($0)
        && TourKeys.fitsHalf(Budget.rows($0), $0)
    })

  private static let vary = TourStep(
    "Let it vary",
    { state in
      """
      An answer that comes late is no answer: what counts are words right in time. Play the scenario \
      (Space) for \(wholeTrace(state)) utterances, once through all its changes of speed, and see who \
      gets most of them.
      """
    },
    hint: "Space plays",
    answer: { TourKeys.open(.budget, $0) + ($0.budget.isPlaying ? [] : [" "]) },
    reveal: { state in
      guard let scenario = Budget.scenario(state) else { return "" }
      let told = Budget.contestants(scenario, state).map {
        "\($0.name) \(percent($0.score.rightInTimeShare))"
      }
      let end = verdict(state).map { ": \($0)" } ?? ""
      return "Words right in time: \(told.joined(separator: ", "))\(end)."
    },
    isReached: {
      $0.view == .budget && playedHere($0) >= wholeTrace($0) && Budget.isMeasured($0)
    })

  // MARK: - Parts

  /// Utterances in which a scenario has gone through all its speeds; of a very long one, two minutes.
  private static func wholeTrace(_ state: DashboardState) -> Int {
    let trace = state.budget.traces[state.budget.trace]
    return max(10, min(120, Int((trace.seconds / Budget.interval).rounded(.up))))
  }

  /// Utterances since the step began.
  private static func playedHere(_ state: DashboardState) -> Int {
    let (played, before) = (state.budget.played ?? 0, state.tour.start?.budget.played ?? 0)
    return played >= before ? played - before : played
  }

  private static func amount(_ state: DashboardState) -> String {
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

  /// Who was right in time, as it was played; nil before anything was.
  private static func verdict(_ state: DashboardState) -> String? {
    guard (state.budget.played ?? 0) > 0, let scenario = Budget.scenario(state) else { return nil }
    return Budget.verdict(Budget.contestants(scenario, state), scenario, state).first
  }
}
