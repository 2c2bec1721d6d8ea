// Masks as files of tensors have them.

import Backbones

extension LayerMask {
  /// Layers whose bits float32 holds exactly.
  private static let layersPerValue = 24

  /// How many values hold a mask.
  static func valueCount(layers: Int) -> Int { (layers + layersPerValue - 1) / layersPerValue }

  /// Numbers of 24 layers each, layer 1 the lowest bit of the first.
  var values: [Float] {
    (0..<Self.valueCount(layers: layerCount)).map {
      Float(number >> ($0 * Self.layersPerValue) & (1 << Self.layersPerValue - 1))
    }
  }

  /// nil for numbers that no mask of so many layers has.
  /// - Parameter values: from 0 on, below 1e12.
  init?(values: some Sequence<Float>, layerCount: Int) {
    let number = values.enumerated().reduce(0) {
      $0 | Int($1.element) << ($1.offset * Self.layersPerValue)
    }
    guard number >= 0, number < 1 << layerCount else { return nil }
    self.init(number: number, layerCount: layerCount)
  }
}
