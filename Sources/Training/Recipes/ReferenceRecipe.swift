// The static model: what the others are compared with and, for distillation, the teacher.

import Backbones

package enum ReferenceRecipe: Recipe {
  package static let name = "reference"
  package static let summary = "every layer in every step; CTC"

  package static func passes(
    step: Int, layerCount: Int, options: TrainingOptions
  ) -> [RecipePass] {
    [RecipePass(.full(layerCount))]
  }
}
