// Merging against its definition.

import Base
import Testing

@testable import Speech

struct PieceMergingTests {
  @Test(arguments: 1...200)
  func isTheLowestLeftmostPairUntilNoneIsLeft(seed: Int) {
    var random = RandomGenerator(seed: UInt64(seed))
    let pieces: Int32 = 12
    var joins: [PiecePair: Int32] = [:]
    for _ in 0..<Int.random(in: 0...30, using: &random) {
      let pair = PiecePair(
        left: .random(in: 0..<pieces, using: &random),
        right: .random(in: 0..<pieces, using: &random))
      joins[pair] = .random(in: 0..<pieces, using: &random)
    }
    let start = (0..<Int.random(in: 0...40, using: &random)).map { _ in
      Int32.random(in: 0..<pieces, using: &random)
    }
    var merged = start
    PieceMerging.merge(&merged, joins)
    #expect(merged == byDefinition(start, joins))
  }

  private func byDefinition(_ symbols: [Int32], _ joins: [PiecePair: Int32]) -> [Int32] {
    var symbols = symbols
    while let best = zip(symbols, symbols.dropFirst()).enumerated()
      .compactMap({ place, pair in
        joins[PiecePair(left: pair.0, right: pair.1)].map { (piece: $0, place: place) }
      }).min(by: { $0 < $1 })
    {
      symbols.replaceSubrange(best.place...best.place + 1, with: [best.piece])
    }
    return symbols
  }
}
