// A table from pairs of numbers to numbers, for look-ups by the million a second.

/// Open addressing with linear probing, without hashing against malice. Pairs are of numbers of at least
/// 0; nothing is removed but everything at once.
struct PairTable: Sendable {
  private var keys: [UInt64]
  private var values: [Int32]
  private(set) var count = 0
  /// 64 minus the logarithm of the number of places.
  private var shift: UInt64

  /// No pair: its numbers would be below 0.
  private static let free = UInt64.max

  /// With room for so many pairs before it has to grow.
  init(room: Int = 8) {
    var places = 16
    while places < 2 * room { places *= 2 }
    keys = Array(repeating: Self.free, count: places)
    values = Array(repeating: 0, count: places)
    shift = UInt64(64 - places.trailingZeroBitCount)
  }

  subscript(first: Int32, second: Int32) -> Int32? {
    let (place, isKnown) = find(Self.key(first, second))
    return isKnown ? values[place] : nil
  }

  /// What the pair has; one that has nothing gets `value`, which is then returned.
  mutating func value(_ first: Int32, _ second: Int32, orInsert value: Int32) -> Int32 {
    let key = Self.key(first, second)
    let (place, isKnown) = find(key)
    if isKnown { return values[place] }
    (keys[place], values[place]) = (key, value)
    count += 1
    if 2 * count > keys.count { grow() }
    return value
  }

  mutating func removeAll() {
    guard count > 0 else { return }
    for place in keys.indices { keys[place] = Self.free }
    count = 0
  }

  private static func key(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
  }

  /// Where a key is, or where it would be put.
  private func find(_ key: UInt64) -> (place: Int, isKnown: Bool) {
    // The golden ratio spreads neighbouring numbers (Knuth's multiplicative hashing).
    var place = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[place] != key {
      if keys[place] == Self.free { return (place, false) }
      place = (place + 1) & (keys.count - 1)
    }
    return (place, true)
  }

  private mutating func grow() {
    var larger = PairTable(room: keys.count)
    for place in keys.indices where keys[place] != Self.free {
      let (free, _) = larger.find(keys[place])
      (larger.keys[free], larger.values[free]) = (keys[place], values[place])
    }
    larger.count = count
    self = larger
  }
}
