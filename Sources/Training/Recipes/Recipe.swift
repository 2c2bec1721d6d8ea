// What a recipe decides: which layers a step trains, and what they are distilled from.

import Backbones
import Base

/// What a pass is distilled from: whose token distribution its own is drawn to.
package enum Guide: Sendable {
  case nothing
  /// The frozen reference of full depth, on the same augmented features.
  case teacher
  /// What this step's first pass said, as a constant.
  case firstPass
}

/// A forward and a backward pass of a step. The losses of a step's passes add up, weighted.
package struct RecipePass: Sendable, Equatable {
  /// The layers that run, the same for every worker.
  package var mask: LayerMask
  package var guide = Guide.nothing
  /// Depths at which the head speaks as well. Each exit's loss is CTC plus the divergence from what
  /// the whole pass said, as a constant; their mean is added to the pass's loss.
  package var exits: [Int] = []
  /// Of this pass's loss in the step's.
  package var weight: Double = 1

  package init(
    _ mask: LayerMask, guide: Guide = .nothing, exits: [Int] = [], weight: Double = 1
  ) {
    self.weight = weight
    self.mask = mask
    self.guide = guide
    self.exits = exits
  }
}

/// A way to train. A new recipe is one file that conforms to this and one line in the catalogue.
package protocol Recipe: Sendable {
  /// What it is called where a recipe is asked for.
  static var name: String { get }
  /// One line for help texts and the model card.
  static var summary: String { get }
  /// Whether a teacher has to be named.
  static var needsTeacher: Bool { get }
  /// Whether a teacher that is named is used.
  static var takesTeacher: Bool { get }
  /// Sets what this recipe does differently unless told otherwise.
  static func setDefaults(of options: inout TrainingOptions)
  /// What `step` (from 0) does, one pass at least; a function of its arguments alone.
  static func passes(step: Int, layerCount: Int, options: TrainingOptions) -> [RecipePass]
}

extension Recipe {
  package static var needsTeacher: Bool { false }
  package static var takesTeacher: Bool { needsTeacher }
  package static func setDefaults(of options: inout TrainingOptions) {}
}

package enum RecipeCatalog {
  package static let all = Catalogue<any Recipe.Type>(
    "recipe",
    [
      ReferenceRecipe.self,
      RandomDropRecipe.self,
      DistillationRecipe.self,
      DistillationPlusRecipe.self,
    ]
  ) { $0.name }
}
