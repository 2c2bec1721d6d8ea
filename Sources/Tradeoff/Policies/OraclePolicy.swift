// The best mask of each utterance: the bound for masks that depend on the input.

import Backbones

/// Knows the utterances of the split that its atlas is of, and no others: it is no way of recognising speech,
/// but what one that chose perfectly would come to.
package enum OraclePolicy: LayerPolicy {
  package static let name = "oracle"
  package static let summary = "each utterance's best"
  package static let needsAtlas = true

  package static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> Walk {
    let ranked = try context.atlas.get()
    let atlas = ranked.atlas
    guard context.split == atlas.key.testedSplit else {
      let known =
        "the split \(atlas.key.split) of \(atlas.key.dataset), whose utterances the atlas knows"
      throw PolicyRefusal(
        "knows \(atlas.key.split) only",
        reason: "expected \(known), found \(context.split == nil ? "none" : "another")")
    }
    guard !atlas.bestMasks.isEmpty else {
      throw atlas.isTooOld("the best masks of each utterance")
    }
    if let only = context.onlyMask(keeping: count) { return Walk(only) }
    guard let best = atlas.best(keeping: count) else {
      throw ranked.lacks("masks of \(count) layers")
    }
    let masks = Dictionary(
      zip(atlas.utterances, atlas.bestMasks.map { $0[count] }),
      uniquingKeysWith: { first, _ in first })
    return Walk(
      policy: name, atlas: ranked.digest, keeping: count, of: context.layerCount,
      // Of what could not be read nothing is known.
      choice: { layer, utterance in (masks[utterance] ?? best.mask)[layer] })
  }
}
