// Layers by how much the loss answers to small changes of them: importance by forward passes only, as ECoFLaP
// has it (arXiv 2310.02998).

import Backbones

/// Coarse, then fine: the layers that may run are shared out over segments of the stack in proportion to the
/// sums of their layers' importance, of which each has one at least as long as there are enough; within a
/// segment the most important layers stay.
package enum ZerothOrderPolicy: AtlasPolicy {
  package static let name = "zeroth-order"
  package static let summary = "what the loss feels most, by an atlas"

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    let findings = try ranked.findings(with: "the sensitivities of its layers")
    return mask(keeping: count, by: findings.sensitivities)
  }

  /// - Parameter importance: by layer, from 0 on.
  static func mask(keeping count: Int, by importance: [Double]) -> LayerMask {
    let segments = LayerSegments.of(importance.count)
    let shares = share(
      count, by: segments.map { $0.reduce(0) { $0 + importance[$1] } }, rooms: segments.map(\.count)
    )
    return LayerMask(
      layerCount: importance.count,
      keeping: zip(segments, shares).flatMap { segment, share in
        segment.sorted { (importance[$1], $0) < (importance[$0], $1) }.prefix(share)
      })
  }

  /// One by one, each where the score by 2 n + 1 is greatest, n being what is there already (Sainte-Lague), of
  /// equal ones to the first; the first of each goes before all others. As none ever loses what it has, deeper
  /// masks hold those that are not as deep.
  static func share(_ count: Int, by scores: [Double], rooms: [Int]) -> [Int] {
    (0..<count).reduce(into: scores.map { _ in 0 }) { shares, _ in
      let open = scores.indices.filter { shares[$0] < rooms[$0] }
      let waiting = open.filter { shares[$0] == 0 }
      func claim(_ place: Int) -> Double { scores[place] / Double(2 * shares[place] + 1) }
      var best: Int?
      for place in waiting.isEmpty ? open : waiting {
        if let known = best, claim(place) <= claim(known) { continue }
        best = place
      }
      if let best { shares[best] += 1 }
    }
  }
}
