// What exits are trained on: the frames of a frozen backbone, utterance by utterance.

import Backbones
import Kernels

extension AtlasWalk {
  /// A batch's utterances, in its order, each once through all layers; nil when `isCancelled` said so before
  /// a layer.
  /// - Parameter depths: after how many layers there are exits, ascending.
  func exitExamples(
    batch number: Int, depths: [Int], isCancelled: () -> Bool = { false }
  ) -> [ExitTraining.Example]? {
    let batch = batch(number)
    let backbone = recognizer.backbone
    let (layers, pieces) = (backbone.layerCount, batch.allPieces)
    var frames = batch.start
    var atExits: [Tensor] = []
    for layer in 0..<layers {
      if isCancelled() { return nil }
      if depths.contains(layer) {
        // What the head would be given: the layers that are left are skipped.
        let last = (layer..<layers).reduce(frames) { backbone.skip($1, $0) }
        atExits.append(frames.own(pieces, of: last.values))
      }
      frames = backbone.layer(layer, frames)
    }
    let whole = backbone.head(frames, of: pieces)
    return zip(batch.utterances, batch.rows).map { utterance, rows in
      ExitTraining.Example(
        frames: atExits.map { $0.rows(rows) }, whole: whole.rows(rows),
        target: targets[utterance])
    }
  }
}
