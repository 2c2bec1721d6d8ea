// Distillation-based layer dropping (arXiv 2601.16117): random gates and a full-depth teacher.

import Backbones

package enum DistillationRecipe: Recipe {
  package static let name = "dld"
  package static let summary = "random layers in each step; CTC + lambda KL(teacher || student)"
  package static let needsTeacher = true

  package static func passes(
    step: Int, layerCount: Int, options: TrainingOptions
  ) -> [RecipePass] {
    let mask = RandomGates.mask(step: step, layerCount: layerCount, options: options)
    return [RecipePass(mask, guide: .teacher)]
  }
}
