// The table of pairs against a dictionary.

import Base
import Testing

@testable import Speech

struct PairTableTests {
  @Test func itIsADictionary() {
    var random = RandomGenerator(seed: 3)
    var table = PairTable()
    var expected: [[Int32]: Int32] = [:]
    for value in 0..<5000 as Range<Int32> {
      let pair = (0..<2).map { _ in Int32.random(in: 0..<80, using: &random) }
      let known = expected[pair]
      #expect(table[pair[0], pair[1]] == known)
      #expect(table.value(pair[0], pair[1], orInsert: value) == known ?? value)
      expected[pair] = known ?? value
    }
    #expect(table.count == expected.count)
    #expect(expected.allSatisfy { table[$0.key[0], $0.key[1]] == $0.value })
    table.removeAll()
    #expect(table.count == 0 && table[expected.first!.key[0], expected.first!.key[1]] == nil)
    #expect(table.value(0, .max, orInsert: 7) == 7 && table[0, .max] == 7)
  }
}
