// The projection is that of the reference's own principal components.

import Foundation
import Kernels
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct OutputMapTests {
  /// Rows of log-probabilities from rows of shares.
  private func logs(_ rows: [[Float]]) -> Tensor {
    Tensor(rows.flatMap { $0.map { log($0) } }, shape: [rows.count, rows[0].count])
  }

  private let reference: [[Float]] = [
    [0.01, 0.9, 0.08, 0.01], [0.01, 0.1, 0.88, 0.01], [0.97, 0.01, 0.01, 0.01],
    [0.02, 0.5, 0.47, 0.01], [0.01, 0.3, 0.67, 0.02],
  ]

  /// Rows that differ in two directions only, which lie across each other, and one that is blank.
  private let flat: [[Float]] = {
    let places: [(Float, Float)] = [(2, 0), (-1, 1), (0, -1), (-1, 0.5), (0, -0.5)]
    return places.map { a, b in [-3, -2 + a + b, -2 - a + b, -4 - b] } + [[-0.01, -9, -9, -9]]
  }()

  @Test func sureBlanksAreLeftOutAndDistancesKept() throws {
    let values = Tensor(flat.flatMap { $0 }, shape: [6, 4])
    let map = try #require(OutputMap(reference: values, blank: 0))
    #expect(map.rows == [0, 1, 2, 3, 4])
    expectClose(map.varianceShown, 1, relative: 1e-4)
    // All variance is in the two directions, so distances on the map are those of the rows.
    for (i, a) in map.rows.enumerated() {
      for (j, b) in map.rows.enumerated() {
        let (p, q) = (map.reference[i], map.reference[j])
        let there = zip(flat[a], flat[b]).reduce(Float(0)) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }.squareRoot()
        #expect(abs(hypot(p.x - q.x, p.y - q.y) - there) < 1e-3)
      }
    }
    let mean = map.reference.reduce((Float(0), Float(0))) { ($0.0 + $1.x, $0.1 + $1.y) }
    #expect(abs(mean.0) < 1e-3 && abs(mean.1) < 1e-3)
    #expect(map.project(values) == map.reference)
  }

  /// Parakeet's is the last token.
  @Test func theBlankMayBeAnyToken() throws {
    let values = Tensor(flat.flatMap { $0.reversed() }, shape: [6, 4])
    let map = try #require(OutputMap(reference: values, blank: 3))
    #expect(map.rows == [0, 1, 2, 3, 4])
    #expect(OutputMap(reference: values, blank: 0)?.rows == [0, 1, 2, 3, 4, 5])
  }

  @Test func divergencesAreKullbackLeibler() throws {
    var other = reference
    other[0] = [0.25, 0.25, 0.25, 0.25]
    let map = try #require(OutputMap(reference: logs(reference), blank: 0))
    let divergences = map.divergences(logs(reference), logs(other))
    let expected = reference[0].reduce(0.0) { $0 + Double($1) * log(Double($1) / 0.25) }
    expectClose(divergences[0], expected, relative: 1e-4)
    #expect(divergences.dropFirst().allSatisfy { $0 < 1e-6 })
  }

  @Test func tooFewFramesHaveNoMap() {
    #expect(OutputMap(reference: logs(Array(reference[2...3])), blank: 0) == nil)
  }
}
