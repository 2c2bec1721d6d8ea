// What a recipe decides: which layers a step trains, and whether a teacher helps.

import Backbones
import Kernels

/// A way to train. A new recipe is one file that conforms to this and one line in the catalogue.
package protocol Recipe: Sendable {
  /// As `--recipe` takes it.
  static var name: String { get }
  /// One line for `--help` and the model card.
  static var summary: String { get }
  /// Whether the loss has the term KL(teacher || student).
  static var distils: Bool { get }
  /// The layers that run at `step` (from 0), the same for every worker.
  static func mask(step: Int, layerCount: Int, options: TrainingOptions) -> LayerMask
}

package enum RecipeCatalog {
  package static let all: [any Recipe.Type] = [
    ReferenceRecipe.self,
    RandomDropRecipe.self,
    DistillationRecipe.self,
  ]

  package static func named(_ name: String) throws -> any Recipe.Type {
    guard let recipe = all.first(where: { $0.name == name }) else {
      throw InputError(
        "--recipe", expected: "one of \(all.map { $0.name }.joined(separator: ", "))",
        found: "\"\(name)\"")
    }
    return recipe
  }
}
