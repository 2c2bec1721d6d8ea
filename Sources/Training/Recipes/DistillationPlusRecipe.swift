// DLD that is its own teacher: a full-depth pass beside the random one in every step.

import Backbones

/// Every step trains the full network, as the reference is trained, and in a second pass a part of it
/// that also learns to say what the full network just said: the "sandwich" of universally slimmable
/// networks (Yu & Huang, arXiv 1903.05134), over depth. No frozen teacher runs, and full depth is
/// never left to chance.
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
    return [RecipePass(.full(layerCount)), RecipePass(mask, guide: .firstPass)]
  }
}
