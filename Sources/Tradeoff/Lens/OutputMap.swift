// The paper's picture: the frames' output distributions in two dimensions.

import Foundation
import Kernels

/// Projects log-probabilities on the two directions in which those of a reference vary most (principal
/// components). In logarithms, because probabilities of sure frames are all 0 and 1: their two
/// components would show two tokens. Frames that the reference is sure are blank are left out: they are
/// most frames, and all in one place.
package struct OutputMap: Sendable, Equatable {
  /// A frame's place.
  package struct Point: Sendable, Equatable {
    package var x, y: Float

    package init(x: Float, y: Float) {
      self.x = x
      self.y = y
    }
  }

  /// What is rarer counts as this rare.
  private static let floor: Float = -12
  /// Mean and two unit directions of the reference.
  private let mean: [Float]
  private let axes: [[Float]]
  /// Rows of the reference that take part.
  package let rows: [Int]
  /// Share of the reference's variance that the two directions carry.
  package let varianceShown: Double
  package private(set) var reference: [Point] = []

  /// reference: log-probabilities, total frames x tokens, one of which is the `blank`. nil with fewer
  /// than three frames that are not blank.
  package init?(reference: Tensor, blank: Int, sure: Float = 0.95) {
    let tokens = reference.columns
    let limit = log(sure)
    let rows = (0..<reference.rows).filter { reference[$0, blank] < limit }
    guard rows.count >= 3 else { return nil }
    var values = Tensor(uninitialized: rows.count, tokens)
    var mean = [Float](repeating: 0, count: tokens)
    let target = values.mutablePointer
    for (position, row) in rows.enumerated() {
      for token in 0..<tokens {
        let value = max(Self.floor, reference[row, token])
        target[position * tokens + token] = value
        mean[token] += value / Float(rows.count)
      }
    }
    for position in 0..<rows.count {
      for token in 0..<tokens { target[position * tokens + token] -= mean[token] }
    }
    var covariance = Tensor(uninitialized: tokens, tokens)
    BLAS.multiply(
      .transposed(values.pointer, stride: tokens), .matrix(values.pointer, stride: tokens),
      into: covariance.mutablePointer, stride: tokens, m: tokens, n: tokens, k: rows.count,
      alpha: 1 / Float(rows.count))
    guard let (eigenvalues, vectors) = SymmetricEigen.decompose(covariance) else { return nil }
    self.mean = mean
    self.rows = rows
    axes = (0..<2).map { axis in (0..<tokens).map { vectors[axis, $0] } }
    let total = eigenvalues.reduce(0, +)
    varianceShown = total > 0 ? Double((eigenvalues[0] + eigenvalues[1]) / total) : 0
    self.reference = project(reference)
  }

  /// Where another model's or mask's distributions of the same frames lie.
  package func project(_ logProbabilities: Tensor) -> [Point] {
    rows.map { row in
      var place: (Float, Float) = (0, 0)
      for token in mean.indices {
        let value = max(Self.floor, logProbabilities[row, token]) - mean[token]
        place.0 += value * axes[0][token]
        place.1 += value * axes[1][token]
      }
      return Point(x: place.0, y: place.1)
    }
  }

  /// KL(reference || other) of each frame that takes part, in nats.
  package func divergences(_ reference: Tensor, _ other: Tensor) -> [Double] {
    rows.map { row in
      max(
        0,
        mean.indices.reduce(0.0) {
          $0 + Double(exp(reference[row, $1]) * (reference[row, $1] - other[row, $1]))
        })
    }
  }
}
