// How much of a model's linear layers is computed, and how exactly: ways to spend less beside skipping layers.

import Foundation

/// Shares of what the two products of every feed-forward part cost, which multiply; at 1 a product is the whole
/// one. And in what the linear layers of all layers are computed.
package struct Compute: Hashable, Sendable, CustomStringConvertible {
  package static let full = Compute()
  package static let shares = 0.25...1.0
  /// Hidden units go and stay in blocks of so many, an eighth of all where that is less.
  private static let blockUnits = 64
  /// Shares come from decimal fractions, which are not exact.
  private static let rounding = 1e-9

  /// In what numbers linear layers are computed; norms, activations, attention's scores and filters of single
  /// channels are always in float32. The count of operations does not change with it, only their time.
  package enum Precision: String, CaseIterable, Codable, Sendable {
    case float32
    /// Weights rounded to bfloat16, and products in float32: OpenBLAS as systems have it knows no product of
    /// bfloat16, so this shows what it would do to the words and takes no less time.
    case bfloat16
    /// Weights and what comes in as whole numbers of 8 bits, see `IntegerLinear`.
    case int8
  }

  /// The weights as W = L R, with as many ranks as cost this share of W.
  package var rank: Double
  /// The most important of the hidden units.
  package var width: Double
  package var precision: Precision

  package init(rank: Double = 1, width: Double = 1, precision: Precision = .float32) {
    self.rank = rank
    self.width = width
    self.precision = precision
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
  package var fields: (rank: Double?, width: Double?, precision: Precision?) {
    (rank < 1 ? rank : nil, width < 1 ? width : nil, precision == .float32 ? nil : precision)
  }

  /// What results carry.
  package init(fields: (rank: Double?, width: Double?, precision: Precision?)) {
    self.init(
      rank: fields.rank ?? 1, width: fields.width ?? 1, precision: fields.precision ?? .float32)
  }

  /// "rank 50 %, width 75 %"; empty for all.
  private var sharesInWords: String {
    [("rank", fields.rank), ("width", fields.width)].compactMap { name, share in
      share.map { "\(name) \(String(format: "%.10g", 100 * $0)) %" }
    }.joined(separator: ", ")
  }

  /// "rank 50 %, width 75 %, int8"; empty for all of it in float32.
  package var description: String {
    [sharesInWords, fields.precision?.rawValue ?? ""].filter { !$0.isEmpty }
      .joined(separator: ", ")
  }

  /// The same in a table.
  package var word: String { self == .full ? "all" : description }

  /// The same to go on from something: ", feed-forward parts of rank 50 %, linear layers in int8".
  package var remark: String {
    (sharesInWords.isEmpty ? "" : ", feed-forward parts of \(sharesInWords)")
      + (fields.precision.map { ", linear layers in \($0.rawValue)" } ?? "")
  }
}
