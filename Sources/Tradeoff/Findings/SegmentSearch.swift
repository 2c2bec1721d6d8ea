// The search of the policy `segments`, after Flexiffusion (arXiv 2409.17566).

import Backbones
import Base

/// Evolution over how many layers run in each segment of the stack. As Flexiffusion's segments of a schedule
/// do, each begins with what runs and ends with what is skipped; its steps in between, which run in part,
/// have no counterpart: a layer runs as a whole here.
struct SegmentSearch {
  private let layerCount: Int
  private let segments: [Range<Int>]

  /// Candidates that live on, how many they bring forth in each round, and how far those go to be new.
  private static let (survivors, children, rounds, moves) = (8, 8, 12, 8)

  init(layerCount: Int) {
    self.layerCount = layerCount
    segments = LayerSegments.of(layerCount)
  }

  /// Of each segment so many of the first layers.
  func mask(_ kept: [Int]) -> LayerMask {
    LayerMask(
      layerCount: layerCount,
      keeping: zip(segments, kept).flatMap { $0.prefix($1) })
  }

  /// The best candidate that was met; of equal ones the one whose first layers run. nil when `score` is.
  /// - Parameters:
  ///   - count: layers that run, 0 < count < layerCount.
  ///   - deeper: the best candidate with one layer more, which is where some begin.
  ///   - score: of masks that were not asked for before: less is better.
  func best(
    keeping count: Int, after deeper: [Int]? = nil, score: ([LayerMask]) -> [Double]?
  ) -> [Int]? {
    var random = RandomGenerator(seed: 1, streams: 0x5E63, UInt64(count))
    var known: [LayerMask: Double] = [:]
    let none = [Int](repeating: 0, count: segments.count)
    var living = [evened(none, count)]
    if let deeper {
      for place in none.indices where deeper[place] > 0 {
        var kept = deeper
        kept[place] -= 1
        living.append(kept)
      }
    }
    while living.count < Self.survivors { living.append(repaired(none, count, &random)) }
    for round in 0...Self.rounds {
      if round > 0 {
        let parents = living
        for _ in 0..<Self.children {
          var kept = child(of: parents, count, &random)
          // What was met before says nothing new.
          for _ in 0..<Self.moves where known[mask(kept)] != nil { move(&kept, &random) }
          living.append(kept)
        }
      }
      living = distinct(living)
      let asked = living.map(mask).filter { known[$0] == nil }
      if !asked.isEmpty {
        guard let scores = score(asked) else { return nil }
        for (mask, score) in zip(asked, scores) { known[mask] = score }
      }
      let ranked = living.map { ($0, mask($0)) }.sorted { one, other in
        let scores = (known[one.1] ?? .infinity, known[other.1] ?? .infinity)
        return scores.0 == scores.1
          ? one.1.description > other.1.description : scores.0 < scores.1
      }
      living = ranked.prefix(Self.survivors).map(\.0)
    }
    return living[0]
  }

  private func distinct(_ all: [[Int]]) -> [[Int]] {
    var seen: Set<[Int]> = []
    return all.filter { seen.insert($0).inserted }
  }

  /// Each segment as one of its parents has it, then one layer moved to another segment.
  private func child(
    of living: [[Int]], _ count: Int, _ random: inout RandomGenerator
  ) -> [Int] {
    let parents = (0..<2).map { _ in living[Int.random(in: living.indices, using: &random)] }
    var kept = segments.indices.map { parents[Int.random(in: 0..<2, using: &random)][$0] }
    kept = repaired(kept, count, &random)
    move(&kept, &random)
    return kept
  }

  /// One layer to another segment, where there is room.
  private func move(_ kept: inout [Int], _ random: inout RandomGenerator) {
    let sources = kept.indices.filter { kept[$0] > 0 }
    guard let source = sources.randomElement(using: &random) else { return }
    let targets = kept.indices.filter { $0 != source && kept[$0] < segments[$0].count }
    guard let target = targets.randomElement(using: &random) else { return }
    kept[source] -= 1
    kept[target] += 1
  }

  /// Layers added or taken away by lot until there are `count`.
  private func repaired(
    _ kept: [Int], _ count: Int, _ random: inout RandomGenerator
  ) -> [Int] {
    var kept = kept
    var difference = count - kept.reduce(0, +)
    while difference != 0 {
      let places = kept.indices.filter {
        difference > 0 ? kept[$0] < segments[$0].count : kept[$0] > 0
      }
      guard let place = places.randomElement(using: &random) else { return kept }
      kept[place] += difference.signum()
      difference -= difference.signum()
    }
    return kept
  }

  /// Layers added one by one where there is most room.
  private func evened(_ kept: [Int], _ count: Int) -> [Int] {
    (0..<count).reduce(into: kept) { kept, _ in
      let rooms = kept.indices.map { segments[$0].count - kept[$0] }
      if let most = rooms.max(), let place = rooms.firstIndex(of: most) { kept[place] += 1 }
    }
  }
}
