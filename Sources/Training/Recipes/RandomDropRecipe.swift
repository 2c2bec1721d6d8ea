// LDASR (Hannan, Brutti & Falavigna, EUSIPCO 2024): random gates and nothing else.

import Backbones

package enum RandomDropRecipe: Recipe {
  package static let name = "random-drop"
  package static let summary = "random layers in each step (LDASR); CTC"
  package static let distils = false

  package static func mask(step: Int, layerCount: Int, options: TrainingOptions) -> LayerMask {
    RandomGates.mask(step: step, layerCount: layerCount, options: options)
  }
}
