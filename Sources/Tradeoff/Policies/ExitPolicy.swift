// Early exit: through light trained layers (Balcony, arXiv 2503.05005) where there are some, with thresholds
// that were searched for each budget (DyCE, 2403.01695); else by the head as it is.

import Backbones

package enum ExitPolicy: ConfidencePolicy {
  package static let name = "exit"
  package static let summary = "leaves when sure, by an atlas"

  /// Every layer is one where none is trained.
  package static func exits(keeping count: Int, of layerCount: Int) -> [Int] {
    Array(1..<layerCount)
  }

  package static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> Walk {
    let ranked = try context.atlas.get()
    guard let exits = ranked.atlas.findings?.exits else {
      return try untrainedWalk(keeping: count, in: context)
    }
    if let only = context.onlyMask(keeping: count) { return Walk(only) }
    let limits = exits.limits(keeping: count)
    return Walk(
      policy: name, atlas: "\(ranked.digest) \(exits.digest)", keeping: count,
      of: context.layerCount, exits: exits,
      look: { layer, said in
        guard let limit = limits[layer] else { return .run }
        let now = said()
        return Confidence.mean(now, rows: 0..<now.rows) >= limit ? .leave : .run
      })
  }

  package static func shortfall(by ranked: RankedAtlas) -> PolicyRefusal? {
    guard ranked.atlas.findings?.exits == nil else { return nil }
    return PolicyRefusal(
      "untrained",
      reason:
        "expected exits that were trained for \(ranked.atlas.key.model), found none: it leaves "
        + "by the head as it is, which was made for the last layer; 'dropscope sweep --all-masks "
        + "--atlas' trains them where the model has a head that can be trained through")
  }
}
