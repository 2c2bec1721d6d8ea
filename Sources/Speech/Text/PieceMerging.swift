// Byte-pair merging of a word's characters into pieces.

/// Two adjacent pieces.
struct PiecePair: Hashable {
  var left, right: Int32
}

enum PieceMerging {
  /// Joins the adjacent pair whose joined piece has the lowest id, the leftmost of several first, until no
  /// pair joins. n symbols take n log n steps: words come from files, and may be as long as one.
  static func merge(_ symbols: inout [Int32], _ joins: [PiecePair: Int32]) {
    let end = symbols.count
    // A symbol that was joined to the one on its left is gone.
    var (next, previous) = (symbols.indices.map { $0 + 1 }, symbols.indices.map { $0 - 1 })
    var isGone = [Bool](repeating: false, count: end)
    var candidates = CandidateHeap()
    func joined(_ place: Int) -> Int32? {
      next[place] == end
        ? nil : joins[PiecePair(left: symbols[place], right: symbols[next[place]])]
    }
    for place in symbols.indices {
      if let piece = joined(place) { candidates.add(piece, at: place) }
    }
    while let (piece, place) = candidates.removeLowest() {
      // What it was made of may be part of another piece by now.
      guard !isGone[place], joined(place) == piece else { continue }
      let right = next[place]
      symbols[place] = piece
      isGone[right] = true
      next[place] = next[right]
      if next[place] < end { previous[next[place]] = place }
      for place in [previous[place], place] where place >= 0 {
        if let piece = joined(place) { candidates.add(piece, at: place) }
      }
    }
    symbols = symbols.indices.filter { !isGone[$0] }.map { symbols[$0] }
  }
}

/// Pieces that may be joined, by id and then by place: a binary heap.
private struct CandidateHeap {
  /// The piece's id above the place of its left half. No key is less than that at half its index.
  private var keys: [UInt64] = []

  mutating func add(_ piece: Int32, at place: Int) {
    var index = keys.count
    keys.append(UInt64(piece) << 32 | UInt64(place))
    while index > 0, case let parent = (index - 1) / 2, keys[index] < keys[parent] {
      keys.swapAt(index, parent)
      index = parent
    }
  }

  mutating func removeLowest() -> (piece: Int32, place: Int)? {
    guard let lowest = keys.first else { return nil }
    let last = keys.removeLast()
    if !keys.isEmpty {
      keys[0] = last
      var index = 0
      while true {
        let children = (2 * index + 1..<2 * index + 3).clamped(to: keys.indices)
        guard let least = children.min(by: { keys[$0] < keys[$1] }), keys[least] < keys[index]
        else { break }
        keys.swapAt(index, least)
        index = least
      }
    }
    return (Int32(lowest >> 32), Int(lowest & 0xFFFF_FFFF))
  }
}
