// What each depth takes of a budget, which depth a budget chooses, and the scenario made from them.

import Backbones
import TerminalUI
import Tradeoff

enum Budget {
  /// A depth in the budget's table.
  struct Row {
    var walk: Walk
    /// In the budget's unit; nil before anything is known.
    var amount: Double?
    var fits: Bool
  }

  /// The present policy's depths, deepest first.
  static func rows(_ state: DashboardState) -> [Row] {
    let budget = amount(state)
    return state.policyWalks.map { walk in
      let amount = amount(walk, state)
      let fits = budget.flatMap { budget in
        // A sum of parts comes out a little different from the whole.
        amount.map { $0 <= budget * 1.0001 }
      }
      return Row(walk: walk, amount: amount, fits: fits ?? false)
    }
  }

  /// The deepest that fits, else the one that takes least; nil while nothing is known.
  static func choice(_ rows: [Row]) -> Row? {
    guard rows.contains(where: { $0.amount != nil }) else { return nil }
    return rows.first(where: \.fits) ?? rows.last
  }

  /// What may be spent, in the budget's unit: a share of full depth on this machine.
  static func amount(_ state: DashboardState) -> Double? {
    let share = Double(state.budget.percent) / 100
    return switch state.budget.unit {
    case .gflop: state.gflopPerAudioSecond(state.fullPoint) * share
    case .milliseconds: state.seconds(state.fullPoint).map { $0 * 1000 * share }
    }
  }

  /// What a walk takes of the budget, in its unit: on the chosen device, an utterance of mean length.
  static func amount(_ walk: Walk, _ state: DashboardState) -> Double? {
    let point = state.point(model: state.model, walk: walk)
    return switch state.budget.unit {
    case .gflop: state.gflopPerAudioSecond(point)
    case .milliseconds:
      state.seconds(point).map { $0 * 1000 / Device.all[state.budget.device].speed }
    }
  }

  /// The next larger or smaller budget, in percent of full depth: finer where it is small.
  static func next(_ percent: Int, isMore: Bool) -> Int {
    let step = percent < 100 || (percent == 100 && !isMore) ? 5 : percent < 500 ? 25 : 250
    return min(10_000, max(5, percent + (isMore ? step : -step)))
  }

  // MARK: - The scenario

  /// Whether every depth has been measured to the end: what the scenario plays with.
  static func isMeasured(_ state: DashboardState) -> Bool {
    state.policyWalks.allSatisfy { walk in
      state.measurement(walk)?.isComplete == true
        && state.seconds(state.point(model: state.model, walk: walk)) != nil
    }
  }

  /// An utterance a second.
  static let interval = 1.0

  /// Nil until every depth has been measured to the end.
  static func scenario(_ state: DashboardState) -> Scenario? {
    guard isMeasured(state), let full = state.seconds(state.fullPoint) else { return nil }
    let device = Device.all[state.budget.device]
    let depths = state.policyWalks.compactMap { walk -> Scenario.Depth? in
      let results = state.measurement(walk)?.results.compactMap { $0 } ?? []
      let point = state.point(model: state.model, walk: walk)
      guard let seconds = state.seconds(point, of: results),
        let mean = state.seconds(point, audioSeconds: results.map(\.audioSeconds))
      else { return nil }
      // 1 where there is one mask for all.
      let ratios = zip(seconds, mean).map { $1 > 0 ? $0 / $1 : 1 }.sorted()
      let most = Summary.Percentiles.rank(Scenario.caution, of: ratios)
      return Scenario.Depth(
        walk: walk, counts: results.map(\.counts), expected: mean.map { $0 * most / device.speed },
        seconds: seconds.map { $0 / device.speed })
    }
    return Scenario(
      trace: state.budget.traces[state.budget.trace], interval: interval,
      deadline: full * Double(state.budget.percent) / 100, depths: depths,
      slowdowns: state.costs.latency?.slowdowns ?? Slowdowns())
  }

  /// A model in the scenario and how it has done so far.
  struct Contestant {
    var name: String
    var score: Scenario.Score
    var choose: (Double, Int) -> Int?

    var lateShare: Double {
      score.answered > 0 ? Double(score.missedDeadlines) / Double(score.answered) : 0
    }
  }

  /// The model that chooses its depth, then those that cannot: with all layers, with half, and the
  /// deepest that fits the worst moment.
  static func contestants(_ scenario: Scenario, _ state: DashboardState) -> [Contestant] {
    let played = state.budget.played ?? 0
    func contestant(_ name: String, _ choose: @escaping (Double, Int) -> Int?) -> Contestant {
      Contestant(
        name: name, score: scenario.play(utterances: played, choose: choose), choose: choose)
    }
    let fixed = [state.layerCount, state.layerCount / 2].map { count in
      let choice = scenario.staticChoice(keeping: count)
      return contestant("always \(count) layers") { _, _ in choice }
    }
    let worst = scenario.worstMomentChoice
    let count = worst.map { scenario.depths[$0].walk.keptCount } ?? 0
    return [contestant("chooses its depth") { scenario.dynamicChoice(speed: $0, utterance: $1) }]
      + fixed + [contestant("always \(count): worst case") { _, _ in worst }]
  }

  /// Which of them had most words right in time; nil before any had one.
  static func winner(_ contestants: [Contestant]) -> Int? {
    let shares = contestants.map(\.score.rightInTimeShare)
    return shares.max().flatMap { most in most > 0 ? shares.firstIndex(of: most) : nil }
  }

  /// What the play shows, from long to short: by how much choosing wins, or why it does not.
  static func verdict(
    _ contestants: [Contestant], _ scenario: Scenario, _ state: DashboardState
  ) -> [String] {
    guard let free = contestants.first, free.score.answered > 0,
      let best = contestants.dropFirst().max(by: {
        $0.score.rightInTimeShare < $1.score.rightInTimeShare
      })
    else { return [] }
    let lead = free.score.rightInTimeShare - best.score.rightInTimeShare
    if lead > 0.0005 {
      let points = fixed(lead * 100, 1)
      return [
        "choosing wins by \(points) points of words right in time over \(best.name)",
        "choosing wins by \(points) points of words right in time", "choosing wins by \(points)",
      ]
    }
    let reason = reason(free, best, scenario, state)
    return ["choosing does not win: \(reason)", "no win: \(reason)", reason]
  }

  private static func reason(
    _ free: Contestant, _ best: Contestant, _ scenario: Scenario, _ state: DashboardState
  ) -> String {
    let played = state.budget.played ?? 0
    let speeds = (0..<played).map { scenario.trace.speed(at: Double($0) * interval) }
    if free.score.rightInTime == 0, best.score.rightInTime == 0 {
      return "no word is right in time at this budget"
    }
    if free.score.keptCounts == state.layerCount...state.layerCount {
      return "all layers fit at every moment"
    }
    // What is right with all the time in the world.
    if free.score.right < best.score.right {
      return free.score.keptCounts.map { $0.upperBound > best.score.lastKept } == true
        ? "more layers are not better here"
        : "being in time nine times of ten took too many layers"
    }
    if Set(speeds).count == 1 {
      return scenario.trace.steps.count == 1
        ? "the speed never changes" : "the speed has not changed yet"
    }
    return "\(free.score.missedDeadlines) answers came late by a hair"
  }
}
