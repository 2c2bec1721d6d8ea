// Neighbouring layers three by three: what goes by parts of the stack and not by single layers.

enum LayerSegments {
  /// The layers in order, in as few parts of at most three as there can be, all of nearly one length.
  static func of(_ layerCount: Int) -> [Range<Int>] {
    let count = (layerCount + 2) / 3
    return (0..<count).map { $0 * layerCount / count..<($0 + 1) * layerCount / count }
  }
}
