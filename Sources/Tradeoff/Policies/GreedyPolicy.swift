// Layers dropped one after the other, each time the one that is missed least: LDASR's "greedy".

import Backbones

package enum GreedyPolicy: AtlasPolicy {
  package static let name = "greedy"
  package static let summary = "the least missed goes first, by an atlas"

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    guard let point = ranked.greedyPath.first(where: { $0.mask.keptCount == count }) else {
      throw ranked.lacks("every way of dropping one layer more, down to \(count)")
    }
    return point.mask
  }
}
