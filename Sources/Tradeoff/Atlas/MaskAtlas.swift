// What every mask of a model does to a split, in one file.

import Backbones
import Base
import Foundation
import Kernels

/// Errors, loss and divergence of every mask, or of many, on one split, decoded greedily.
package struct MaskAtlas: Sendable, Equatable {
  /// What was measured: an atlas of other weights, data or rules is another one.
  package struct Key: Codable, Sendable, Equatable {
    package var model, dataset, split, normalization: String
    package var layers: Int
    /// Digests: of the model's folder, and of the split.
    package var weights, data: String
    package var utterances, words: Int

    package init(
      model: String, dataset: String, split: String, normalization: String, layers: Int,
      weights: String, data: String, utterances: Int, words: Int
    ) {
      self.model = model
      self.dataset = dataset
      self.split = split
      self.normalization = normalization
      self.layers = layers
      self.weights = weights
      self.data = data
      self.utterances = utterances
      self.words = words
    }
  }

  /// One mask.
  package struct Point: Sendable, Equatable {
    package var mask: LayerMask
    package var errors: Int
    /// CTC loss in nats, mean over the utterances that have an alignment.
    package var loss: Double
    /// KL from the same model at full depth, in nats, mean over frames.
    package var divergence: Double

    package init(mask: LayerMask, errors: Int, loss: Double, divergence: Double) {
      self.mask = mask
      self.errors = errors
      self.loss = loss
      self.divergence = divergence
    }
  }

  package let key: Key
  /// In the order of the masks' numbers.
  package let points: [Point]
  /// The fewest errors that masks of each depth, from 0, make in each utterance: the bound for masks that
  /// depend on the input. Depths without masks have the utterance's errors at the depth below.
  package let fewestErrors: [[Int]]
  /// Ids of the utterances in that order, and of each utterance and depth the mask that makes so few; of
  /// equal ones the one whose first layers run. Empty where a file is from before they were kept.
  package var utterances: [String] = []
  package var bestMasks: [[LayerMask]] = []
  /// How sure the head is after so many of the first layers, from 0, without the others: by utterance and
  /// depth, the mean of the frames' greatest probability. Empty as well.
  package var confidences: [[Double]] = []
  /// What was searched for and learnt on the split besides; nil where a file is from before that as well.
  package var findings: AtlasFindings?

  package init(key: Key, points: [Point], fewestErrors: [[Int]]) {
    self.key = key
    self.points = points
    self.fewestErrors = fewestErrors
  }

  /// Whether no mask is missing.
  package var isComplete: Bool { key.layers < 63 && points.count == 1 << key.layers }

  package func errorRate(_ point: Point) -> Double {
    Double(point.errors) / Double(max(1, key.words))
  }

  package subscript(mask: LayerMask) -> Point? {
    guard mask.layerCount == key.layers else { return nil }
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if points[middle].mask.number < mask.number { low = middle + 1 } else { high = middle }
    }
    return low < points.count && points[low].mask == mask ? points[low] : nil
  }

  /// Fewer errors; of equal ones the lower loss, then the one whose first layers run.
  static func isBetter(_ one: Point, _ other: Point) -> Bool {
    let isTie = one.errors == other.errors && one.loss == other.loss
    return isTie
      ? one.mask.description > other.mask.description
      : (one.errors, one.loss) < (other.errors, other.loss)
  }

  /// The best mask of a depth.
  package func best(keeping count: Int) -> Point? {
    points.filter { $0.mask.keptCount == count }.min(by: Self.isBetter)
  }

  /// Of what was measured, whatever it was measured for: the same masks and numbers have the same.
  package var digest: String {
    var digest = Digest()
    for text in [key.weights, key.data, key.normalization] { digest.add("\(text)\t") }
    for point in points {
      // As the file holds them.
      let numbers = [Float(point.errors), Float(point.loss), Float(point.divergence)]
      digest.add("\(point.mask.number) \(numbers)\n")
    }
    return digest.description
  }
}

extension MaskAtlas {
  /// In the folder of the model that it is of.
  package static let fileName = "atlas.safetensors"

