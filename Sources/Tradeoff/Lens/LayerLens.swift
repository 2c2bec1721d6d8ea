// The layer lens: what the head would say after every layer, and what each layer did.

import Backbones
import Foundation
import Kernels
import Speech

/// One utterance's way through the stack at a mask, read with the model's own head after every stage
/// (nostalgebraist's "logit lens", 2020, for a CTC recogniser).
package struct LayerLens: Sendable, Equatable {
  /// What is known after the front end (position 0) or after a layer (its number).
  package struct Reading: Sendable, Equatable {
    /// False for a layer that the mask skips; true for the front end.
    package var runs: Bool
    package var transcript: Transcript
    package var alignment: [AlignedWord]
    package var counts: ErrorCounts
    /// Mean over the frames of the cosine between what went in and what came out, and of the ratio
    /// of their norms (out over in); nil for the front end.
    package var cosine: Double?
    package var normRatio: Double?
    /// Mean over the frames of KL(all layers || here), in nats, both of this model: the self-KL.
    package var divergence: Double
    /// The likeliest tokens of each frame, likeliest first.
    package var frames: [[TokenShare]]

    package init(
      runs: Bool, transcript: Transcript, alignment: [AlignedWord], counts: ErrorCounts,
      cosine: Double?, normRatio: Double?, divergence: Double, frames: [[TokenShare]]
    ) {
      self.runs = runs
      self.transcript = transcript
      self.alignment = alignment
      self.counts = counts
      self.cosine = cosine
      self.normRatio = normRatio
      self.divergence = divergence
      self.frames = frames
    }
  }

  package struct TokenShare: Sendable, Equatable {
    package var token: Int
    /// Posterior probability.
    package var share: Float

    package init(token: Int, share: Float) {
      self.token = token
      self.share = share
    }
  }

  /// Tokens kept of each frame.
  package static let tokensPerFrame = 4

  package var mask: LayerMask
  /// The front end's, then every layer's.
  package var readings: [Reading]
  /// Seconds from one frame to the next.
  package var frameSeconds: Double

  /// From parts.
  package init(mask: LayerMask, readings: [Reading], frameSeconds: Double) {
    self.mask = mask
    self.readings = readings
    self.frameSeconds = frameSeconds
  }

  /// Runs the utterance at full depth and at `mask`, its words normalised already; nil when `isCancelled` said so before a layer.
  package init?(
    _ recognizer: Recognizer, _ samples: [Float], words: [String],
    normalization: TextNormalization = .none, mask: LayerMask, isCancelled: () -> Bool = { false }
  ) {
    let backbone = recognizer.backbone
    let pieces = backbone.pieces(samples)
    let start = backbone.frontEnd(pieces: pieces)
    var full = start
    for layer in 0..<backbone.layerCount {
      if isCancelled() { return nil }
      full = backbone.layer(layer, full)
    }
    let goal = backbone.head(full, of: pieces)
    // Greedily, whatever else is measured: each frame's best token is what stands beside it.
    let decoder = recognizer.decoder()
    func read(_ frames: HiddenFrames, after input: HiddenFrames?, runs: Bool) -> Reading {
      let logProbabilities = backbone.head(frames, of: pieces)
      let transcript = decoder.decode(logProbabilities).normalized(by: normalization)
      let alignment = Alignment.align(words, transcript.words.map(\.word))
      let moved = input.map { Self.movement(from: $0.values, to: frames.values) }
      let count = max(1, logProbabilities.rows)
      let divergence = KLDistillation.lossAndGradient(
        studentLogits: logProbabilities, teacherLogProbabilities: goal,
        frameWeights: [Float](repeating: 1 / Float(count), count: logProbabilities.rows)
      ).loss
      return Reading(
        runs: runs, transcript: transcript, alignment: alignment,
        counts: Alignment.count(alignment), cosine: moved?.cosine, normRatio: moved?.ratio,
        divergence: max(0, divergence), frames: Self.likeliest(logProbabilities))
    }
    self.mask = mask
    frameSeconds = backbone.frameSeconds
    readings = [read(start, after: nil, runs: true)]
    var current = start
    for layer in 0..<backbone.layerCount {
      if isCancelled() { return nil }
      let next = backbone.step(layer, current, mask)
      readings.append(read(next, after: current, runs: mask[layer]))
      current = next
    }
  }

  /// Means over the rows of two matrices of one shape; rows of zeros are left out.
  static func movement(from a: Tensor, to b: Tensor) -> (cosine: Double, ratio: Double) {
    let columns = a.columns
    var (cosines, ratios, count) = (0.0, 0.0, 0)
    for row in 0..<a.rows {
      let (x, y) = (a.pointer + row * columns, b.pointer + row * columns)
      var (xx, yy, xy) = (0.0, 0.0, 0.0)
      for i in 0..<columns {
        xx += Double(x[i] * x[i])
        yy += Double(y[i] * y[i])
        xy += Double(x[i] * y[i])
      }
      guard xx > 0, yy > 0 else { continue }
      cosines += xy / (xx * yy).squareRoot()
      ratios += (yy / xx).squareRoot()
      count += 1
    }
    return count == 0 ? (1, 1) : (cosines / Double(count), ratios / Double(count))
  }

  private static func likeliest(_ logProbabilities: Tensor) -> [[TokenShare]] {
    (0..<logProbabilities.rows).map { row in
      let values = logProbabilities.pointer + row * logProbabilities.columns
      var best: [TokenShare] = []
      for token in 0..<logProbabilities.columns {
        let share = exp(values[token])
        if best.count == tokensPerFrame, share <= best[tokensPerFrame - 1].share { continue }
        let place = best.firstIndex { $0.share < share } ?? best.count
        best.insert(TokenShare(token: token, share: share), at: place)
        if best.count > tokensPerFrame { best.removeLast() }
      }
      return best
    }
  }
}
