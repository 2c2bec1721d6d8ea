// A frame lies among its tokens' places, which are apart from each other.

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

  private func distance(_ a: OutputMap.Point, _ b: OutputMap.Point) -> Float {
    hypot(a.x - b.x, a.y - b.y)
  }

  private let reference: [[Float]] = [
    [0.01, 0.9, 0.08, 0.01], [0.01, 0.1, 0.88, 0.01], [0.97, 0.01, 0.01, 0.01],
    [0.02, 0.5, 0.47, 0.01], [0.01, 0.3, 0.67, 0.02],
  ]

  /// One token after the other, each in three frames, the others and the blank alike rare.
  private func sure(tokens: Int) -> [[Float]] {
    (0..<3 * tokens).map { frame in
      (0...tokens).map { $0 == 1 + frame % tokens ? 0.98 : 0.02 / Float(tokens) }
    }
  }

  /// Two components part a few tokens; here all of them are.
  @Test func everyTokenIsApart() throws {
    let rows = sure(tokens: 20)
    let map = try #require(OutputMap(reference: logs(rows), blank: 0))
    #expect(map.rows.count == 60 && map.tokens.count == 20)
    #expect(map.tokens.map(\.token) == Array(1...20) && map.tokens.allSatisfy { $0.frames == 3 })
    // Neighbours on the circle are 2 sin(pi / 20) apart; the places of nearly sure frames 0.979 of it.
    for a in map.tokens {
      for b in map.tokens where a != b { #expect(distance(a.mean, b.mean) > 0.3) }
      for (frame, point) in map.reference.enumerated() where 1 + frame % 20 == a.token {
        #expect(distance(point, a.mean) < 1e-4)
      }
    }
  }

  /// Half a token and half the blank: half-way to the middle, where sure blanks are left out.
  @Test func theBlankIsInTheMiddle() throws {
    let rows: [[Float]] = [
      [0.002, 0.994, 0.002, 0.002], [0.002, 0.002, 0.994, 0.002], [0.002, 0.002, 0.002, 0.994],
      [0.97, 0.01, 0.01, 0.01],
    ]
    let map = try #require(OutputMap(reference: logs(rows), blank: 0))
    #expect(map.rows == [0, 1, 2] && map.tokens.count == 3)
    let moved = map.project(
      logs([[0.5, 0.5, 1e-6, 1e-6], [1, 1e-6, 1e-6, 1e-6], [1e-6, 1, 1e-6, 1e-6], rows[3]]))
    #expect(abs(hypot(moved[0].x, moved[0].y) - 0.5) < 1e-3)
    #expect(hypot(moved[1].x, moved[1].y) < 1e-3)
    // The third frame now says what the first one said.
    #expect(distance(moved[2], map.reference[0]) < 0.02)
    #expect(map.project(logs(rows)) == map.reference)
  }

  /// Three pairs of tokens that are taken for each other.
  @Test func whatIsAlikeIsNear() throws {
    let rows = (0..<6).flatMap { token -> [[Float]] in
      let row = (0...6).map { other -> Float in
        other == token + 1 ? 0.8 : other > 0 && (other - 1) ^ 1 == token ? 0.15 : 0.01
      }
      return [row, row]
    }
    let map = try #require(OutputMap(reference: logs(rows), blank: 0))
    let means = Dictionary(uniqueKeysWithValues: map.tokens.map { ($0.token, $0.mean) })
    #expect(means.count == 6)
    for pair in [(1, 2), (3, 4), (5, 6)] {
      let (a, b) = (try #require(means[pair.0]), try #require(means[pair.1]))
      let others = means.filter { $0.key != pair.0 && $0.key != pair.1 }.values
      #expect(others.allSatisfy { distance(a, b) < distance(a, $0) })
    }
  }

  /// Parakeet's is the last token.
  @Test func theBlankMayBeAnyToken() throws {
    let rows = reference.map { Array($0.reversed()) }
    let map = try #require(OutputMap(reference: logs(rows), blank: 3))
    #expect(map.rows == [0, 1, 3, 4])
    #expect(OutputMap(reference: logs(rows), blank: 0)?.rows == [0, 1, 2, 3, 4])
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

  /// Of frames that take part, by what each says most probably.
  @Test func changesAreOfTheLikeliestToken() throws {
    var other = reference
    other[0] = [0.1, 0.3, 0.5, 0.1]
    other[2] = [0.1, 0.7, 0.1, 0.1]
    let map = try #require(OutputMap(reference: logs(reference), blank: 0))
    #expect(map.changes(logs(reference), logs(other)) == 1)
    #expect(map.changes(logs(reference), logs(reference)) == 0)
  }

  @Test func tooFewFramesHaveNoMap() {
    #expect(OutputMap(reference: logs(Array(reference[2...3])), blank: 0) == nil)
  }
}
