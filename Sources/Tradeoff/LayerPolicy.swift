// Which layers to keep when only some may run.

import Backbones
import Base
import Speech

/// Makes a walk for a budget of layers. Deterministic: the same arguments give the same walk. A new
/// policy is one file that conforms to this, or to one of `MaskPolicy`, `AtlasPolicy` and
/// `ConfidencePolicy`, and one line in the catalogue.
package protocol LayerPolicy: Sendable {
  static var name: String { get }
  /// One line for help and menus, after the name.
  static var summary: String { get }
  /// Whether another seed gives another walk: where masks are sampled, several are drawn.
  static var isDrawn: Bool { get }
  /// Whether it has nothing to choose by without an atlas.
  static var needsAtlas: Bool { get }
  /// What it has to do without where an atlas lacks something that it can choose without; nil where it has
  /// all that it could.
  static func shortfall(by ranked: RankedAtlas) -> PolicyRefusal?
  /// Exactly `count` of the context's layers, 0 <= count <= layerCount, or as many on the average over
  /// utterances. `seed` matters to policies that draw; only those that need an atlas refuse.
  static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> Walk
}

extension LayerPolicy {
  package static var isDrawn: Bool { false }
  package static var needsAtlas: Bool { false }
  package static func shortfall(by ranked: RankedAtlas) -> PolicyRefusal? { nil }
}

/// Chooses one mask for all utterances.
package protocol MaskPolicy: LayerPolicy {
  /// Exactly `count` of the context's layers.
  static func mask(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> LayerMask
}

extension MaskPolicy {
  package static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> Walk {
    Walk(try mask(keeping: count, in: context, seed: seed))
  }
}

/// What policies choose by.
package struct PolicyContext: Sendable {
  package let layerCount: Int
  /// What every mask of the model does, or why that is not known.
  package let atlas: Result<RankedAtlas, PolicyRefusal>
  /// What the masks are for; nil where it is no split of a data set.
  package let split: TestedSplit?

  /// - Parameter atlas: of as many layers.
  package init(
    layerCount: Int, atlas: Result<MaskAtlas, PolicyRefusal> = .failure(.noAtlas),
    split: TestedSplit? = nil
  ) {
    self.layerCount = layerCount
    self.split = split
    self.atlas = atlas.map { RankedAtlas($0) }
  }

  /// Of all layers there is one mask, and of none; nil for the depths in between.
  func onlyMask(keeping count: Int) -> LayerMask? {
    count == 0 || count == layerCount ? LayerMask(layerCount: layerCount, keeping: 0..<count) : nil
  }
}

/// Utterances, and what their words go through before they are compared.
package struct TestedSplit: Sendable, Equatable {
  /// Of the utterances.
  var digest: String
  var normalization: String

  package init(_ dataset: Dataset) {
    self.init(digest: dataset.digest, normalization: dataset.normalization.rawValue)
  }

  init(digest: String, normalization: String) {
    self.digest = digest
    self.normalization = normalization
  }
}

extension MaskAtlas.Key {
  var testedSplit: TestedSplit { TestedSplit(digest: data, normalization: normalization) }
}

/// Why a policy has no walk, or one that is not all it could be.
package struct PolicyRefusal: Error, Sendable, Equatable {
  /// A few words for a menu.
  package var summary: String
  /// A sentence without its full stop.
  package var reason: String

  package init(_ summary: String, reason: String) {
    self.summary = summary
    self.reason = reason
  }

  /// Nobody has looked for one, or there is none.
  package static let noAtlas = PolicyRefusal(
    "needs an atlas of masks", reason: "expected an atlas of the model's masks, found none")
}

/// The policies: one line each. A mask set by hand is no policy; it is shown as `manual`.
package enum PolicyCatalog {
  package static let all = Catalogue<any LayerPolicy.Type>(
    "policy",
    [
      SpreadPolicy.self,
      FirstPolicy.self,
      LastPolicy.self,
      RandomPolicy.self,
      BernoulliPolicy.self,
      BestPolicy.self,
      GreedyPolicy.self,
      ShapleyPolicy.self,
      ContiguousPolicy.self,
      ZerothOrderPolicy.self,
      SegmentsPolicy.self,
      InputPolicy.self,
      ExitPolicy.self,
      CascadePolicy.self,
      OraclePolicy.self,
    ]
  ) { $0.name }

  package static var names: [String] { all.names }

  /// Whether a policy draws; false for `manual` and other names that are not in the catalogue.
  package static func isDrawn(_ name: String) -> Bool { all.find(name)?.isDrawn ?? false }

  /// Whether a policy chooses by an atlas; false for `manual` and other names.
  package static func needsAtlas(_ name: String) -> Bool { all.find(name)?.needsAtlas ?? false }

  /// Those that every model has.
  package static var namesWithoutAtlas: [String] { names.filter { !needsAtlas($0) } }

  /// Those that only models with an atlas have.
  package static var namesWithAtlas: [String] { names.filter(needsAtlas) }

  /// Layers left at a drop ratio from 0 to 1: round(N (1 - ratio)), and at least one.
  package static func keptCount(dropRatio: Double, layerCount: Int) -> Int {
    max(1, min(layerCount, Int((Double(layerCount) * (1 - dropRatio)).rounded())))
  }
}
