// Which layers of a backbone run.

import Base

/// One bit a layer, layer 1 first; `true` runs the layer, `false` skips it. At most 64 layers.
package struct LayerMask: Hashable, Sendable, CustomStringConvertible {
  package let layerCount: Int
  private var bits: UInt64

  package static func full(_ layerCount: Int) -> LayerMask {
    LayerMask(layerCount: layerCount, keeping: 0..<layerCount)
  }

  /// `count` layers at even distances, the first and the last among them: layer
  /// round(i (N - 1) / (count - 1)) for each i. A single layer is the first.
  package static func spread(keeping count: Int, of layerCount: Int) -> LayerMask {
    precondition((0...layerCount).contains(count), "keeping \(count) of \(layerCount) layers")
    return LayerMask(
      layerCount: layerCount,
      keeping: (0..<count).map {
        count == 1 ? 0 : (2 * $0 * (layerCount - 1) + count - 1) / (2 * (count - 1))
      })
  }

  /// Keeps the layers at these zero-based indices.
  package init(layerCount: Int, keeping indices: some Sequence<Int>) {
    precondition((1...64).contains(layerCount), "\(layerCount) layers; a mask holds 1 to 64")
    self.layerCount = layerCount
    bits = 0
    for index in indices { self[index] = true }
  }

  /// Parses `layerCount` characters, layer 1 first, `1` = run, `0` = skip.
  package init(_ text: String, layerCount: Int) throws {
    guard text.count == layerCount, text.allSatisfy({ $0 == "0" || $0 == "1" }) else {
      throw InputError(
        "mask", expected: "\(layerCount) characters of 0 and 1, layer 1 first",
        found: "\"\(text)\" (\(text.count) characters)")
    }
    self.init(
      layerCount: layerCount, keeping: text.enumerated().filter { $0.element == "1" }.map(\.offset))
  }

  /// Layer 1 is the lowest bit: from 0, nothing runs, to 2^N - 1. Of 63 layers at most.
  package var number: Int { Int(bits) }

  package init(number: Int, layerCount: Int) {
    self.init(
      layerCount: layerCount, keeping: (0..<layerCount).lazy.filter { number >> $0 & 1 == 1 })
  }

  package subscript(index: Int) -> Bool {
    get { bits >> UInt64(index) & 1 == 1 }
    set {
      precondition(index >= 0 && index < layerCount, "layer \(index) of \(layerCount)")
      if newValue { bits |= 1 << UInt64(index) } else { bits &= ~(1 << UInt64(index)) }
    }
  }

  package var keptCount: Int { bits.nonzeroBitCount }
  /// Fraction of layers skipped, 0 to 1.
  package var dropRatio: Double { Double(layerCount - keptCount) / Double(layerCount) }

  /// How many of the first layers two masks treat alike: their hidden frames up to there are shared.
  package func commonPrefix(with other: LayerMask) -> Int {
    min(min(layerCount, other.layerCount), (bits ^ other.bits).trailingZeroBitCount)
  }

  /// Layer 1 first: `101101101101`.
  package var description: String {
    (0..<layerCount).map { self[$0] ? "1" : "0" }.joined()
  }
}
