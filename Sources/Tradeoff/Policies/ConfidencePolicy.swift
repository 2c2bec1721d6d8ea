// What policies have in common that leave when the recogniser is sure of what it would say.

import Backbones

/// Runs the layers from the first on, asks the head at some depths what would be said, and leaves where the mean
/// of the frames' greatest probability reaches a threshold. Without training the thresholds follow from the
/// confidences of the atlas' utterances, which are of a split for development. What the head is asked costs,
/// and counts.
package protocol ConfidencePolicy: LayerPolicy {
  /// After how many layers the head is asked, ascending, each from 1 to below `layerCount`, where `count`
  /// layers are to run on the average.
  static func exits(keeping count: Int, of layerCount: Int) -> [Int]
}

extension ConfidencePolicy {
  package static var needsAtlas: Bool { true }

  package static func walk(
    keeping count: Int, in context: PolicyContext, seed: UInt64
  ) throws(PolicyRefusal) -> Walk {
    try untrainedWalk(keeping: count, in: context)
  }

  /// By the head as it is.
  static func untrainedWalk(
    keeping count: Int, in context: PolicyContext
  ) throws(PolicyRefusal) -> Walk {
    let ranked = try context.atlas.get()
    guard !ranked.atlas.confidences.isEmpty else { throw ranked.atlas.isTooOld("confidences") }
    let layers = context.layerCount
    if let only = context.onlyMask(keeping: count) { return Walk(only) }
    let exits = exits(keeping: count, of: layers)
    let threshold = threshold(for: count, exits: exits, of: layers, ranked.atlas.confidences)
    return Walk(
      policy: name, atlas: ranked.digest, keeping: count, of: layers,
      look: { layer, said in
        guard exits.contains(layer) else { return .run }
        let now = said()
        return Confidence.mean(now, rows: 0..<now.rows) >= threshold ? .leave : .run
      })
  }

  /// At which as many layers as `count` run on the average, or nearly: the mean goes by steps.
  /// - Parameter confidences: by utterance and depth, from 0.
  static func threshold(
    for count: Int, exits: [Int], of layers: Int, _ confidences: [[Double]]
  ) -> Double {
    let values = Set(confidences.flatMap { row in exits.map { row[$0] } }).sorted()
    return ConfidenceLimit.nearest(to: Double(count), among: values, lowest: 0) { limit in
      let depths = confidences.reduce(0) { sum, row in
        sum + (exits.first { row[$0] >= limit } ?? layers)
      }
      return Double(depths) / Double(max(1, confidences.count))
    }.limit
  }
}
