// DLD with a full-depth pass beside the partial one in every step.

import Backbones
import Base

/// Every step trains the full network, as the reference is trained, and in a second pass (or several,
/// `partialPasses`) a part of it: the "sandwich" of universally slimmable networks (Yu & Huang, arXiv
/// 1903.05134), over depth, so that full depth is never left to chance. All passes learn to say what
/// the teacher says, a frozen reference of full depth as in DLD. Without a teacher a partial pass
/// learns what the full pass just said, a cheaper aim, but one that moves.
///
/// With `exits`, the full pass also speaks at some depths on its way up (intermediate CTC: Lee &
/// Watanabe, arXiv 2102.03216), each distilled from its own end: masks that keep the first layers
/// learn for the price of the head. Under the skip rule `normalized` a skipped layer is not the
/// identity, so there are none.
package enum DistillationPlusRecipe: Recipe {
  package static let name = "dld-plus"
  package static let summary =
    "all layers, then some of them, in each step; CTC + lambda KL(teacher || student)"
  package static let takesTeacher = true

  package static func setDefaults(of options: inout TrainingOptions) {
    options.gates = .ladder
  }

  package static func passes(
    step: Int, layerCount: Int, options: TrainingOptions
  ) -> [RecipePass] {
    var random = RandomGenerator(seed: options.seed, streams: Stream.exits, UInt64(step))
    let depths = options.skipRule == .identity ? Array(1..<layerCount) : []
    let exits = depths.shuffled(using: &random).prefix(options.exits).sorted()
    let hasTeacher = options.teacher != nil
    let full = RecipePass(
      .full(layerCount), guide: hasTeacher ? .teacher : .nothing, exits: exits)
    let partial = (0..<options.partialPasses).map { pass in
      RecipePass(
        RandomGates.mask(step: step, pass: pass, layerCount: layerCount, options: options),
        guide: hasTeacher ? .teacher : .firstPass, weight: options.partialWeight)
    }
    return [full] + partial
  }
}
