// One utterance's way through a backbone, a walk being asked layer by layer.

import Backbones
import Base
import Foundation
import Kernels
import Speech

/// What became of a walk.
package struct Passage: Sendable {
  /// The layers that ran.
  package let mask: LayerMask
  /// Token log-probabilities: frames x tokens.
  package let logProbabilities: Tensor
  /// Layers that were run or skipped one by one, from the first on; the others were left.
  let reached: Int
  /// Before which layers the walk looked at what would be said, and went on.
  package let looks: [Int]
  /// Of deciding and of the head.
  let headSeconds: Double
  /// FLOPs of what a policy has learnt: of picking the mask, and of trained exits.
  let learntOperations: Double
  /// After how many layers it left by a trained exit; nil where it did not.
  let exit: Int?

  /// Floating point operations of the layers that ran, of all that the head was asked, and of what a policy
  /// has learnt.
  /// - Parameter stages: of each stage for this utterance.
  package func operations(_ stages: StageValues) -> Double {
    stages.total(StageValues(usesOf: mask, looks: looks)) + learntOperations
  }
}

extension Walk {
  /// From the front end's frames on; nil when `next` ends it. A layer that is left is skipped by the
  /// backbone's rule: but for trained exits, what an utterance says depends on its mask alone, whoever made
  /// it.
  /// - Parameter next: the frames after a layer that runs or is skipped.
  func passage(
    through backbone: any Backbone, of utterance: String, from start: HiddenFrames,
    next: (_ layer: Int, _ runs: Bool, _ input: HiddenFrames) -> HiddenFrames?
  ) -> Passage? {
    let clock = ContinuousClock()
    var picked: (mask: LayerMask, operations: Double)?
    let pickSeconds = clock.measure { picked = self.picked(by: start) }.seconds
    let walk = picked.map { Walk($0.mask) } ?? self
    var mask = LayerMask(layerCount: layerCount, keeping: [])
    var (frames, reached, isLeaving) = (start, 0, false)
    // What would be said without another layer, once somebody has looked.
    var said: Tensor?
    var looks: [Int] = []
    var (seconds, learnt) = (pickSeconds, picked?.operations ?? 0)
    while reached < layerCount {
      let layer = reached
      var step = Step.skip
      if !isLeaving {
        seconds +=
          clock.measure {
            step = walk.step(before: layer, of: utterance) {
              if let said { return said }
              var last = (layer..<layerCount).reduce(frames) { backbone.skip($1, $0) }
              if let exit = walk.exit(after: layer) {
                last = exit(last)
                learnt += exit.operationsPerFrame * Double(last.values.rows)
              }
              let now = backbone.head(last)
              said = now
              looks.append(layer)
              return now
            }
          }.seconds
        isLeaving = step == .leave
      }
      // The answer is known already.
      if isLeaving, said != nil { break }
      if step == .run { mask[layer] = true }
      // What an exit says is another depth's no more than what less layers say.
      if step == .run || walk.exit(after: layer) != nil { said = nil }
      guard let output = next(layer, step == .run, frames) else { return nil }
      frames = output
      reached += 1
    }
    if said != nil { looks.removeLast() }
    // Only who has left is still at an exit.
    let exit = said == nil || walk.exit(after: reached) == nil ? nil : reached
    var answer = said
    if answer == nil { seconds += clock.measure { answer = backbone.head(frames) }.seconds }
    return answer.map {
      Passage(
        mask: mask, logProbabilities: $0, reached: reached, looks: looks, headSeconds: seconds,
        learntOperations: learnt, exit: exit)
    }
  }
}

extension Recognizer {
  /// A recording, from its samples to its words, and what became of the walk.
  /// - Parameter utterance: what the walk knows it by.
  package func transcribe(
    _ waveform: Waveform, by walk: Walk, of utterance: String, decoding: Decoding
  ) -> (transcript: Transcript, passage: Passage) {
    let passage = backbone.passage(ofLong: samples(waveform), by: walk, of: utterance)
    return (decoder(decoding).decode(passage.logProbabilities), passage)
  }
}

extension Backbone {
  /// One utterance at once, from its samples on.
  package func passage(_ samples: [Float], by walk: Walk, of utterance: String) -> Passage {
    let passage = walk.passage(through: self, of: utterance, from: frontEnd([samples])) {
      $1 ? layer($0, $2) : skip($0, $2)
    }
    guard let passage else { preconditionFailure("no layer ends it") }
    return passage
  }

  /// Of any length, piece by piece, so that memory does not grow with it: the first piece decides for all.
  package func passage(ofLong samples: [Float], by walk: Walk, of utterance: String) -> Passage {
    var passages: [Passage] = []
    let said = pieces(samples).map { piece in
      let way = passages.first.map { walk.following($0) } ?? walk
      passages.append(passage(piece.samples, by: way, of: utterance))
      return passages[passages.count - 1].logProbabilities.rows(piece.own)
    }
    let first = passages[0]
    return Passage(
      mask: first.mask, logProbabilities: HiddenFrames(packing: said).values,
      reached: first.reached, looks: first.looks,
      headSeconds: passages.reduce(0) { $0 + $1.headSeconds },
      learntOperations: first.learntOperations, exit: first.exit)
  }
}

/// How sure a recogniser is of what it says.
enum Confidence {
  /// The mean over frames (rows) of the greatest probability, from 0 to 1; 0 without a frame.
  static func mean(_ logProbabilities: Tensor, rows: Range<Int>) -> Double {
    let tokens = logProbabilities.columns
    let sum = rows.reduce(0.0) { sum, row in
      let values = logProbabilities.pointer + row * tokens
      return sum + exp(Double((1..<tokens).reduce(values[0]) { max($0, values[$1]) }))
    }
    return sum / Double(max(1, rows.count))
  }
}
