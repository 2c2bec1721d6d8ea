// The families of models that can be trained: one line each.

import Base
import Foundation

/// Sizes and rules that are chosen before a model is made.
package struct TrainableSizes: Sendable, Equatable {
  package var layers, width, heads, feedForward, kernel: Int
  package var skipRule: SkipRule

  package init(
    layers: Int, width: Int, heads: Int, feedForward: Int, kernel: Int, skipRule: SkipRule
  ) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.feedForward = feedForward
    self.kernel = kernel
    self.skipRule = skipRule
  }
}

/// What a model that is to be trained should be like.
package struct TrainablePlan: Sendable {
  package var sizes: TrainableSizes
  package var tokenCount: Int
  package var dropout: Float
  /// Of fresh weights.
  package var seed: UInt64
  /// Whether the convolutions over samples stay as they are.
  package var freezesFrontEnd: Bool
  /// The folder whose weights it starts from; nil is afresh.
  package var initial: URL?
  /// Whether that folder gives everything but the output layer.
  package var hasFreshOutput: Bool
  /// The layers that learn, from 0, while everything else stays as that folder has it; nil: everything.
  package var trainedLayers: Set<Int>?

  package init(
    _ sizes: TrainableSizes, tokenCount: Int, dropout: Float, seed: UInt64,
    freezesFrontEnd: Bool = false, initial: URL? = nil, hasFreshOutput: Bool = false,
    trainedLayers: Set<Int>? = nil
  ) {
    self.sizes = sizes
    self.tokenCount = tokenCount
    self.dropout = dropout
    self.seed = seed
    self.freezesFrontEnd = freezesFrontEnd
    self.initial = initial
    self.hasFreshOutput = hasFreshOutput
    self.trainedLayers = trainedLayers
  }
}

/// Models that are made, loaded and trained alike. A new family is a file that conforms to this and a
/// line in the catalogue.
package protocol TrainableFamily: Sendable {
  /// `model_type` of the folders that training can start from.
  static var modelTypes: [String] { get }
  /// Whether a model can be made afresh, of any sizes and tokens. Otherwise training starts from a
  /// folder and leaves its sizes, its tokens and its one way of skipping as they are.
  static var startsFromScratch: Bool { get }
  /// Whether the front end can be left as it is.
  static var freezesFrontEnd: Bool { get }
  /// Those of a folder's model; what the family has no choice of stays. Throws `InputError`.
  static func takeSizes(of folder: URL, into sizes: inout TrainableSizes) throws
  /// A folder's model as it was saved. Throws `InputError`.
  static func load(_ folder: URL) throws -> any TrainableBackbone
  /// Throws `InputError` for a folder that does not fit the plan.
  static func make(_ plan: TrainablePlan) throws -> any TrainableBackbone
}

package enum TrainableCatalog {
  /// The first is what is trained where there is no folder to start from.
  package static let all: [any TrainableFamily.Type] = [ConformerFamily.self, Wav2Vec2Family.self]

  /// The family of a folder's model, or one sentence with those there are.
  package static func family(
    of folder: URL, among families: [any TrainableFamily.Type] = all
  ) throws -> any TrainableFamily.Type {
    let type = try ModelFolder.modelType(of: folder)
    guard let family = families.first(where: { $0.modelTypes.contains(type) }) else {
      let types = families.flatMap { $0.modelTypes }.joined(separator: ", ")
      throw InputError(
        folder.path, expected: "a model that can be trained: \(types)", found: type)
    }
    return family
  }
}
