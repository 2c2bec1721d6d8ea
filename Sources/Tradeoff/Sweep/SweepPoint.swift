// One line of a sweep's file, and what a set of lines must be to be the whole sweep.

import Backbones
import Base
import Foundation
import Speech

/// A walk measured on a split, with its place in the sweep it belongs to: the fields of `Summary` and
/// `seed`, `sweep`, `point` and `points`, in one JSON object.
package struct SweepPoint: Codable, Sendable, Equatable {
  package var summary: Summary
  /// What a policy that draws drew from; absent for other policies.
  package var seed: UInt64?
  /// Identifies the plan: equal in all lines of one sweep, whichever shard measured them.
  package var sweep: String
  /// Position in the plan, from 0, and how many there are.
  package var point: Int
  package var points: Int

  private enum CodingKeys: String, CodingKey { case seed, sweep, point, points }

  package init(summary: Summary, seed: UInt64?, sweep: String, point: Int, points: Int) {
    self.summary = summary
    self.seed = seed
    self.sweep = sweep
    self.point = point
    self.points = points
  }

  package init(from decoder: any Decoder) throws {
    summary = try Summary(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed)
    sweep = try container.decode(String.self, forKey: .sweep)
    point = try container.decode(Int.self, forKey: .point)
    points = try container.decode(Int.self, forKey: .points)
  }

  /// Throws `InputError` for what no sweep measures: a place outside of it, an interval that is none,
  /// counts below 0, numbers beyond what tables and plots can show.
  func check(source: String) throws {
    func check(_ isRight: Bool, _ expected: String, _ found: String) throws {
      if !isRight { throw InputError(source, expected: expected, found: found) }
    }
    try check(points >= 1, "points of at least 1", "\(points)")
    try check(
      (0..<points).contains(point), "a point from 0 to \(points - 1) of the sweep's \(points)",
      "point \(point)")
    let (s, limit) = (summary, 1e12)
    let intervals = [s.werInterval, s.comparison?.interval].compactMap { $0 }
    for interval in intervals {
      try check(
        interval.count == 2 && interval[0] <= interval[1] && abs(interval[0]) <= limit
          && abs(interval[1]) <= limit,
        "an interval of two numbers in order (wer_ci95)", "\(interval)")
    }
    let counts = [
      s.keptLayers, s.utterances, s.words, s.substitutions, s.deletions, s.insertions, s.threads,
      s.skipped ?? 0,
    ]
    try check(
      counts.allSatisfy { $0 >= 0 && Double($0) <= limit }, "counts of at least 0", "\(counts)")
    let numbers = [
      s.wer, s.cer, s.dropRatio, s.gflopPerAudioSecond, s.realTimeFactor, s.latency.p50,
      s.latency.p95,
    ]
    try check(
      numbers.allSatisfy { (0...limit).contains($0) }, "rates and times of at least 0",
      "\(numbers)")
    try check(
      [s.rank, s.width].allSatisfy { Compute.shares.contains($0 ?? 1) },
      "shares of rank and width from 0.25 to 1",
      "\(s.rank ?? 1) and \(s.width ?? 1)")
    if let mask = s.mask {
      try check(
        mask.count >= s.keptLayers && mask.allSatisfy { $0 == "0" || $0 == "1" },
        "a mask of characters 0 and 1", "\"\(mask.prefix(80))\"")
    } else {
      let shares = s.layerShares ?? []
      try check(
        shares.count >= max(1, s.keptLayers) && shares.allSatisfy { (0...1).contains($0) },
        "a mask, or of each layer how often it ran (layer_shares)", "\(shares.prefix(80))")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(seed, forKey: .seed)
    try container.encode(sweep, forKey: .sweep)
    try container.encode(point, forKey: .point)
    try container.encode(points, forKey: .points)
  }
}

/// What a sweep is going to measure, in order.
package struct SweepPlan: Sendable {
  /// One walk of one model on one split.
  package struct Entry: Sendable, Equatable {
    package var model: String
    package var dataset: String
    package var split: String
    /// `manual` for a mask given by hand.
    package var policy: String
    package var seed: UInt64?
    package var walk: Walk
    package var compute: Compute
    /// What both sides' text goes through: shards scored by different rules are different sweeps.
    package var normalization: TextNormalization
    /// Of the model's weights and the split's utterances: names alone do not tell whether two machines
    /// measured the same.
    package var contents: String
    /// How words are found.
    package var decoding: Decoding

    package init(
      model: String, dataset: String, split: String, policy: String, seed: UInt64?, walk: Walk,
      compute: Compute = .full,
      normalization: TextNormalization = .none, contents: String = "",
      decoding: Decoding = .greedy
    ) {
      self.model = model
      self.dataset = dataset
      self.split = split
      self.policy = policy
      self.seed = seed
      self.walk = walk
      self.compute = compute
      self.normalization = normalization
      self.contents = contents
      self.decoding = decoding
    }
  }

  /// Model by model, split by split and compute by compute; masks in depth-first order, so that neighbours share their
  /// first layers and the evaluator runs only the rest.
  package let entries: [Entry]
  /// 16 hexadecimal digits that depend on every entry.
  package let identifier: String

  /// `groups`: the walks of one model at one compute on one split each.
  package init(_ groups: [[Entry]]) {
    entries = groups.flatMap { group in
      group.enumerated().sorted {
        ($0.element.walk.description, $0.offset) > ($1.element.walk.description, $1.offset)
      }.map(\.element)
    }
    var digest = Digest()
    for entry in entries {
      let seed = entry.seed.map(String.init) ?? ""
      let parts = [
        entry.model, entry.dataset, entry.split, entry.policy, seed, entry.walk.description,
        entry.normalization.rawValue, entry.contents,
      ]
      // Sweeps from before there was a choice were greedy and whole, and are the same sweeps still.
      let choices = [entry.decoding.identifier, entry.compute.description]
      digest.add((parts + choices.filter { !$0.isEmpty }).joined(separator: "\t") + "\n")
    }
    identifier = digest.description
  }

  /// The positions of shard `index` (from 1) of `count`, at most a million: neighbours stay together,
  /// sizes differ by one at most, and all shards together are the plan.
  package func shard(_ index: Int, of count: Int) -> Range<Int> {
    entries.count * (index - 1) / count..<entries.count * index / count
  }
}

package enum SweepFile {
  /// Reads JSON lines. Throws `InputError` naming file and line.
  package static func read(_ url: URL) throws -> [SweepPoint] {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw InputError(url.path, expected: "a readable file of JSON lines", found: "none")
    }
    return try text.lines.enumerated().filter { !$0.element.allSatisfy(\.isWhitespace) }
      .map { number, line in
        let place = "\(url.path), line \(number + 1)"
        let point: SweepPoint
        do {
          point = try JSONDecoder().decode(SweepPoint.self, from: Data(line.utf8))
        } catch {
          throw InputError(
            place, expected: "an object of a sweep in JSON", found: "\"\(line.prefix(40))\"")
        }
        try point.check(source: place)
        return point
      }
  }

  /// The lines of all files as one sweep, in the plan's order. Throws `InputError` when they are not
  /// exactly one sweep: lines of another, a point twice, or points missing.
  package static func merge(_ files: [(name: String, points: [SweepPoint])]) throws -> [SweepPoint]
  {
    var merged: [Int: (name: String, point: SweepPoint)] = [:]
    var first: (name: String, point: SweepPoint)?
    for (name, points) in files {
      for point in points {
        try point.check(source: name)
        let known = first ?? (name, point)
        first = known
        guard point.summary.decoding == known.point.summary.decoding else {
          throw InputError(
            name, expected: "\(known.point.summary.decoding) decoding, as in \(known.name)",
            found: "\(point.summary.decoding)")
        }
        guard point.sweep == known.point.sweep, point.points == known.point.points else {
          throw InputError(
            name, expected: "points of sweep \(known.point.sweep), as in \(known.name)",
            found: "points of sweep \(point.sweep)")
        }
        if let other = merged.updateValue((name, point), forKey: point.point) {
          throw InputError(
            name, expected: "each point once",
            found: "point \(point.point), which \(other.name) has too")
        }
      }
    }
    guard let first else {
      throw InputError(
        files.map(\.name).joined(separator: ", "), expected: "points of a sweep", found: "none")
    }
    let all = 0..<first.point.points
    // A file may say that there are more than can be counted through.
    let missing = all.count - merged.count
    guard missing == 0 else {
      let few = all.lazy.filter { merged[$0] == nil }.prefix(5).map(String.init)
      throw InputError(
        files.map(\.name).joined(separator: ", "),
        expected: "all \(all.count) points of the sweep",
        found: "\(merged.count): missing \(few.joined(separator: ", "))"
          + (missing > 5 ? " and \(missing - 5) more" : ""))
    }
    return merged.sorted { $0.key < $1.key }.map(\.value.point)
  }
}

