// Neighbouring layers skipped: which run of them, by search (contiguous layer pruning, arXiv 2510.23652).

import Backbones

/// Of all runs of the needed length the one without which the CTC loss is least; of equal ones the last.
package enum ContiguousPolicy: AtlasPolicy {
  package static let name = "contiguous"
  package static let summary = "the best run skipped, by an atlas"

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    let layers = ranked.atlas.key.layers
    let skipped = layers - count
    let masks = (0...count).reversed().map { before in
      LayerMask(
        layerCount: layers, keeping: (0..<layers).filter { $0 < before || $0 >= before + skipped })
    }
    let points = masks.compactMap { ranked.atlas[$0] }
    guard points.count == masks.count, let best = points.min(by: { $0.loss < $1.loss }) else {
      throw ranked.lacks("every run of \(skipped) neighbouring layers skipped")
    }
    return best.mask
  }
}
