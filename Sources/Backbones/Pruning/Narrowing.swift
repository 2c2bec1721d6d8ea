// What of a model's feed-forward parts stays when it is written narrower.

import Base
import Foundation
import Kernels

/// The most important hidden units of every feed-forward part, in the order in which the model has them.
struct Narrowing {
  /// Computes with them alone, in that order: what the written model has to say.
  let recognizer: Recognizer
  /// Of each part.
  let hiddenUnits: Int
  /// What stays of tensors, by their names.
  private(set) var parts: [String: TensorCopy.Part] = [:]

  /// Throws `InputError` for a model that has no feed-forward parts or does not name them.
  init(_ recognizer: Recognizer, width: Double) throws {
    guard let backbone = recognizer.backbone as? any ThinnableBackbone,
      let first = backbone.feedForwards.first
    else {
      throw InputError(
        recognizer.folder.path, expected: "a model with feed-forward parts, to write it narrower",
        found: "\(try ModelFolder.modelType(of: recognizer.folder)), which names none")
    }
    let weights = backbone.weights
    let count = Compute(rank: 1, width: width).units(of: first.unitCount)
    var replacements: [Weights.Part] = []
    for source in backbone.feedForwards {
      let units = source.order(weights).prefix(count).sorted()
      replacements += OrderedFeedForward(source, units: units, weights).parts(units: count, by: nil)
      for parameter in [source.expand.weight, source.expand.bias].compactMap({ $0 }) {
        parts[parameter.name] = TensorCopy.Part(dimension: 0, indices: units)
      }
      parts[source.contract.weight.name] = TensorCopy.Part(dimension: 1, indices: units)
    }
    hiddenUnits = count
    self.recognizer = recognizer.with(backbone.reading(weights.replacing(replacements)))
  }
}
