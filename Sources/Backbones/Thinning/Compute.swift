// How much of every feed-forward part is computed: two ways to spend less beside skipping layers.

import Foundation

/// Shares of what the two products of every feed-forward part cost; together they multiply. At 1 a product
/// is the whole one.
package struct Compute: Hashable, Sendable, CustomStringConvertible {
  package static let full = Compute(rank: 1, width: 1)
  package static let shares = 0.25...1.0
  /// Hidden units go and stay in blocks of so many, an eighth of all where that is less.
  private static let blockUnits = 64
  /// Shares come from decimal fractions, which are not exact.
  private static let rounding = 1e-9

  /// The weights as W = L R, with as many ranks as cost this share of W.
  package var rank: Double
  /// The most important of the hidden units.
  package var width: Double

  package init(rank: Double, width: Double) {
    self.rank = rank
    self.width = width
  }

  /// How many hidden units of so many stay: whole blocks, one at least, that cost no more than the share.
  package func units(of count: Int) -> Int {
    guard width < 1 else { return count }
    let block = max(1, min(Self.blockUnits, count / 8))
    return min(count, max(1, Int(width * Double(count) / Double(block) + Self.rounding)) * block)
  }

  /// Ranks r of a d x f matrix that cost no more than the share: r (d + f) <= share d f. nil where W itself
  /// is used: for all of it, and for one so small that no rank is cheap enough.
  package func ranks(of d: Int, _ f: Int) -> Int? {
    guard rank < 1 else { return nil }
    let most = Int(rank * Double(d * f) / Double(d + f) + Self.rounding)
    return most >= 1 ? most : nil
  }

  /// As results carry it: nothing of what is whole.
  package var fields: (rank: Double?, width: Double?) {
    (rank < 1 ? rank : nil, width < 1 ? width : nil)
  }

  /// "rank 50 %, width 75 %" of the feed-forward parts; empty for all.
  package var description: String {
    [("rank", fields.rank), ("width", fields.width)].compactMap { name, share in
      share.map { "\(name) \(String(format: "%.10g", 100 * $0)) %" }
    }.joined(separator: ", ")
  }
}
