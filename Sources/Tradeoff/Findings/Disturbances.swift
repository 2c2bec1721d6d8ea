// What the policy `zeroth-order` measures: how the loss answers to small changes of single layers.

import Backbones
import Base
import Kernels
import Speech

extension AtlasWalk {
  /// Changes small enough for a straight line, large enough for float32.
  private static let size: Float = 1e-2

  /// Forward passes only, as ECoFLaP (arXiv 2310.02998) has them. Where it changes the weights of a layer by
  /// noise, here what each channel of the layer adds to its input grows or shrinks by one part in a hundred,
  /// by lot: as if that channel's output weights did, so that it takes nothing but a backbone's stages. The
  /// square of the slope of an utterance's CTC loss along that direction is, on the average over directions,
  /// the sum over channels of the squares of weights times gradients.
  /// - Returns: by layer the sum over a batch's utterances that have an alignment, of which there are
  ///   `alignable`; nil when `isCancelled` said so before a layer.
  func sensitivities(
    batch number: Int, isCancelled: () -> Bool = { false }
  ) -> (sums: [Double], alignable: Int)? {
    let batch = batch(number)
    let backbone = recognizer.backbone
    let layers = backbone.layerCount
    let pieces = batch.allPieces
    let owners = zip(batch.utterances, batch.pieces).flatMap { utterance, pieces in
      pieces.map { _ in utterance }
    }
    /// nil for those without an alignment.
    func losses(_ frames: HiddenFrames) -> [Double?] {
      let said = backbone.head(frames, of: pieces)
      return zip(batch.utterances, batch.rows).map { utterance, rows in
        CTCLoss.loss(said, rows: rows, target: targets[utterance], blank: backbone.blank)
          .map { Double($0) }
      }
    }
    var sums = [Double](repeating: 0, count: layers)
    var alignable = 0
    var frames = batch.start
    for layer in 0..<layers {
      if isCancelled() { return nil }
      let (skipped, full) = (backbone.skip(layer, frames), backbone.layer(layer, frames))
      var found: [[Double?]] = []
      for size in [Self.size, -Self.size] {
        var changed = Self.disturbed(full, from: skipped, layer: layer, owners: owners, by: size)
        for later in layer + 1..<layers {
          if isCancelled() { return nil }
          changed = backbone.layer(later, changed)
        }
        found.append(losses(changed))
      }
      let slopes = zip(found[0], found[1]).compactMap { more, less in
        more.flatMap { more in less.map { (more - $0) / Double(2 * Self.size) } }
      }
      sums[layer] = slopes.reduce(0) { $0 + $1 * $1 }
      alignable = slopes.count
      frames = full
    }
    return (sums, alignable)
  }

  /// Layers that run for an utterance's sensitivities.
  var sensitivityRuns: Int { recognizer.backbone.layerCount * recognizer.backbone.layerCount }

  /// output + size z (output - skipped), where each channel's z is 1 or -1 by lot, anew for each utterance
  /// and layer.
  /// - Parameter owners: of each length, the utterance's place in the data set.
  private static func disturbed(
    _ output: HiddenFrames, from skipped: HiddenFrames, layer: Int, owners: [Int], by size: Float
  ) -> HiddenFrames {
    var result = output
    let columns = output.values.columns
    let target = result.values.mutablePointer
    var row = 0
    for (owner, length) in zip(owners, output.lengths) {
      var random = RandomGenerator(
        seed: 1, streams: 0x2E40, UInt64(owner), UInt64(layer))
      let steps = (0..<columns).map { _ in random.next() >> 63 == 0 ? size : -size }
      for place in row * columns..<(row + length) * columns {
        target[place] +=
          steps[place % columns] * (output.values.pointer[place] - skipped.values.pointer[place])
      }
      row += length
    }
    return result
  }
}
