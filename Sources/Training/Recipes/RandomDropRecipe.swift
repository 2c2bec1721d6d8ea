// LDASR (Hannan, Brutti & Falavigna, EUSIPCO 2024): random gates and nothing else.

import Backbones

package enum RandomDropRecipe: Recipe {
  package static let name = "random-drop"
  package static let summary = "random layers in each step (LDASR); CTC"

  package static func passes(
    step: Int, layerCount: Int, options: TrainingOptions
  ) -> [RecipePass] {
    [RecipePass(RandomGates.mask(step: step, layerCount: layerCount, options: options))]
  }
}
