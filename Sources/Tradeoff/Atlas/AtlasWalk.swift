// Measuring many masks at once: those that begin alike share their first layers, and utterances share
// their products.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization

/// Goes through the masks of a model depth-first, a batch of utterances at a time, batches side by side. Every
/// layer runs once for all masks that treat the layers before it alike: for all masks of N layers 2^N - 1
/// times an utterance, where mask by mask it would be N 2^(N - 1) times.
package struct AtlasWalk: Sendable {
  /// What one batch adds to every mask, in the order of `masks`.
  package struct Part: Sendable, Equatable {
    /// Places in the data set.
    package var utterances: [Int]
    /// Sums over the batch's utterances, and over their frames.
    package var errors, losses, divergences: [Float]
    package var alignable, frames: Int
    /// By utterance and depth.
    package var fewestErrors: [[Int]]
    /// Which of the walk's masks makes so few; -1 where there is none.
    package var bestMasks: [[Int]]
    /// As `MaskAtlas.confidences`.
    package var confidences: [[Float]]
  }

  private let recognizer: Recognizer
  private let data: LoadedDataset
  /// Sorted as text, which is depth-first.
  package let masks: [LayerMask]
  /// Utterances of about the same length, some 20 s together: products large enough, frames of all layers
  /// still within the cache.
  package let batches: [[Int]]
  private let targets: [[Int]]

  /// - Parameter masks: of the model's layers, each once.
  package init(_ recognizer: Recognizer, _ data: LoadedDataset, masks: [LayerMask]) {
    self.recognizer = recognizer
    self.data = data
    self.masks = masks.sorted { $0.description < $1.description }
    targets = data.dataset.utterances.map {
      recognizer.tokenizer.encode($0.words.joined(separator: " "))
    }
    let readable = data.readable.sorted {
      (data.samples[$0].count, $0) > (data.samples[$1].count, $1)
    }
    var batches: [[Int]] = []
    var room = 0
    for index in readable {
      let length = data.samples[index].count
      if batches.isEmpty || length > room {
        batches.append([])
        room = Self.batchSeconds * data.sampleRate
      }
      batches[batches.count - 1].append(index)
      room -= length
    }
    self.batches = batches
  }

  private static let batchSeconds = 20

  /// One batch at every mask; nil when `isCancelled` said so before a layer.
  /// - Parameter progress: told after each mask.
  package func run(
    batch: Int, isCancelled: () -> Bool = { false }, progress: () -> Void = {}
  ) -> Part? {
    let utterances = batches[batch]
    let backbone = recognizer.backbone
    let pieces = utterances.map { backbone.pieces(data.samples[$0]) }
    let all = pieces.flatMap { $0 }
    let start = backbone.frontEnd(all.map(\.samples))
    let lengths = pieces.map { $0.reduce(0) { $0 + $1.own.count } }
    let rows = Self.rows(lengths)
    let layers = backbone.layerCount
    var (full, confidences) = (start, utterances.map { _ in [Float]() })
    /// What would be said if the layers from this one on were skipped.
    func said(before layer: Int) -> Tensor {
      let said = backbone.head((layer..<layers).reduce(full) { backbone.skip($1, $0) }, of: all)
      for (place, rows) in rows.enumerated() {
        confidences[place].append(Float(Confidence.mean(said, rows: rows)))
      }
      return said
    }
    for layer in 0..<layers {
      if isCancelled() { return nil }
      _ = said(before: layer)
      full = backbone.layer(layer, full)
    }
    var scores = BatchScores(
      recognizer, references: utterances.map { data.dataset.utterances[$0].words },
      targets: utterances.map { targets[$0] }, normalization: data.dataset.normalization,
      rows: rows, fullDepth: said(before: layers))
    var part = Part(
      utterances: utterances, errors: [], losses: [], divergences: [],
      alignable: scores.alignable, frames: lengths.reduce(0, +),
      fewestErrors: utterances.map { _ in Array(repeating: .max, count: backbone.layerCount + 1) },
      bestMasks: utterances.map { _ in Array(repeating: -1, count: backbone.layerCount + 1) },
      confidences: confidences)

    /// `masks[range]` begin alike up to `layer`, which makes `frames` of the utterances.
    func visit(_ range: Range<Int>, _ layer: Int, _ frames: HiddenFrames) -> Bool {
      if isCancelled() { return false }
      guard layer < backbone.layerCount else {
        let score = scores.score(backbone.head(frames, of: all))
        let depth = masks[range.lowerBound].keptCount
        part.errors.append(Float(score.errors.reduce(0, +)))
        part.losses.append(Float(score.loss))
        part.divergences.append(Float(score.divergence))
        // Of equal ones the last, whose first layers run.
        for (place, errors) in score.errors.enumerated()
        where errors <= part.fewestErrors[place][depth] {
          part.fewestErrors[place][depth] = errors
          part.bestMasks[place][depth] = range.lowerBound
        }
        progress()
        return true
      }
      let first = range.first { masks[$0][layer] } ?? range.upperBound
      if first > range.lowerBound {
        let skipped = backbone.skip(layer, frames)
        guard visit(range.lowerBound..<first, layer + 1, skipped) else { return false }
      }
      return first == range.upperBound
        || visit(first..<range.upperBound, layer + 1, backbone.layer(layer, frames))
    }
    guard visit(masks.indices, 0, start) else { return nil }
    return part
  }

  /// Where utterances lie that are one after the other.
  private static func rows(_ lengths: [Int]) -> [Range<Int>] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return start..<start + length
    }
  }

  /// Of all batches together, in whatever order.
  package func atlas(_ parts: [Part], key: MaskAtlas.Key) -> MaskAtlas {
    let alignable = Double(max(1, parts.reduce(0) { $0 + $1.alignable }))
    let frames = Double(max(1, parts.reduce(0) { $0 + $1.frames }))
    let points = masks.indices.map { place in
      MaskAtlas.Point(
        mask: masks[place], errors: Int(parts.reduce(0) { $0 + $1.errors[place] }),
        loss: parts.reduce(0) { $0 + Double($1.losses[place]) } / alignable,
        divergence: max(0, parts.reduce(0) { $0 + Double($1.divergences[place]) } / frames))
    }
    // Part and place in it of each utterance.
    let rows = parts.flatMap { part in part.utterances.indices.map { (part, $0) } }
      .sorted { $0.0.utterances[$0.1] < $1.0.utterances[$1.1] }
    // Depths without masks have what is at the depth below.
    let fewest = rows.map { part, place in
      let errors = part.fewestErrors[place]
      return errors.indices.map { depth in errors[...depth].last { $0 != .max } ?? 0 }
    }
    var atlas = MaskAtlas(
      key: key, points: points.sorted { $0.mask.number < $1.mask.number }, fewestErrors: fewest)
    let none = LayerMask(layerCount: key.layers, keeping: [])
    atlas.utterances = rows.map { data.dataset.utterances[$0.utterances[$1]].id }
    atlas.bestMasks = rows.map { part, place in
      let best = part.bestMasks[place]
      return best.indices.map { depth in best[...depth].last { $0 >= 0 }.map { masks[$0] } ?? none }
    }
    atlas.confidences = rows.map { $0.confidences[$1].map { Double($0) } }
    return atlas
  }
}

