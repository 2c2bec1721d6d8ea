// The paper's picture: the frames' output distributions in two dimensions, each token apart.

import Foundation
import Kernels

/// Tokens stand on a circle and the blank in its middle; a frame lies at the mean of its tokens' places,
/// weighted by their probabilities. So frames that are sure of a token lie on it, whatever the token,
/// where two principal components would part only the few most frequent ones. Tokens that are alike are
/// neighbours: their order is that of their angles in the reference's two principal components. Frames
/// that the reference is sure are blank are left out: they are most frames, and all in one place.
package struct OutputMap: Sendable, Equatable {
  /// A frame's place; the circle's radius is 1 and its middle (0, 0).
  package struct Point: Sendable, Equatable {
    package var x, y: Float

    package init(x: Float, y: Float) {
      self.x = x
      self.y = y
    }
  }

  /// A token that some frames of the reference say most probably.
  package struct Token: Sendable, Equatable {
    package var token: Int
    /// The frames that say it.
    package var frames: Int
    /// The mean of their places.
    package var mean: Point

    package init(token: Int, frames: Int, mean: Point) {
      self.token = token
      self.frames = frames
      self.mean = mean
    }
  }

  /// What is rarer counts as this rare, in the components.
  private static let floor: Float = -12
  /// Rows of the reference that take part.
  package let rows: [Int]
  /// Of each token that the reference says; the others are in the middle, as the blank is.
  private let places: [Int: Point]
  package private(set) var reference: [Point] = []
  /// The most frequent one first.
  package private(set) var tokens: [Token] = []

  /// reference: log-probabilities, total frames x tokens, one of which is the `blank`. nil with fewer
  /// than three frames that are not blank.
  package init?(reference: Tensor, blank: Int, sure: Float = 0.95) {
    let limit = log(sure)
    let rows = (0..<reference.rows).filter { reference[$0, blank] < limit }
    guard rows.count >= 3, let components = Self.components(reference, rows) else { return nil }
    self.rows = rows
    var frames: [Int: [Int]] = [:]
    for (position, row) in rows.enumerated() {
      let best = Self.likeliest(reference, row)
      if best != blank { frames[best, default: []].append(position) }
    }
    func middle(of positions: [Int], in points: [Point]) -> Point {
      let count = Float(positions.count)
      return Point(
        x: positions.reduce(0) { $0 + points[$1].x } / count,
        y: positions.reduce(0) { $0 + points[$1].y } / count)
    }
    let angles = frames.mapValues { positions in
      let place = middle(of: positions, in: components)
      return atan2(place.y, place.x)
    }
    let order = angles.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    places = Dictionary(
      uniqueKeysWithValues: order.enumerated().map { rank, token in
        let angle = 2 * Float.pi * (Float(rank) + 0.5) / Float(order.count)
        return (token, Point(x: cos(angle), y: sin(angle)))
      })
    let points = project(reference)
    self.reference = points
    tokens = frames.map {
      Token(token: $0.key, frames: $0.value.count, mean: middle(of: $0.value, in: points))
    }.sorted { ($1.frames, $0.token) < ($0.frames, $1.token) }
  }

  /// Where another model's or mask's distributions of the same frames lie.
  package func project(_ logProbabilities: Tensor) -> [Point] {
    let places = places.sorted { $0.key < $1.key }
    return rows.map { row in
      places.reduce(into: Point(x: 0, y: 0)) { point, place in
        let share = exp(logProbabilities[row, place.key])
        point.x += share * place.value.x
        point.y += share * place.value.y
      }
    }
  }

  /// KL(reference || other) of each frame that takes part, in nats.
  package func divergences(_ reference: Tensor, _ other: Tensor) -> [Double] {
    rows.map { row in
      max(
        0,
        (0..<reference.columns).reduce(0.0) {
          $0 + Double(exp(reference[row, $1]) * (reference[row, $1] - other[row, $1]))
        })
    }
  }

  /// Frames that take part whose likeliest token is another one.
  package func changes(_ reference: Tensor, _ other: Tensor) -> Int {
    rows.count { Self.likeliest(reference, $0) != Self.likeliest(other, $0) }
  }

  /// The first of the likeliest tokens of a frame.
  private static func likeliest(_ logProbabilities: Tensor, _ row: Int) -> Int {
    (1..<logProbabilities.columns).reduce(0) {
      logProbabilities[row, $1] > logProbabilities[row, $0] ? $1 : $0
    }
  }

  /// The rows in the two directions in which they vary most, in logarithms, because probabilities of
  /// sure frames are all 0 and 1; nil where LAPACK finds no directions.
  private static func components(_ reference: Tensor, _ rows: [Int]) -> [Point]? {
    let tokens = reference.columns
    guard tokens >= 2 else { return nil }
    var values = Tensor(uninitialized: rows.count, tokens)
    var mean = [Float](repeating: 0, count: tokens)
    let target = values.mutablePointer
    for (position, row) in rows.enumerated() {
      for token in 0..<tokens {
        let value = max(floor, reference[row, token])
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
    guard let vectors = SymmetricEigen.decompose(covariance)?.vectors else { return nil }
    return (0..<rows.count).map { position in
      func along(_ axis: Int) -> Float {
        (0..<tokens).reduce(0) { $0 + values[position, $1] * vectors[axis, $1] }
      }
      return Point(x: along(0), y: along(1))
    }
  }
}
