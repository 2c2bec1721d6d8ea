// Neighbouring layers skipped: which run of them, by search, or by a gate that was learnt (contiguous layer
// pruning, arXiv 2510.23652).

import Backbones

/// Of all runs of the needed length the one without which the CTC loss is least; of equal ones the last. Where
/// the atlas does not have all of them, the one that `RunGate` found.
package enum ContiguousPolicy: AtlasPolicy {
  package static let name = "contiguous"
  package static let summary = "the best run skipped, by an atlas"

  /// The mask of a depth that skips one run of layers.
  /// - Parameter start: the run's first layer, from 0.
  static func mask(keeping count: Int, of layers: Int, skippingFrom start: Int) -> LayerMask {
    let skipped = start..<start + layers - count
    return LayerMask(layerCount: layers, keeping: (0..<layers).filter { !skipped.contains($0) })
  }

  /// nil where a run is missing.
  package static func searched(keeping count: Int, in atlas: MaskAtlas) -> MaskAtlas.Point? {
    let masks = (0...count).reversed().map {
      mask(keeping: count, of: atlas.key.layers, skippingFrom: $0)
    }
    let points = masks.compactMap { atlas[$0] }
    return points.count == masks.count ? points.min { $0.loss < $1.loss } : nil
  }

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    let atlas = ranked.atlas
    if let best = searched(keeping: count, in: atlas) { return best.mask }
    guard let learnt = atlas.findings?.gatedRun(keeping: count, of: atlas.key.layers) else {
      throw ranked.lacks("every run of \(atlas.key.layers - count) neighbouring layers skipped")
    }
    return learnt
  }
}
