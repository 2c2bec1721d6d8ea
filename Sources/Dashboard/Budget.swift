// What each depth takes of a budget, which depth a budget chooses, and the scenario made from them.

import Backbones
import Tradeoff

enum Budget {
  /// A depth in the budget's table.
  struct Row {
    var mask: LayerMask
    /// In the budget's unit; nil before anything is known.
    var amount: Double?
    var fits: Bool
  }

  /// The present policy's depths, deepest first.
  static func rows(_ state: DashboardState) -> [Row] {
    state.policyMasks.map { mask in
      let amount = amount(mask, state)
      return Row(
        mask: mask, amount: amount,
        // Times come out a little different from what was set as the budget.
        fits: amount.map { $0 <= state.budget.amount * 1.0001 } ?? false)
    }
  }

  /// The deepest that fits, else the one that takes least; nil while nothing is known.
  static func choice(_ rows: [Row]) -> Row? {
    guard rows.contains(where: { $0.amount != nil }) else { return nil }
    return rows.first(where: \.fits) ?? rows.last
  }

  /// What a mask takes of the budget, in its unit: on the chosen device, an utterance of mean length.
  static func amount(_ mask: LayerMask, _ state: DashboardState) -> Double? {
    switch state.budget.unit {
    case .gflop: state.costs.gflopPerAudioSecond(mask)
    case .milliseconds: seconds(mask, state).map { $0 * 1000 }
    }
  }

  private static func seconds(_ mask: LayerMask, _ state: DashboardState) -> Double? {
    let device = Device.all[state.budget.device]
    return state.seconds(state.point(model: state.model, mask: mask)).map { $0 / device.speed }
  }

  // MARK: - The scenario

  /// Whether every depth has been measured to the end: what the scenario plays with.
  static func isMeasured(_ state: DashboardState) -> Bool {
    state.policyMasks.allSatisfy {
      state.measurement($0)?.isComplete == true && seconds($0, state) != nil
    }
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
    let depths = state.policyMasks.compactMap { mask -> Scenario.Depth? in
      guard let results = state.measurement(mask)?.results.compactMap({ $0 }) else { return nil }
      let point = state.point(model: state.model, mask: mask)
      let seconds = results.compactMap { result in
        state.seconds(point, audioSeconds: result.audioSeconds).map { $0 / device.speed }
      }
      // Nine of ten are to be in time: with the mean for their length every other one would be late.
      let expected = Summary.Percentiles.rank(0.9, of: zip(seconds, lengths).map(/).sorted())
      return Scenario.Depth(
        mask: mask, expectedSeconds: expected, counts: results.map(\.counts), seconds: seconds)
    }
    return Scenario(
      trace: state.budget.traces[state.budget.trace], interval: interval,
      deadline: deadline(state), depths: depths, lengths: lengths)
  }

  /// How long each utterance is, relative to their mean.
  private static func lengths(_ state: DashboardState) -> [Double] {
    let measured = state.policyMasks.first.flatMap { state.measurement($0) }
    let seconds = (measured?.results ?? []).compactMap { $0?.audioSeconds }
    let mean = seconds.reduce(0, +) / Double(max(1, seconds.count))
    return mean > 0 ? seconds.map { $0 / mean } : []
  }

  /// The budget; one in FLOPs is as long as the present mask takes.
  private static func deadline(_ state: DashboardState) -> Double {
    switch state.budget.unit {
    case .milliseconds: state.budget.amount / 1000
    case .gflop:
      seconds(state.mask, state) ?? 0.01
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
