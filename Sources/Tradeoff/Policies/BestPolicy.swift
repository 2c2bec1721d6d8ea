// The best mask there is: the bound for masks that are the same for every utterance.

import Backbones

package enum BestPolicy: AtlasPolicy {
  package static let name = "best"
  package static let summary = "the fewest errors, by an atlas"

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    guard let best = ranked.atlas.best(keeping: count) else {
      throw ranked.lacks("masks of \(count) layers")
    }
    return best.mask
  }
}
