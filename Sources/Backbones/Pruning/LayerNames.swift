// What the files of a model call its layers.

import Foundation

/// How a family's files tell layers apart, and how many there are.
package struct LayerNames: Sendable {
  /// In front of a layer's number, from 0, in the names of its tensors: "wav2vec2.encoder.layers."
  package var prefix: String
  /// Where config.json says how many layers there are: names of members, from the outside in.
  package var count: [String]
  /// Where it says how many hidden units every feed-forward part has.
  package var feedForward: [String]
  /// What layer 0's tensors are called, after the number, that all layers read: they stay in layer 0,
  /// whichever layer that is.
  package var ofFirst: [String] = []

  /// Which layer a tensor belongs to, and the rest of its name; nil for one of no layer.
  func parts(_ name: String) -> (layer: Int, rest: String)? {
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count)
      .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let layer = Int(parts[0]), "\(layer)" == parts[0] else { return nil }
    return (layer, String(parts[1]))
  }

  /// A tensor's name among the layers that the mask keeps, numbered anew; nil for one of a skipped layer.
  func name(_ name: String, keeping mask: LayerMask) -> String? {
    guard let (layer, rest) = parts(name), layer >= 0, layer < mask.layerCount else { return name }
    if layer == 0, ofFirst.contains(rest) { return name }
    guard mask[layer] else { return nil }
    return "\(prefix)\((0..<layer).count { mask[$0] }).\(rest)"
  }
}
