// What the policy `input` has learnt: which of a few masks an utterance gets.

import Backbones
import Base
import Foundation
import Kernels

/// A network over what the front end makes of an utterance: means and standard deviations of its frames'
/// values. For every depth it chooses among a few masks, so that depth is exact. After I3D (arXiv 2303.07624)
/// and input-conditioned layer dropping (2507.07954), whose networks say of single layers whether they run.
package struct MaskChooser: Sendable, Equatable {
  /// How many masks of a depth there are to choose from.
  static let choices = 4
  static let hidden = 16

  /// By depth from 0, `choices` each, the one that is best for all utterances first; none of depths that
  /// nothing was learnt for.
  let candidates: [[LayerMask]]
  /// Two inputs for each of the frames' values; `choices` outputs for each depth between none and all.
  let network: SmallNetwork

  /// Whether there is something to choose at a depth.
  func knows(depth: Int) -> Bool { !candidates[depth].isEmpty }

  /// Tells what was learnt from other things that were.
  var digest: String {
    var digest = Digest()
    for masks in candidates { digest.add("\(masks)\n") }
    digest.add(network.weights.values.withUnsafeBytes { Data($0) })
    return digest.description
  }

  /// - Parameter depth: one that it knows.
  func mask(keeping depth: Int, for frames: HiddenFrames) -> LayerMask {
    let said = network(Tensor(Self.features(frames), shape: [1, network.inputs]))
    return candidates[depth][Self.choice(said, row: 0, depth: depth)]
  }

  /// The greatest of a depth's outputs; of equal ones the first.
  static func choice(_ outputs: Tensor, row: Int, depth: Int) -> Int {
    let start = outputs.pointer + row * outputs.columns + (depth - 1) * choices
    return (1..<choices).reduce(0) { start[$1] > start[$0] ? $1 : $0 }
  }

  /// The mean of each of the frames' values, then the standard deviation of each.
  static func features(_ frames: HiddenFrames) -> [Float] {
    let (rows, columns) = (frames.values.rows, frames.values.columns)
    var (sums, squares) = (
      [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns)
    )
    for row in 0..<rows {
      let values = frames.values.pointer + row * columns
      for column in 0..<columns {
        let value = Double(values[column])
        sums[column] += value
        squares[column] += value * value
      }
    }
    let count = Double(max(1, rows))
    return sums.map { Float($0 / count) }
      + zip(sums, squares).map { sum, squares in
        Float(max(0, squares / count - sum / count * (sum / count)).squareRoot())
      }
  }

  /// FLOPs of choosing by so many frames: of each value a sum and a square's, then the network.
  func operations(frames: Int) -> Double {
    Double(3 * frames * network.inputs / 2) + network.operations
  }
}