/// The walks of one model, split, policy, depth, compute and way of decoding together.
package struct SweepGroup: Sendable, Equatable {
  /// One walk, or the draws of a policy.
  package let points: [SweepPoint]

  /// Groups in the order of models and splits as they come, then policy, then deepest first.
  package static func of(_ points: [SweepPoint]) -> [SweepGroup] {
    struct Key: Hashable {
      var model, dataset, split, policy, detail, decoding: String, compute: Compute, kept: Int
    }
    var order: [Key] = []
    var groups: [Key: [SweepPoint]] = [:]
    for point in points {
      let summary = point.summary
      // Masks given by hand have nothing in common but their size.
      let detail = point.seed == nil ? summary.mask ?? "" : ""
      let key = Key(
        model: summary.model, dataset: summary.dataset, split: summary.split,
        policy: summary.policy, detail: detail, decoding: summary.decoding,
        compute: summary.compute, kept: summary.keptLayers)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(point)
    }
    var sections: [String] = []
    func section(_ key: Key) -> Int {
      let name = [
        key.model, key.dataset, key.split, key.decoding, key.compute.description,
      ].joined(separator: "\t")
      if let index = sections.firstIndex(of: name) { return index }
      sections.append(name)
      return sections.count - 1
    }
    let ranked = order.map { ($0, section($0)) }
    let policies = PolicyCatalog.names
    func rank(_ key: Key) -> Int { policies.firstIndex(of: key.policy) ?? policies.count }
    return ranked.sorted {
      ($0.1, rank($0.0), -$0.0.kept, $0.0.detail) < ($1.1, rank($1.0), -$1.0.kept, $1.0.detail)
    }.map { SweepGroup(points: groups[$0.0] ?? []) }
  }

  package var first: Summary { points[0].summary }
  package var errorRates: [Double] { points.map(\.summary.wer) }
  package var meanErrorRate: Double { mean(\.wer) }

  /// What to draw or print around the mean: with one walk its confidence interval, with several the
  /// lowest and highest of them.
  package var range: ClosedRange<Double>? {
    if points.count == 1 {
      return first.werInterval.flatMap { $0.count == 2 ? $0[0]...max($0[0], $0[1]) : nil }
    }
    return errorRates.min().flatMap { low in errorRates.max().map { low...$0 } }
  }

  /// Sample standard deviation over the masks; nil for one.
  package var deviation: Double? {
    guard points.count > 1 else { return nil }
    let mean = meanErrorRate
    let squares = errorRates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(points.count - 1)).squareRoot()
  }

  package func mean(_ value: (Summary) -> Double) -> Double {
    points.reduce(0) { $0 + value($1.summary) } / Double(points.count)
  }
}
