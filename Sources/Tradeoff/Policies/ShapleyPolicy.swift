// The layers of the highest Shapley values (arXiv 2602.07804), each counted over all orders of layers, or where
// not all masks were measured over some, by a surrogate.

import Backbones

package enum ShapleyPolicy: AtlasPolicy {
  package static let name = "shapley"
  package static let summary = "the highest Shapley values, by an atlas"

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    let surrogate = ranked.atlas.findings?.surrogateValues ?? []
    guard let values = ranked.shapleyValues ?? (surrogate.isEmpty ? nil : surrogate) else {
      throw ranked.lacks("all masks")
    }
    return MaskAtlas.mask(keeping: count, by: values)
  }
}
