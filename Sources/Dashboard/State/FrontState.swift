// The front over all axes: which ways of spending less are tried, and what is known of them.

import Backbones
import Speech
import Tradeoff

package struct FrontState: Sendable {
  /// What a way costs, as a share of the full float32 model.
  package enum Unit: String, CaseIterable, Sendable {
    /// An operation of int8 counts as one of float32.
    case flops = "FLOPs"
    /// On this machine, where int8 takes the time that it takes.
    case time
  }

  /// Errors of one way so far.
  package struct Tally: Sendable, Equatable {
    package private(set) var known: Set<Int> = []
    package private(set) var counts = ErrorCounts()

    package init() {}

    package mutating func add(_ result: UtteranceResult) {
      if known.insert(result.index).inserted { counts += result.counts }
    }
  }

  /// What the ways are tried on; nil before it was read.
  package struct Ground: Sendable, Equatable {
    package var split: String
    package var utterances: Int

    package init(split: String, utterances: Int) {
      self.split = split
      self.utterances = utterances
    }
  }

  package internal(set) var ground: Ground?
  /// Ways are measured whenever nothing else is.
  package internal(set) var isRunning = false
  /// Id of the request that is one of its own.
  package internal(set) var asked: Int?
  package internal(set) var tallies: [OperatingPoint: Tally] = [:]
  /// Percent of the words that may be wrong.
  package internal(set) var target = 10
  package internal(set) var unit = Unit.flops

  package init() {}

  /// Of every way first so many utterances, then the rest: the front takes shape early.
  static let first = 32

  // What is tried beside depth: all combinations.
  private static let ranks = [1, 0.5]
  private static let widths = [1, 0.75, 0.5]
  private static let precisions = [Compute.Precision.float32, .int8]
  /// Depths as shares of all layers.
  private static let depths = [1, 5 / 6.0, 2 / 3.0, 1 / 2.0, 1 / 3.0]

  static let computes = ranks.flatMap { rank in
    widths.flatMap { width in
      precisions.map { Compute(rank: rank, width: width, precision: $0) }
    }
  }

  static func depths(of layers: Int) -> [Int] {
    var seen: Set<Int> = []
    return depths.map { max(1, Int(($0 * Double(layers)).rounded())) }
      .filter { seen.insert($0).inserted }
  }
}

/// A way of spending less, with what it costs and brings.
struct FrontWay: Sendable {
  let point: OperatingPoint
  /// Of the full model, from 0.
  let share: Double
  /// Of the words, from 0.
  let errorRate: Double
  let isComplete: Bool
}

extension DashboardState {
  /// The policy whose masks are tried: the best of each depth where they are known.
  var frontPolicy: String {
    policies.refusal(BestPolicy.name) == nil ? BestPolicy.name : SpreadPolicy.name
  }

  /// Every way that is tried with the present model, decoded greedily.
  var frontPoints: [OperatingPoint] {
    let walks = FrontState.depths(of: layerCount).map {
      policies.walk(frontPolicy, seed: seed, keeping: $0)
    }
    return FrontState.computes.filter { has($0, model: model) }.flatMap { compute in
      walks.map {
        OperatingPoint(model: model, walk: $0, compute: compute, decoding: .greedy)
      }
    }
  }

  /// Those of which something is known, and what they cost too, cheapest first.
  var frontWays: [FrontWay] {
    guard let ground = front.ground else { return [] }
    return frontPoints.compactMap { point in
      guard let tally = front.tallies[point], tally.counts.words > 0,
        let share = frontShare(point)
      else { return nil }
      return FrontWay(
        point: point, share: share, errorRate: tally.counts.rate,
        isComplete: tally.known.count == ground.utterances)
    }.sorted { ($0.share, $0.errorRate) < ($1.share, $1.errorRate) }
  }

  /// Nothing of them is cheaper without more errors.
  static func front(_ ways: [FrontWay]) -> [FrontWay] {
    ParetoFront.of(ways) { ($0.share, $0.errorRate) }
  }

  /// The cheapest that reaches the target.
  func cheapest(_ ways: [FrontWay]) -> FrontWay? {
    ways.first { $0.errorRate <= Double(front.target) / 100 }
  }

  /// What a point takes of what the full model does; nil where its time is not known.
  private func frontShare(_ point: OperatingPoint) -> Double? {
    let (now, full): (Double?, Double?) =
      switch front.unit {
      case .flops: (gflopPerAudioSecond(point), gflopPerAudioSecond(point.full))
      case .time: (seconds(point), seconds(point.full))
      }
    guard let now, let full, full > 0 else { return nil }
    return now / full
  }

  /// What is to be measured next for the front, and of how many utterances more at most: a few of each way,
  /// then all of them.
  var nextOfFront: (point: OperatingPoint, limit: Int)? {
    let all = front.ground?.utterances ?? .max
    let points = frontPoints
    for goal in [min(FrontState.first, all), all] {
      for point in points {
        let known = front.tallies[point]?.known.count ?? 0
        if known < goal { return (point, goal - known) }
      }
    }
    return nil
  }

  /// Whether what is being measured is one of the front's ways.
  package var isFrontMeasured: Bool { activity == .measuring && front.asked == newest?.id }

  /// A way whose time is wanted and not known.
  func untimedOfFront(besidesRunning: Bool = false) -> Thinned? {
    guard front.isRunning || besidesRunning, front.unit == .time,
      modelCosts[model].latency != nil
    else { return nil }
    return FrontState.computes.first { compute in
      has(compute, model: model) && costs(model: model, compute).latency == nil
    }.map { Thinned(model: model, compute: $0) }
  }
}
