// What the tour and the demo say of what was measured: figures with where they are from, and verdicts that
// follow from the figures, whichever models are looked at.

import Backbones
import Foundation
import Speech
import TerminalUI
import Tradeoff

enum Findings {
  static func index(_ name: String, _ state: DashboardState) -> Int? {
    state.subject.models.firstIndex { $0.name == name }
  }

  static func name(_ state: DashboardState) -> String { state.subject.models[state.model].name }

  /// A model by its name, with evenly spread layers: all of them, or one of so many.
  static func point(
    _ name: String, oneOf part: Int = 1, _ state: DashboardState
  ) -> OperatingPoint? {
    index(name, state).map { model in
      let policies = state.subject.models[model].policies
      let count = max(1, policies.layerCount / part)
      let walk =
        part == 1
        ? .full(policies.layerCount)
        : policies.walk(SpreadPolicy.name, seed: state.seed, keeping: count)
      return state.point(model: model, walk: walk)
    }
  }

  static func isMeasured(_ point: OperatingPoint?, _ state: DashboardState) -> Bool {
    point.flatMap { state.measurements[$0]?.isComplete } ?? false
  }

  // MARK: - Error rates

  /// A share of the words, measured here to the end or, else, saved with the program.
  static func rate(
    _ point: OperatingPoint?, _ state: DashboardState
  ) -> (value: Double, isSaved: Bool)? {
    guard let point else { return nil }
    if isMeasured(point, state), let rate = state.measurements[point]?.errorRate {
      return (rate, false)
    }
    let policies = state.subject.models[point.model].policies
    let count = point.walk.keptCount
    guard point.walk == policies.walk(SpreadPolicy.name, seed: state.seed, keeping: count) else {
      return nil
    }
    return state.saved(point.model, by: SpreadPolicy.name).first { $0.keptLayers == count }
      .map { ($0.errorRate, true) }
  }

  /// `7.8 %`, as the screen shows it; nil while nothing is known.
  static func percentage(_ point: OperatingPoint?, _ state: DashboardState) -> String? {
    rate(point, state).map { percent($0.value) + ($0.isSaved ? " (saved sweep)" : "") }
  }

  /// `dld 7.8 %`, by the model's name or another.
  static func named(
    _ name: String, _ point: OperatingPoint?, _ state: DashboardState
  ) -> String {
    "\(name) \(percentage(point, state) ?? "–")"
  }

  // MARK: - Verdicts

  /// Who makes fewer errors, as far as these words can tell.
  enum Verdict: Equatable { case fewer, tie, more }

  static func verdict(_ probability: Double) -> Verdict {
    probability >= 0.95 ? .fewer : probability <= 0.05 ? .more : .tie
  }

  /// Kept where there is one; nil until both are measured to the end.
  static func comparison(
    _ mine: OperatingPoint?, _ other: OperatingPoint?, _ state: DashboardState
  ) -> ErrorRate.Comparison? {
    guard let mine, let other, isMeasured(mine, state), isMeasured(other, state) else {
      return nil
    }
    let pair = DashboardState.Pair(mine: mine, other: other)
    if let known = state.comparisons[pair] { return known }
    func counts(_ point: OperatingPoint) -> [ErrorCounts] {
      state.measurements[point]?.results.compactMap { $0?.counts } ?? []
    }
    let (speakers, leftOut) = (state.subject.speakers, state.subject.leftOut)
    let measured = speakers.indices.filter { !leftOut.contains($0) }.map { speakers[$0] }
    return ErrorRate.compare(counts(other), counts(mine), groups: measured)
  }

  /// `fewer errors than ..., P 1.00`; `a tie with ..., P 0.61`. Nil until both are measured to the end.
  static func verdict(
    _ mine: OperatingPoint?, against other: OperatingPoint?, called name: String,
    _ state: DashboardState
  ) -> String? {
    comparison(mine, other, state).map { comparison in
      let probability = comparison.probabilityOfImprovement
      let words =
        switch verdict(probability) {
        case .fewer: "fewer errors than \(name)"
        case .more: "more errors than \(name)"
        case .tie: "a tie with \(name)"
        }
      return "\(words), P \(fixed(probability, 2))"
    }
  }

  /// More errors than with all layers, of each utterance that is measured with both.
  static func changes(_ state: DashboardState) -> [Int] {
    zip(state.present?.results ?? [], state.fullDepth?.results ?? []).compactMap { now, before in
      now.flatMap { now in before.map { now.counts.errors - $0.counts.errors } }
    }
  }

  // MARK: - Over depth

  /// Two models with as many layers.
  struct Depth {
    var count: Int
    var probability: Double
    /// Of the words, by each.
    var mine, other: Double
  }

  /// At every depth that Compare shows, by the present policy; nil until all of them are measured.
  static func depths(
    _ mine: String, against other: String, _ state: DashboardState
  ) -> [Depth]? {
    var depths: [Depth] = []
    for count in ComparisonPanel.depths(state) {
      let points = [mine, other].map { compared($0, keeping: count, state) }
      guard let comparison = comparison(points[0], points[1], state),
        let first = rate(points[0], state), let second = rate(points[1], state)
      else { return nil }
      depths.append(
        Depth(
          count: count, probability: comparison.probabilityOfImprovement, mine: first.value,
          other: second.value))
    }
    return depths
  }

  /// As Compare has it; nil where it has none.
  private static func compared(
    _ name: String, keeping count: Int, _ state: DashboardState
  ) -> OperatingPoint? {
    guard let model = index(name, state) else { return nil }
    let policies = state.subject.models[model].policies
    guard policies.layerCount == state.layerCount, policies.refusal(state.policy) == nil else {
      return nil
    }
    return state.point(model: model, walk: state.choice.walk(keeping: count, by: policies))
  }

  /// Whether all of them are measured, which is cheap to ask.
  static func areDepthsMeasured(
    _ mine: String, against other: String, _ state: DashboardState
  ) -> Bool {
    [mine, other].allSatisfy { name in
      ComparisonPanel.depths(state).allSatisfy { count in
        isMeasured(compared(name, keeping: count, state), state)
      }
    }
  }

  /// `fewer errors with 12, 10 and 8 layers; more with 2`
  static func summary(_ depths: [Depth]) -> String {
    let words: [(verdict: Verdict, first: String, next: String)] = [
      (.fewer, "fewer errors", "fewer"), (.tie, "as many errors (a tie)", "a tie"),
      (.more, "more errors", "more"),
    ]
    var parts: [String] = []
    for word in words {
      let same = depths.filter { Self.verdict($0.probability) == word.verdict }
      if same.isEmpty { continue }
      let list = list(same.map { "\($0.count)" })
      let isLost = word.verdict != .fewer && same.allSatisfy { min($0.mine, $0.other) > 0.9 }
      parts.append(
        (parts.isEmpty ? "\(word.first) with \(list) layers" : "\(word.next) with \(list)")
          + (isLost ? ", where neither is understood" : ""))
    }
    return parts.joined(separator: "; ")
  }

  /// `12, 10 and 8`
  static func list(_ words: [String]) -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }

  // MARK: - Cost

  /// Of full depth's compute.
  static func share(_ point: OperatingPoint, _ state: DashboardState) -> String {
    let full = state.gflopPerAudioSecond(point.full)
    return percent(full > 0 ? state.gflopPerAudioSecond(point) / full : 1, decimals: 0)
  }
}
