// So many of the first layers of each segment, found by evolution: after Flexiffusion (arXiv 2409.17566).

import Backbones

/// What `SegmentSearch` found nearest to full depth: no transcript is needed for it. Flexiffusion also runs
/// steps in part; a layer here runs or is skipped, as masks have it.
package enum SegmentsPolicy: AtlasPolicy {
  package static let name = "segments"
  package static let summary = "evolved by nearness to full depth, by an atlas"

  package static func mask(
    keeping count: Int, by ranked: RankedAtlas
  ) throws(PolicyRefusal) -> LayerMask {
    let findings = try ranked.findings(with: "segments that were searched for")
    guard let mask = findings.segments[count] else {
      throw ranked.lacks("masks of \(count) layers")
    }
    return mask
  }
}
