// What the policy `exit` has learnt: a light layer for each exit, and how sure it has to be to leave there.

import Backbones
import Base
import Foundation
import Kernels

/// Exits over a backbone that stays as it is, after Balcony (arXiv 2503.05005), with thresholds that were
/// searched for each budget, after DyCE (2403.01695).
package struct TrainedExits: Sendable, Equatable {
  /// After how many layers, ascending, each from 1 to below all.
  package let depths: [Int]
  /// One for each depth, all of the same sizes, their weights what float16 holds.
  let blocks: [ExitBlock]
  /// By layers that are to run on the average, from 0 to all, and by exit: the least confidence that leaves.
  let thresholds: [[Float]]
  /// By exit: what it lost by `ExitTraining.loss` before training and after, on utterances whose speakers it
  /// was not trained on.
  package let losses: [Losses]

  package struct Losses: Sendable, Equatable {
    package let untrained, trained: Float
  }

  /// A threshold that no confidence reaches: that exit is not asked.
  static let never: Float = 2

  /// Where exits are: after the first layer, without which no average of one layer can be had, and then
  /// evenly spread, five of twelve layers and about as many of others.
  static func depths(of layerCount: Int) -> [Int] {
    let step = max(1, Int((Double(layerCount) / 6).rounded()))
    let even = Array(stride(from: step, to: layerCount, by: step))
    return even.first.map { $0 > 1 ? [1] + even : even } ?? []
  }

  /// nil where there is none.
  func block(after depth: Int) -> ExitBlock? {
    depths.firstIndex(of: depth).map { blocks[$0] }
  }

  /// The least confidence that leaves at each depth at which somebody asks, where `count` layers are to run.
  func limits(keeping count: Int) -> [Int: Double] {
    Dictionary(
      uniqueKeysWithValues: zip(depths, thresholds[count]).filter { $1 < Self.never }
        .map { ($0, Double($1)) })
  }

  /// Tells what was learnt from other things that were.
  var digest: String {
    var digest = Digest()
    digest.add("\(depths) \(thresholds)\n")
    for block in blocks { digest.add(block.weights.values.withUnsafeBytes { Data($0) }) }
    return digest.description
  }
}
