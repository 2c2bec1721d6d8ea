// Which layers to keep when only some may run.

import Backbones
import Base

/// Chooses a mask for a budget of layers. Deterministic: the same arguments give the same mask. A new
/// policy is one file that conforms to this and one line in the catalogue.
package protocol LayerPolicy: Sendable {
  static var name: String { get }
  /// One line for help and menus, after the name.
  static var summary: String { get }
  /// Whether another seed gives another mask: where masks are sampled, several are drawn.
  static var isDrawn: Bool { get }
  /// Exactly `count` of `layerCount` layers, 0 <= count <= layerCount. `seed` matters to policies that
  /// draw.
  static func mask(keeping count: Int, of layerCount: Int, seed: UInt64) -> LayerMask
}

extension LayerPolicy {
  package static var isDrawn: Bool { false }
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
    ]
  ) { $0.name }

  package static var names: [String] { all.names }

  /// Whether a policy draws; false for `manual` and other names that are not in the catalogue.
  package static func isDrawn(_ name: String) -> Bool { all.find(name)?.isDrawn ?? false }

  /// The mask of a policy known to exist.
  package static func mask(
    _ name: String, seed: UInt64, keeping count: Int, of layerCount: Int
  ) -> LayerMask {
    guard let policy = all.find(name) else { preconditionFailure("no policy named \(name)") }
    return policy.mask(keeping: count, of: layerCount, seed: seed)
  }

  /// Layers left at a drop ratio from 0 to 1: round(N (1 - ratio)), and at least one.
  package static func keptCount(dropRatio: Double, layerCount: Int) -> Int {
    max(1, min(layerCount, Int((Double(layerCount) * (1 - dropRatio)).rounded())))
  }
}
