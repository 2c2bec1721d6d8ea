// DLD that is its own teacher: a full-depth pass beside the partial one in every step.

import Backbones
import Kernels

/// Every step trains the full network, as the reference is trained, and in a second pass a part of it
/// that also learns to say what the full network just said: the "sandwich" of universally slimmable
/// networks (Yu & Huang, arXiv 1903.05134), over depth. No frozen teacher runs, and full depth is
/// never left to chance.
///
/// With `exits`, the full pass also speaks at some depths on its way up (intermediate CTC: Lee &
/// Watanabe, arXiv 2102.03216), each distilled from its own end: masks that keep the first layers
/// learn for the price of the head. Under the skip rule `normalized` a skipped layer is not the
/// identity, so there are none.
package enum DistillationPlusRecipe: Recipe {
  package static let name = "dld-plus"
  package static let summary =
    "all layers, then some of them, in each step; CTC + lambda KL(all || some)"

  package static func setDefaults(of options: inout TrainingOptions) {
    options.gates = .spread
  }

  package static func passes(
    step: Int, layerCount: Int, options: TrainingOptions
  ) -> [RecipePass] {
    let mask = RandomGates.mask(step: step, layerCount: layerCount, options: options)
    var random = RandomGenerator(seed: options.seed, streams: Stream.exits, UInt64(step))
    let depths = options.skipRule == .identity ? Array(1..<layerCount) : []
    let exits = depths.shuffled(using: &random).prefix(options.exits).sorted()
    return [
      RecipePass(.full(layerCount), exits: exits),
      RecipePass(mask, guide: .firstPass, weight: options.partialWeight),
    ]
  }
}
