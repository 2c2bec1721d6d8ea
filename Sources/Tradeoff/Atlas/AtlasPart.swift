// A batch of an atlas as a file, so that hours of measuring survive whatever ends the program.

import Backbones
import Base
import Foundation
import Kernels

extension AtlasWalk.Part {
  private static let kind = "part of a mask atlas 2"
  private static let masksName = "masks"

  private static func digest(_ masks: [LayerMask]) -> String {
    var digest = Digest()
    for mask in masks { digest.add("\(mask)\n") }
    return digest.description
  }

  private enum Column {
    static let (utterances, counts, errors, losses, divergences, fewest, best, confidences) = (
      "utterances", "counts", "errors", "ctc_loss", "kl_to_full_depth", "fewest_errors",
      "best_masks", "confidences"
    )
  }

  /// - Parameter masks: of the walk, in its order: `errors` and the others are theirs.
  package func write(to url: URL, key: MaskAtlas.Key, masks: [LayerMask]) throws {
    try SafetensorsWriter.write(
      [
        (Column.utterances, Tensor(utterances.map { Float($0) })),
        (Column.counts, Tensor([Float(alignable), Float(frames)])),
        (Column.errors, Tensor(errors)), (Column.losses, Tensor(losses)),
        (Column.divergences, Tensor(divergences)),
        (
          Column.fewest,
          Tensor(
            fewestErrors.flatMap { $0.map { $0 == .max ? -1 : Float($0) } },
            shape: [utterances.count, key.layers + 1])
        ),
        (
          Column.best,
          Tensor(
            bestMasks.flatMap { $0.map { Float($0) } }, shape: [utterances.count, key.layers + 1])
        ),
        (
          Column.confidences,
          Tensor(confidences.flatMap { $0 }, shape: [utterances.count, key.layers + 1])
        ),
      ],
      metadata: [
        "kind": Self.kind, MaskAtlas.keyName: try JSON.line(key),
        Self.masksName: Self.digest(masks),
      ], to: url)
  }

  /// nil where there is none of this atlas and of these utterances and masks.
  package init?(
    contentsOf url: URL, key: MaskAtlas.Key, utterances: [Int], masks: [LayerMask]
  ) {
    guard let file = try? SafetensorsFile(contentsOf: url),
      file.metadata["kind"] == Self.kind,
      file.metadata[Self.masksName] == Self.digest(masks),
      let text = file.metadata[MaskAtlas.keyName],
      (try? JSONDecoder().decode(MaskAtlas.Key.self, from: Data(text.utf8))) == key,
      (try? file.tensor(Column.utterances).values.map { Int($0) }) == utterances,
      let counts = try? file.tensor(Column.counts, shape: [2]).values,
      let errors = try? file.tensor(Column.errors, shape: [masks.count]).values,
      let losses = try? file.tensor(Column.losses, shape: [masks.count]).values,
      let divergences = try? file.tensor(Column.divergences, shape: [masks.count]).values,
      let fewest = try? file.tensor(
        Column.fewest, shape: [utterances.count, key.layers + 1]
      ).values,
      let best = try? file.tensor(
        Column.best, shape: [utterances.count, key.layers + 1]
      ).values, best.allSatisfy({ $0 >= -1 && $0 < Float(masks.count) }),
      let confidences = try? file.tensor(
        Column.confidences, shape: [utterances.count, key.layers + 1]
      ).values
    else { return nil }
    func rows(_ values: [Float]) -> [[Float]] {
      utterances.indices.map { Array(values[$0 * (key.layers + 1)..<($0 + 1) * (key.layers + 1)]) }
    }
    self.init(
      utterances: utterances, errors: errors, losses: losses, divergences: divergences,
      alignable: Int(counts[0]), frames: Int(counts[1]),
      fewestErrors: rows(fewest).map { $0.map { $0 < 0 ? .max : Int($0) } },
      bestMasks: rows(best).map { $0.map { Int($0) } }, confidences: rows(confidences))
  }
}
