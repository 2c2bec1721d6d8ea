// What policies that choose by an atlas have in common.

import Backbones

/// Chooses among masks that were measured on a development split.
package protocol AtlasPolicy: MaskPolicy {
  /// Exactly `count` layers, 0 < count < layerCount. Throws where the atlas does not say.
  static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask
}

extension AtlasPolicy {
  package static var needsAtlas: Bool { true }

  package static func mask(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> LayerMask {
    let ranked = try context.atlas.get()
    if let only = context.onlyMask(keeping: count) { return only }
    return try mask(keeping: count, by: ranked)
  }
}

extension MaskAtlas {
  /// Where its file is from before something was kept.
  func isTooOld(_ what: String) -> PolicyRefusal {
    PolicyRefusal(
      "its atlas is too old",
      reason:
        "expected an atlas of \(key.model) with \(what), found one from before they were kept; "
        + "'dropscope sweep --all-masks --atlas' makes it anew")
  }
}

/// An atlas, and what takes long to work out of it.
package struct RankedAtlas: Sendable {
  package let atlas: MaskAtlas
  package let digest: String
  /// Of the CTC loss; nil where masks are missing.
  package let shapleyValues: [Double]?
  /// By the CTC loss, full depth first.
  package let greedyPath: [MaskAtlas.Point]

  package init(_ atlas: MaskAtlas) {
    self.atlas = atlas
    digest = atlas.digest
    shapleyValues = atlas.shapleyValues()
    greedyPath = atlas.greedyPath()
  }

  /// What was searched for and learnt on the split besides.
  /// - Parameter what: of it, for who has a file from before that was kept.
  func findings(with what: String) throws(PolicyRefusal) -> AtlasFindings {
    guard let findings = atlas.findings else { throw atlas.isTooOld(what) }
    return findings
  }

  /// Where masks are missing that a policy would have to compare.
  func lacks(_ what: String) -> PolicyRefusal {
    PolicyRefusal(
      "its atlas lacks masks",
      reason: "expected an atlas with \(what), found \(atlas.points.count) of the "
        + "2^\(atlas.key.layers) masks of \(atlas.key.model)")
  }
}
