// Where frames are in relation to each other: sinusoids of distances, rotations by position, and a learnt
// vector of each distance.

import Foundation
import Kernels

/// How a Conformer's attention learns of positions, under Hugging Face's names.
package enum PositionKind: String, Codable, Sendable, CaseIterable {
  /// Scores by distance (Dai et al., arXiv 1901.02860, section 3.3).
  case relative
  /// Pairs of columns turned by the position (Su et al., arXiv 2104.09864).
  case rotary
  /// Scores by a learnt vector of the distance (Shaw et al., arXiv 1803.02155, section 3.2).
  case relativeKey = "relative_key"
}

/// Sinusoids of the distances from longest - 1 down to -(longest - 1), query minus key.
enum DistanceSinusoids {
  /// (2 longest - 1) x width: sine in even columns, cosine in odd ones, base 10,000.
  static func table(longest: Int, width: Int) -> Tensor {
    let longest = max(1, longest)
    var table = Tensor(uninitialized: 2 * longest - 1, width)
    let p = table.mutablePointer
    for i in 0..<width / 2 {
      let frequency = exp(-log(10_000) * Double(2 * i) / Double(width))
      for distance in 0..<longest {
        let (s, c) = (
          Float(sin(Double(distance) * frequency)), Float(cos(Double(distance) * frequency))
        )
        let before = p + (longest - 1 - distance) * width + 2 * i
        let after = p + (longest - 1 + distance) * width + 2 * i
        (after[0], after[1]) = (-s, c)
        (before[0], before[1]) = (s, c)
      }
    }
    return table
  }

  /// Distances of a table.
  static func longest(_ table: Tensor) -> Int { (table.rows + 1) / 2 }
}

/// Rotations of the two halves of each head's columns against each other.
enum RotaryPositions {
  /// longest x width of a head: the cosines of its half's angles, then the sines.
  static func table(longest: Int, headWidth: Int, base: Double) -> Tensor {
    var table = Tensor(uninitialized: longest, headWidth)
    let p = table.mutablePointer
    let half = headWidth / 2
    for i in 0..<half {
      let frequency = pow(base, -Double(2 * i) / Double(headWidth))
      for position in 0..<longest {
        p[position * headWidth + i] = Float(cos(Double(position) * frequency))
        p[position * headWidth + half + i] = Float(sin(Double(position) * frequency))
      }
    }
    return table
  }

  /// x, packed frames of `heads` times the table's columns, turned by the positions in their utterance.
  static func rotated(_ x: Tensor, lengths: [Int], heads: Int, table: Tensor) -> Tensor {
    var y = Tensor(uninitializedShape: x.shape)
    let (input, output) = (x.pointer, y.mutablePointer)
    let d = table.columns
    var row = 0
    for length in lengths {
      for position in 0..<length {
        let cosines = table.pointer + position * d
        let sines = cosines + d / 2
        for head in 0..<heads {
          let (a, r) = (input + row * x.columns + head * d, output + row * x.columns + head * d)
          let (b, q) = (a + d / 2, r + d / 2)
          for i in 0..<d / 2 {
            r[i] = a[i] * cosines[i] - b[i] * sines[i]
            q[i] = b[i] * cosines[i] + a[i] * sines[i]
          }
        }
        row += 1
      }
    }
    return y
  }
}

/// `distance_embedding` of Hugging Face's relative keys: a vector of each distance, key minus query; what is
/// further counts as the furthest.
struct DistanceKeys: Sendable {
  /// Columns of a head.
  private let width: Int
  private let heads: Int
  /// Has 0 in it.
  private let distances: ClosedRange<Int>
  /// distances x width, shared by the heads.
  private let vectors: Parameter

  init(
    _ prefix: String, _ settings: ConformerBlockSettings, in layout: inout ParameterLayout
  ) {
    width = settings.width / settings.heads
    heads = settings.heads
    distances = settings.distances
    vectors = layout.add(
      "\(prefix).\(ConformerBlockNames.distances).weight", distances.count, width)
  }

  /// Adds q e^T / sqrt(width) to a head's scores, e the vector of each key's distance. q: all frames x all
  /// heads' columns. A product for each distance, not for each pair of frames.
  func add(to scores: Attention.Scores, _ q: Tensor, _ w: Weights) {
    let (t, count) = (scores.length, distances.count)
    var products = Tensor(uninitialized: t, count)
    let p = products.mutablePointer
    BLAS.multiply(
      .matrix(q.pointer + scores.start * q.columns + scores.head * width, stride: q.columns),
      .transposed(w[vectors], stride: width), into: p, stride: count, m: t, n: count, k: width,
      alpha: 1 / Float(width).squareRoot())
    for i in 0..<t {
      let (target, source) = (scores.values + i * scores.stride, p + i * count)
      let start = max(0, i + distances.lowerBound)
      let end = min(t, i + distances.upperBound + 1)
      for j in 0..<start { target[j] += source[0] }
      for j in start..<end { target[j] += source[j - i - distances.lowerBound] }
      for j in end..<t { target[j] += source[count - 1] }
    }
  }

  /// FLOPs for an utterance of `frames`.
  func operations(frames: Int) -> Double {
    2 * Double(frames) * Double(distances.count) * Double(width * heads)
  }
}
