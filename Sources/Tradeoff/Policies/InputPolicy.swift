// The mask that suits what is heard, by a small trained network: input-conditioned layer dropping.

import Backbones

/// Every utterance runs exactly as many layers as were asked for; which ones, the network says from the front
/// end's frames (`MaskChooser`). Its own work counts.
package enum InputPolicy: LayerPolicy {
  package static let name = "input"
  package static let summary = "a small network listens first, by an atlas"
  package static let needsAtlas = true

  package static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> Walk {
    let ranked = try context.atlas.get()
    if let only = context.onlyMask(keeping: count) { return Walk(only) }
    let findings = try ranked.findings(with: "the choices that a network learnt")
    guard let chooser = findings.chooser, chooser.knows(depth: count) else {
      throw ranked.lacks("masks of \(count) layers")
    }
    return Walk(
      policy: name, atlas: "\(ranked.digest) \(chooser.digest)", keeping: count,
      of: context.layerCount,
      operations: { chooser.operations(frames: $0) },
      pick: { chooser.mask(keeping: count, for: $0) })
  }
}
