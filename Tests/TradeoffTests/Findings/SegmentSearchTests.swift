// The search over segments, where all candidates can be counted.

import Backbones
import Base
import Testing

@testable import Tradeoff

@Suite struct SegmentSearchTests {
  @Test(arguments: [
    (1, [0..<1]), (3, [0..<3]), (4, [0..<2, 2..<4]), (6, [0..<3, 3..<6]),
    (7, [0..<2, 2..<4, 4..<7]), (12, [0..<3, 3..<6, 6..<9, 9..<12]),
  ]) func segmentsHaveAtMostThreeLayers(layers: Int, segments: [Range<Int>]) {
    #expect(LayerSegments.of(layers) == segments)
  }

  /// Of every segment the first layers.
  private func all(_ layers: Int) -> [LayerMask] {
    let segments = LayerSegments.of(layers)
    return segments.reduce([[Int]()]) { masks, segment in
      masks.flatMap { kept in (0...segment.count).map { kept + segment.prefix($0) } }
    }.map { LayerMask(layerCount: layers, keeping: $0) }
  }

  @Test func masksKeepTheFirstOfEachSegment() {
    #expect(SegmentSearch(layerCount: 7).mask([1, 0, 2]).description == "1000110")
  }

  /// Where every layer is worth something, whatever others do.
  @Test(arguments: [2, 4, 6, 9, 12], [UInt64(1), 2, 3])
  func itFindsTheBestOfAll(layers: Int, seed: UInt64) {
    var random = RandomGenerator(seed: seed)
    let worth = (0..<layers).map { _ in Double.random(in: 0...1, using: &random) }
    func score(_ mask: LayerMask) -> Double {
      worth.indices.reduce(0) { mask[$1] ? $0 : $0 + worth[$1] }
    }
    let search = SegmentSearch(layerCount: layers)
    var deeper: [Int]?
    for count in (1..<layers).reversed() {
      var asked: [LayerMask] = []
      let found = search.best(keeping: count, after: deeper) { masks in
        asked += masks
        return masks.map(score)
      }
      let candidates = all(layers).filter { $0.keptCount == count }
      let least = candidates.map(score).min()
      #expect(found.map { score(search.mask($0)) } == least, "\(count) of \(layers)")
      // Nothing else was asked for, and nothing twice.
      #expect(Set(asked).isSubset(of: candidates) && Set(asked).count == asked.count)
      deeper = found
    }
  }

  @Test func ofEqualOnesTheFirstLayersStay() {
    let search = SegmentSearch(layerCount: 6)
    let found = (1..<6).map { count in
      search.best(keeping: count) { $0.map { _ in 1 } }.map { search.mask($0).description }
    }
    #expect(found == ["100000", "110000", "111000", "111100", "111110"])
  }

  @Test func itEndsWhenNobodyScores() {
    #expect(SegmentSearch(layerCount: 6).best(keeping: 3) { _ in nil } == nil)
  }
}
