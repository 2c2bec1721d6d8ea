// How often each stage is used: what makes the cost of an utterance from the costs of stages.

import Backbones

extension StageValues {
  /// How often an utterance uses each stage.
  /// - Parameter looks: `UtteranceResult.looks`: each asks the head once more, and skips for it what comes
  ///   after.
  package init(usesOf mask: LayerMask, looks: [Int] = []) {
    let layers = 0..<mask.layerCount
    self.init(
      frontEnd: 1, layers: layers.map { mask[$0] ? 1 : 0 },
      skipped: layers.map { layer in
        Double(looks.count { $0 <= layer }) + (mask[layer] ? 0 : 1)
      }, head: Double(1 + looks.count))
  }

  /// A mask's, or where utterances have their own the mean if every layer runs equally often and nobody
  /// looks.
  package init(usesOf walk: Walk) {
    if let mask = walk.mask {
      self.init(usesOf: mask)
      return
    }
    let share = 1 - walk.dropRatio
    self.init(
      frontEnd: 1, layers: Array(repeating: share, count: walk.layerCount),
      skipped: Array(repeating: 1 - share, count: walk.layerCount), head: 1)
  }

  /// Of what uses each stage so often.
  package func total(_ uses: StageValues) -> Double {
    layers.indices.reduce(frontEnd * uses.frontEnd + head * uses.head) {
      $0 + layers[$1] * uses.layers[$1] + skipped[$1] * uses.skipped[$1]
    }
  }
}