  static let (keyName, kind) = ("key", "mask atlas 2")
  private static let utterancesName = "utterances"
  private enum Column {
    static let (masks, errors, losses, divergences, fewest, best, confidences) = (
      "masks", "errors", "ctc_loss", "kl_to_full_depth", "fewest_errors", "best_masks",
      "confidences"
    )
  }
  /// A safetensors file: `masks` (masks x numbers of 24 layers each, layer 1 the lowest bit), `errors`,
  /// `ctc_loss` and `kl_to_full_depth` of each, `fewest_errors` (utterances x depths), `best_masks`
  /// (utterances x depths x numbers), `confidences` (utterances x depths), those of `AtlasFindings`, and the
  /// key and the utterances' ids as JSON in its metadata. The ids, the best masks, the confidences and the
  /// findings may be missing.
  package func write(to url: URL) throws {
    let numbers = LayerMask.valueCount(layers: key.layers)
    func column(_ value: (Point) -> Double) -> Tensor { Tensor(points.map { Float(value($0)) }) }
    var metadata = ["kind": Self.kind, Self.keyName: try JSON.line(key)]
    if !bestMasks.isEmpty { metadata[Self.utterancesName] = try JSON.line(utterances) }
    if let findings { metadata[AtlasFindings.name] = try findings.metadata() }
    let best = Tensor(
      bestMasks.joined().flatMap(\.values), shape: [bestMasks.count, key.layers + 1, numbers])
    let sure = Tensor(
      confidences.flatMap { $0.map { Float($0) } }, shape: [confidences.count, key.layers + 1])
    let columns: [(String, Tensor)] =
      [
        (Column.masks, Tensor(points.flatMap(\.mask.values), shape: [points.count, numbers])),
        (Column.errors, column { Double($0.errors) }), (Column.losses, column(\.loss)),
        (Column.divergences, column(\.divergence)),
        (
          Column.fewest,
          Tensor(
            fewestErrors.flatMap { $0.map { Float($0) } },
            shape: [fewestErrors.count, key.layers + 1])
        ),
      ] + (bestMasks.isEmpty ? [] : [(Column.best, best)])
      + (confidences.isEmpty ? [] : [(Column.confidences, sure)])
    try SafetensorsWriter.write(
      columns.map { (name: $0.0, tensor: $0.1, type: ElementType.float32) }
        + (findings?.columns(layers: key.layers) ?? []),
      metadata: metadata, to: url)
  }

  /// Throws `InputError` for what is no atlas.
  package init(contentsOf url: URL) throws {
    let file = try SafetensorsFile(contentsOf: url)
    let found = file.metadata["kind"]
    guard found == Self.kind, let text = file.metadata[Self.keyName],
      let key = try? JSONDecoder().decode(Key.self, from: Data(text.utf8)),
      (1...62).contains(key.layers)
    else {
      let isOther = found.map { $0 != Self.kind && $0.hasPrefix("mask atlas ") } ?? false
      throw InputError(
        url.path, expected: "an atlas of masks",
        found: isOther ? "one that another version of this program made" : "another file")
    }
    let numbers = LayerMask.valueCount(layers: key.layers)
    let count = file.shape(Column.masks)?.first ?? 0
    let masks = try file.tensor(Column.masks, shape: [count, numbers])
    func column(_ name: String) throws -> [Float] { try file.tensor(name, shape: [count]).values }
    let (errors, losses, divergences) = (
      try column(Column.errors), try column(Column.losses), try column(Column.divergences)
    )
    let depths = key.layers + 1
    let fewest = try file.tensor(Column.fewest, shape: [key.utterances, depths]).values
    for values in [masks.values, errors, losses, divergences, fewest] {
      guard values.allSatisfy({ $0 >= 0 && $0 < 1e12 }) else {
        throw InputError(url.path, expected: "numbers from 0", found: "others")
      }
    }
    func mask(_ place: Int, _ values: [Float], after last: Int = -1) throws -> LayerMask {
      let values = values[place * numbers..<(place + 1) * numbers]
      guard let mask = LayerMask(values: values, layerCount: key.layers), mask.number > last else {
        throw InputError(
          url.path, expected: "masks of \(key.layers) layers in order",
          found: "number \(values.map { "\(Int($0))" }.joined(separator: ", "))")
      }
      return mask
    }
    var points: [Point] = []
    for place in 0..<count {
      points.append(
        Point(
          mask: try mask(place, masks.values, after: points.last?.mask.number ?? -1),
          errors: Int(errors[place]), loss: Double(losses[place]),
          divergence: Double(divergences[place])))
    }
    self.init(
      key: key, points: points,
      fewestErrors: (0..<key.utterances).map { utterance in
        (0..<depths).map { Int(fewest[utterance * depths + $0]) }
      })
    if file.shape(Column.confidences) != nil {
      let values = try file.tensor(Column.confidences, shape: [key.utterances, depths]).values
      guard values.allSatisfy({ (0...1.001).contains($0) }) else {
        throw InputError(url.path, expected: "confidences from 0 to 1", found: "others")
      }
      confidences = (0..<key.utterances).map { utterance in
        (0..<depths).map { Double(values[utterance * depths + $0]) }
      }
    }
    findings = try AtlasFindings.read(file, layers: key.layers)
    guard let ids = file.metadata[Self.utterancesName] else { return }
    utterances = (try? JSONDecoder().decode([String].self, from: Data(ids.utf8))) ?? []
    let best = try file.tensor(Column.best, shape: [key.utterances, depths, numbers]).values
    guard utterances.count == key.utterances, best.allSatisfy({ $0 >= 0 && $0 < 1e12 }) else {
      throw InputError(
        url.path, expected: "\(key.utterances) utterances and their masks", found: "others")
    }
    bestMasks = try (0..<key.utterances).map { utterance in
      try (0..<depths).map { try mask(utterance * depths + $0, best) }
    }
  }
}