/// What is said of a batch, against what it ought to be.
private struct BatchScores {
  private let decoder: GreedyCTCDecoder
  private let references: [[String]]
  private let targets: [[Int]]
  private let normalization: TextNormalization
  private let rows: [Range<Int>]
  private let fullDepth: Tensor
  private let blank: Int
  /// Errors of what was said before: masks that differ often say the same.
  private var known: [[[Int]: Int]]
  let alignable: Int

  init(
    _ recognizer: Recognizer, references: [[String]], targets: [[Int]],
    normalization: TextNormalization, rows: [Range<Int>], fullDepth: Tensor
  ) {
    decoder = GreedyCTCDecoder(
      tokenizer: recognizer.tokenizer, frameSeconds: recognizer.backbone.frameSeconds)
    self.references = references
    self.targets = targets
    self.normalization = normalization
    self.fullDepth = fullDepth
    blank = recognizer.backbone.blank
    known = references.map { _ in [:] }
    self.rows = rows
    alignable = zip(targets, rows).count { CTCLoss.minimumFrames(for: $0) <= $1.count }
  }

  mutating func score(
    _ logProbabilities: Tensor
  ) -> (errors: [Int], loss: Double, divergence: Double) {
    var (errors, loss, divergence) = ([Int](), 0.0, 0.0)
    for (place, rows) in rows.enumerated() {
      let tokens = decoder.tokens(logProbabilities, rows: rows)
      if let count = known[place][tokens] {
        errors.append(count)
      } else {
        let said = decoder.decode(logProbabilities.rows(rows)).normalized(by: normalization)
        let count = Alignment.count(references[place], said.words.map(\.word)).errors
        known[place][tokens] = count
        errors.append(count)
      }
      loss += Double(
        CTCLoss.loss(logProbabilities, rows: rows, target: targets[place], blank: blank) ?? 0)
      divergence += KLDistillation.divergence(of: logProbabilities, from: fullDepth, rows: rows)
    }
    return (errors, loss, divergence)
  }
}
