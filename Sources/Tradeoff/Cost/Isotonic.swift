// Measurements put in the order that they must have.

package enum Isotonic {
  /// The values nearest to these, by least squares, that never fall as the work grows and are equal for
  /// equal work: pooling of adjacent violators (Ayer and others, 1955).
  package static func fit(_ values: [Double], work: [Double]) -> [Double] {
    precondition(values.count == work.count, "work for every value")
    struct Block {
      var places: [Int]
      var sum: Double
      var mean: Double { sum / Double(places.count) }
    }
    var blocks: [Block] = []
    var last: Double?
    for place in values.indices.sorted(by: { (work[$0], $0) < (work[$1], $1) }) {
      if last == work[place] {
        blocks[blocks.count - 1].places.append(place)
        blocks[blocks.count - 1].sum += values[place]
      } else {
        pool(&blocks)
        blocks.append(Block(places: [place], sum: values[place]))
      }
      last = work[place]
    }
    pool(&blocks)

    /// The last block with those before it, as long as they are higher.
    func pool(_ blocks: inout [Block]) {
      while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
        let higher = blocks.removeLast()
        blocks[blocks.count - 1].places += higher.places
        blocks[blocks.count - 1].sum += higher.sum
      }
    }
    var fitted = values
    for block in blocks { for place in block.places { fitted[place] = block.mean } }
    return fitted
  }
}
