// A backbone whose feed-forward parts can be computed at any rank and width, from weights worked out once.

import Base
import Kernels
import Synchronization

/// A backbone that reads its parameters from `Weights` and says which are those of linear layers. Immutable
/// like every backbone: with less of them it is another one, which shares the rest.
protocol ThinnableBackbone: Backbone {
  var weights: Weights { get set }
  /// Of all layers, front to back.
  var feedForwards: [FeedForward] { get }
  /// The linear layers of all layers, in any order; small ones that steer or adapt may be missing.
  var projections: [Projection] { get }
}

extension ThinnableBackbone {
  /// The same network with other weights of the same layout.
  func reading(_ weights: Weights) -> Self {
    var other = self
    other.weights = weights
    return other
  }
}

/// Nested in width and rank (after Nested Subspace Networks, arXiv 2509.17874, without their training): hidden
/// units lie in the order of their importance, and matrices are the factors that singular values give, largest
/// first, so that what less compute needs is the beginning of what more of it needs. What is computed in other
/// numbers than float32 is rounded from that.
package final class NestedBackbone: Sendable {
  private let backbone: any ThinnableBackbone
  private let worked = Mutex(Worked())

  /// Worked out when first asked for: one of each feed-forward part.
  private struct Worked {
    var ordered: [OrderedFeedForward] = []
    var factors: [OrderedFeedForward.Factors] = []
    /// What was asked for last.
    var latest: (compute: Compute, backbone: any Backbone)?
  }

  /// nil for a backbone that has no feed-forward parts, or does not name them.
  package init?(_ backbone: any Backbone) {
    guard let thinnable = backbone as? any ThinnableBackbone, !thinnable.feedForwards.isEmpty
    else { return nil }
    self.backbone = thinnable
  }

  /// The backbone that computes so much; the original one for all of it. The first time it takes as long as
  /// the singular values of all matrices where ranks are left out, later it is made at once, or rounded. Throws
  /// `InputError` where LAPACK finds no singular values.
  package func at(_ compute: Compute) throws -> any Backbone {
    if compute == .full { return backbone }
    return try worked.withLock { worked in
      if let latest = worked.latest, latest.compute == compute { return latest.backbone }
      var parts = try thinned(compute, &worked)
      parts =
        compute.precision == .float32
        ? parts.map { ($0.weight, $0.bias, $0.part.inPanels) }
        : rounded(parts, to: compute.precision)
      let made = backbone.reading(backbone.weights.replacing(parts))
      worked.latest = (compute, made)
      return made
    }
  }

  /// Parameters and operations at this rank and width, from shapes alone: no factors are worked out for them.
  func counts(
    at compute: Compute
  ) -> (parameters: StageValues, operations: @Sendable (_ sampleCount: Int) -> StageValues) {
    let counted = backbone.reading(
      backbone.weights.counting(
        backbone.feedForwards.flatMap { part in
          let (d, units) = (part.expand.weight.shape[1], compute.units(of: part.unitCount))
          let count = ThinLinear.weightCount(
            inputs: d, outputs: units, rank: compute.ranks(of: d, units))
          return [
            (part.expand.weight, part.expand.bias, count, units),
            (part.contract.weight, part.contract.bias, count, d),
          ]
        }))
    return (counted.parameters, { counted.operations(sampleCount: $0) })
  }

  /// What takes the feed-forward parts' place at this rank and width; none for all of them.
  private func thinned(_ compute: Compute, _ worked: inout Worked) throws -> [Weights.Part] {
    if compute.rank == 1, compute.width == 1 { return [] }
    if worked.ordered.isEmpty {
      worked.ordered = backbone.feedForwards.map {
        OrderedFeedForward($0, units: $0.order(backbone.weights), backbone.weights)
      }
    }
    if compute.rank < 1, worked.factors.isEmpty {
      worked.factors = try Self.factors(worked.ordered)
    }
    return worked.ordered.enumerated().flatMap { index, part in
      let units = compute.units(of: part.expand.rows)
      let ranks = compute.ranks(of: part.expand.columns, units)
      return part.parts(units: units, by: ranks.map { (worked.factors[index], $0) })
    }
  }

  /// Every linear layer, in these numbers.
  /// - Parameter parts: of those that are not whole.
  private func rounded(
    _ parts: [Weights.Part], to precision: Compute.Precision
  ) -> [Weights.Part] {
    let known = Dictionary(uniqueKeysWithValues: parts.map { ($0.weight.offset, $0.part) })
    let (weights, projections) = (backbone.weights, backbone.projections)
    let found = Mutex([ThinLinear?](repeating: nil, count: projections.count))
    WorkerTeam.each(of: projections.count, workers: Processors.count) { place in
      let projection = projections[place]
      let part = known[projection.weight.offset] ?? projection.whole(weights)
      let rounded =
        switch precision {
        case .float32: part.inPanels
        case .bfloat16: part.inBFloat16
        case .int8: part.inBytes
        }
      found.withLock { $0[place] = rounded }
    }
    return zip(projections, found.withLock { $0 }).compactMap { projection, part in
      part.map { (projection.weight, projection.bias, $0) }
    }
  }

  private static func factors(
    _ parts: [OrderedFeedForward]
  ) throws -> [OrderedFeedForward.Factors] {
    let found = Mutex([SingularValues?](repeating: nil, count: 2 * parts.count))
    WorkerTeam.each(of: 2 * parts.count, workers: Processors.count) { place in
      let part = parts[place / 2]
      let values = SingularValues(place % 2 == 0 ? part.expand : part.contract)
      found.withLock { $0[place] = values }
    }
    let all = found.withLock { $0.compactMap { $0 } }
    guard all.count == 2 * parts.count else {
      throw InputError(
        "feed-forward weights", expected: "singular values", found: "none that LAPACK finds")
    }
    return parts.indices.map {
      OrderedFeedForward.Factors(
        expand: product(all[2 * $0]), contract: product(all[2 * $0 + 1]))
    }
  }

  /// U and S V^T.
  private static func product(_ found: SingularValues) -> (left: Tensor, right: Tensor) {
    var right = found.right
    let (p, n) = (right.mutablePointer, right.columns)
    for (i, value) in found.values.enumerated() {
      for j in 0..<n { p[i * n + j] *= value }
    }
    return (found.left, right)
  }
}
