// What each depth takes of a budget, which depth a budget chooses, and the scenario made from them.

import Backbones
import Tradeoff

enum Budget {
  /// A depth in the budget's table.
  struct Row {
    var walk: Walk
    /// In the budget's unit; nil before anything is known.
    var amount: Double?
    var isMeasured: Bool
    var fits: Bool
  }

  /// The present policy's depths, deepest first.
  static func rows(_ state: DashboardState) -> [Row] {
    let walks = state.policyWalks
    let known = known(walks, state)
    return walks.map { walk in
      let amount = amount(walk, known, state)
      return Row(
        walk: walk, amount: amount,
        isMeasured: state.budget.device == 0 && measuredSeconds(walk, state) != nil,
        // Times come out a little different from what was set as the budget.
        fits: amount.map { $0 <= state.budget.amount * 1.0001 } ?? false)
    }
  }

  /// The deepest that fits, else the one that takes least; nil while nothing is known.
  static func choice(_ rows: [Row]) -> Row? {
    guard rows.contains(where: { $0.amount != nil }) else { return nil }
    return rows.first(where: \.fits) ?? rows.last
  }

  /// What a walk takes of the budget, in its unit.
  static func amount(_ walk: Walk, _ state: DashboardState) -> Double? {
    amount(walk, known(state.policyWalks, state), state)
  }

  private static func amount(
    _ walk: Walk, _ known: [Depth], _ state: DashboardState
  ) -> Double? {
    switch state.budget.unit {
    case .gflop: state.gflopPerAudioSecond(state.point(model: state.model, walk: walk))
    case .milliseconds: milliseconds(walk, known, state)
    }
  }

  /// Of an utterance of mean length on the chosen device: measured here where it was, else estimated.
  private static func milliseconds(
    _ walk: Walk, _ known: [Depth], _ state: DashboardState
  ) -> Double? {
    let seconds = measuredSeconds(walk, state) ?? estimatedSeconds(walk, known, state)
    return seconds.map { $0 * 1000 / Device.all[state.budget.device].speed }
  }

  /// A depth that was measured to the end.
  private struct Depth {
    var walk: Walk
    var seconds: Double
  }

  private static func known(_ walks: [Walk], _ state: DashboardState) -> [Depth] {
    walks.compactMap { walk in
      measuredSeconds(walk, state).map { Depth(walk: walk, seconds: $0) }
    }
  }

  private static func measuredSeconds(_ walk: Walk, _ state: DashboardState) -> Double? {
    guard let measurement = state.measurement(walk), measurement.isComplete else { return nil }
    return measurement.meanSeconds
  }

  /// The calibration ran while nothing else did, so it is scaled by what a measured depth, full depth
  /// first, took beside it; and no depth is estimated outside what its measured neighbours took.
  private static func estimatedSeconds(
    _ walk: Walk, _ known: [Depth], _ state: DashboardState
  ) -> Double? {
    guard let estimate = state.costs.estimatedSeconds(walk) else { return nil }
    let scale = known.lazy.compactMap { depth in
      state.costs.estimatedSeconds(depth.walk).flatMap { $0 > 0 ? depth.seconds / $0 : nil }
    }.first
    let least = known.filter { $0.walk.keptCount < walk.keptCount }.map(\.seconds).max() ?? 0
    let most = known.filter { $0.walk.keptCount > walk.keptCount }.map(\.seconds).min()
    return max(least, min(estimate * (scale ?? 1), most ?? .infinity))
  }

  // MARK: - The scenario

  /// Whether every depth has been measured to the end: what the scenario plays with.
  static func isMeasured(_ state: DashboardState) -> Bool {
    state.policyWalks.allSatisfy { measuredSeconds($0, state) != nil }
  }

  /// An utterance a second.
  static let interval = 1.0

  /// A model in the scenario and how it has done so far.
  struct Contestant {
    var name: String
    var score: Scenario.Score

    var lateShare: Double {
      score.answered > 0 ? Double(score.missedDeadlines) / Double(score.answered) : 0
    }
  }

  /// Nil until every depth has been measured to the end.
  static func scenario(_ state: DashboardState) -> Scenario? {
    guard isMeasured(state) else { return nil }
    let device = Device.all[state.budget.device]
    let lengths = lengths(state)
    let depths = state.policyWalks.compactMap { walk -> Scenario.Depth? in
      guard let results = state.measurement(walk)?.results.compactMap({ $0 }) else { return nil }
      let seconds = results.map { $0.seconds / device.speed }
      // Nine of ten are to be in time: with the mean for their length every other one would be late.
      let expected = Summary.Percentiles.rank(0.9, of: zip(seconds, lengths).map(/).sorted())
      return Scenario.Depth(
        walk: walk, expectedSeconds: expected, counts: results.map(\.counts), seconds: seconds)
    }
    return Scenario(
      trace: state.budget.traces[state.budget.trace], interval: interval,
      deadline: deadline(state), depths: depths, lengths: lengths)
  }

  /// How long each utterance is, relative to their mean.
  private static func lengths(_ state: DashboardState) -> [Double] {
    let measured = state.policyWalks.first.flatMap { state.measurement($0) }
    let seconds = (measured?.results ?? []).compactMap { $0?.audioSeconds }
    let mean = seconds.reduce(0, +) / Double(max(1, seconds.count))
    return mean > 0 ? seconds.map { $0 / mean } : []
  }

  /// The budget; one in FLOPs is as long as the present walk takes.
  private static func deadline(_ state: DashboardState) -> Double {
    switch state.budget.unit {
    case .milliseconds: state.budget.amount / 1000
    case .gflop:
      (milliseconds(state.walk, known(state.policyWalks, state), state) ?? 10) / 1000
    }
  }

  /// The model that chooses its depth beside those that cannot.
  static func contestants(_ scenario: Scenario, _ state: DashboardState) -> [Contestant] {
    let played = state.budget.played ?? 0
    let fixed = [state.layerCount, state.layerCount / 2].map { count in
      Contestant(
        name: "always \(count) layers",
        score: scenario.play(utterances: played) { _, _ in scenario.staticChoice(keeping: count) })
    }
    let free = Contestant(
      name: "chooses its depth",
      score: scenario.play(utterances: played) { scenario.dynamicChoice(speed: $0, utterance: $1) })
    return [free] + fixed
  }
}
