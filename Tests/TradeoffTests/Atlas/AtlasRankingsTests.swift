// Layers ranked by an atlas whose right answers are known.

import Backbones
import Base
import Testing

@testable import Tradeoff

struct AtlasRankingsTests {
  /// An atlas of a game: `loss` is its value without the layers that do not run.
  private func atlas(_ layers: Int, _ loss: (LayerMask) -> Double) -> MaskAtlas {
    madeUpAtlas(layers, loss)
  }

  @Test func layersThatAddUpAreWorthWhatTheyAdd() throws {
    let worth = [5.0, 0, 2, 7]
    let values = try #require(
      atlas(4) { mask in 14 - worth.indices.reduce(0) { mask[$1] ? $0 + worth[$1] : $0 } }
        .shapleyValues())
    for (value, expected) in zip(values, worth) { #expect(abs(value - expected) < 1e-12) }
  }

  /// The textbook's glove game: a left glove and two right ones; a pair is worth 1.
  @Test func gloves() throws {
    let values = try #require(
      atlas(3) { 1 - ($0[0] && ($0[1] || $0[2]) ? 1 : 0) }.shapleyValues())
    for (value, expected) in zip(values, [4.0 / 6, 1.0 / 6, 1.0 / 6]) {
      #expect(abs(value - expected) < 1e-12)
    }
  }

  @Test(arguments: MaskAtlas.Measure.allCases, 1...10)
  func theySumToTheDifferenceOfNoneAndAll(measure: MaskAtlas.Measure, layers: Int) throws {
    var random = RandomGenerator(seed: UInt64(layers))
    let losses = (0..<1 << layers).map { _ in Double.random(in: 0...100, using: &random) }
    let atlas = atlas(layers) { losses[$0.number] }
    let values = try #require(atlas.shapleyValues(measure))
    let (empty, full) = (atlas.points[0], atlas.points[atlas.points.count - 1])
    #expect(
      abs(values.reduce(0, +) - (measure(empty) - measure(full))) < 1e-9)
    // By definition, over all orders.
    if layers <= 5 {
      let definition = orders(Array(0..<layers)).map { order -> [Double] in
        var (mask, sum) = (
          LayerMask(layerCount: layers, keeping: []), [Double](repeating: 0, count: layers)
        )
        for layer in order {
          let before = measure(atlas.points[mask.number])
          mask[layer] = true
          sum[layer] = before - measure(atlas.points[mask.number])
        }
        return sum
      }
      for layer in 0..<layers {
        let mean = definition.reduce(0) { $0 + $1[layer] } / Double(definition.count)
        #expect(abs(mean - values[layer]) < 1e-9)
      }
    }
  }

  private func orders(_ items: [Int]) -> [[Int]] {
    items.isEmpty
      ? [[]]
      : items.flatMap { item in orders(items.filter { $0 != item }).map { [item] + $0 } }
  }

  @Test func missingMasksHaveNoValues() {
    let all = atlas(3) { Double($0.number) }
    let some = MaskAtlas(key: all.key, points: Array(all.points.dropFirst()), fewestErrors: [])
    #expect(some.shapleyValues() == nil && all.shapleyValues() != nil)
    #expect(some.greedyPath().map(\.mask.number) == [7, 3, 1])
    // Without 3 nobody knows whether 5 and 6 are the least missed.
    let fewer = MaskAtlas(
      key: all.key, points: all.points.filter { $0.mask.number != 3 }, fewestErrors: [])
    #expect(fewer.greedyPath().map(\.mask.number) == [7])
  }

  @Test func greedyDropsTheLeastMissedAndStaysThere() throws {
    // Without layer 2 it is best at first, although the best pair has it.
    let losses = ["1111": 1.0, "1011": 2, "1110": 3, "1101": 4, "0111": 5, "1100": 1, "1010": 6]
    let atlas = atlas(4) { losses[$0.description] ?? 10 + Double($0.number) / 100 }
    let path = atlas.greedyPath()
    #expect(path.map(\.mask.description).prefix(3) == ["1111", "1011", "1010"])
    #expect(path.map(\.mask.keptCount) == [4, 3, 2, 1, 0])
    #expect(try atlas.best(keeping: 2)?.mask == LayerMask("1100", layerCount: 4))
    #expect(
      MaskAtlas.mask(keeping: 2, by: [1, 3, 2, 3]).description == "0101")
    #expect(MaskAtlas.mask(keeping: 2, by: [1, 1, 1, 1]).description == "1100")
  }

  @Test func neighboursDifferByOneLayerOrTwo() throws {
    let atlas = atlas(4) { Double($0.number) }
    let mask = try LayerMask("1100", layerCount: 4)
    let found = Set(atlas.neighbours(of: mask).map(\.mask.description))
    #expect(
      found == ["0100", "1000", "1110", "1101", "0110", "0101", "1010", "1001"])
  }
}
