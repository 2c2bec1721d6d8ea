// The three axes of compute beside depth, and where their sliders stop.

import Backbones
import Tradeoff

/// What of a model's linear layers can be left out, and how exactly the rest is computed.
package enum ComputeAxis: String, CaseIterable, Hashable, Sendable {
  case rank, width, precision

  /// What moving along it changes.
  var explanation: String {
    switch self {
    case .rank: "feed-forward weights by their largest singular values"
    case .width: "the feed-forward parts' most important hidden units"
    case .precision: "numbers of all linear layers; as many FLOPs, in other time"
    }
  }
}

package struct ComputeStops: Sendable, Equatable {
  /// The least first.
  package private(set) var ranks, widths: [Double]
  /// The fewest bits first.
  package let precisions: [Compute.Precision] = [.int8, .bfloat16, .float32]

  private static let shares = [0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1]

  /// - Parameter start: what was asked for, whose shares are among the stops.
  package init(including start: Compute = .full) {
    ranks = Set(Self.shares + [start.rank]).sorted()
    widths = Set(Self.shares + [start.width]).sorted()
  }

  package func count(_ axis: ComputeAxis) -> Int {
    switch axis {
    case .rank: ranks.count
    case .width: widths.count
    case .precision: precisions.count
    }
  }

  /// Where a choice stands on an axis; at its end where it is not among the stops.
  package func position(of compute: Compute, _ axis: ComputeAxis) -> Int {
    let position =
      switch axis {
      case .rank: ranks.firstIndex(of: compute.rank)
      case .width: widths.firstIndex(of: compute.width)
      case .precision: precisions.firstIndex(of: compute.precision)
      }
    return position ?? count(axis) - 1
  }

  /// A choice moved along one axis; beyond its ends, to them.
  package func moving(_ compute: Compute, _ axis: ComputeAxis, to position: Int) -> Compute {
    let position = min(count(axis) - 1, max(0, position))
    var moved = compute
    switch axis {
    case .rank: moved.rank = ranks[position]
    case .width: moved.width = widths[position]
    case .precision: moved.precision = precisions[position]
    }
    return moved
  }

  /// What a model costs at every combination but the whole, from shapes: without times.
  /// - Parameter whole: what all of it costs.
  package func costs(of recognizer: Recognizer, beside whole: CostModel) -> [Compute: CostModel] {
    var all: [Compute: CostModel] = [:]
    for rank in ranks {
      for width in widths {
        let costs = whole.thinned(to: Compute(rank: rank, width: width), of: recognizer)
        // Operations are as many in whatever numbers.
        for precision in precisions {
          all[Compute(rank: rank, width: width, precision: precision)] = costs
        }
      }
    }
    all[.full] = nil
    return all
  }
}

extension OperatingPoint {
  /// `, rank 50 %, int8`: behind what it is of, where that is not all of a model.
  var remark: String { compute == .full ? "" : ", \(compute)" }

  /// `int8 `, in front of a number of layers that stands beside others of another compute.
  func distinction(from other: Compute) -> String {
    compute == other ? "" : compute == .full ? "whole " : "\(compute) "
  }
}
