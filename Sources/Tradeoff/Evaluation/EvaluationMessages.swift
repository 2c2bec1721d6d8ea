// What travels to and from the evaluator's threads: values only.

import Backbones
import Speech

/// A wish for the data set by one walk, at one compute, decoded in one way. A newer request (higher id)
/// replaces an older one.
package struct EvaluationRequest: Sendable, Equatable {
  package var id: Int
  /// An evaluator knows only its own model.
  package var point: OperatingPoint
  /// Utterances, by index in the data set, whose results the asker has: they are left out.
  package var known: Set<Int>
  /// How many utterances at most besides those; nil: all of them.
  package var limit: Int?
  /// Whether everything is run again from the samples on, and timed again.
  package var isAnew: Bool

  package init(
    id: Int, _ point: OperatingPoint, known: Set<Int> = [], limit: Int? = nil, isAnew: Bool = false
  ) {
    self.id = id
    self.point = point
    self.known = known
    self.limit = limit
    self.isAnew = isAnew
  }
}

/// One utterance by one walk.
package struct UtteranceResult: Sendable, Equatable {
  /// Position in the data set.
  package var index: Int
  /// The layers that it ran.
  package var mask: LayerMask
  /// Before which layers its walk looked at what would be said, and went on; of one in pieces, those of the
  /// first, which decides.
  package var looks: [Int]
  package var transcript: Transcript
  package var alignment: [AlignedWord]
  package var counts: ErrorCounts
  package var audioSeconds: Double
  /// The sum of the stages' measured seconds, what skipping costs (the `normalized` rule's LayerNorm)
  /// and decoding included. A stage whose hidden frames were shared with an earlier mask counts with the
  /// time it took when it was run.
  package var seconds: Double
  /// Each layer's measured seconds; 0 when skipped.
  package var layerSeconds: [Double]
  package var frontEndSeconds: Double
  package var headSeconds: Double
  /// From log-probabilities to words.
  package var decodeSeconds: Double
  /// FLOPs of the stages this mask runs, from shapes.
  package var operations: Double

  package init(
    index: Int, mask: LayerMask, looks: [Int] = [], transcript: Transcript,
    alignment: [AlignedWord], counts: ErrorCounts,
    audioSeconds: Double, seconds: Double, layerSeconds: [Double], frontEndSeconds: Double,
    headSeconds: Double, decodeSeconds: Double = 0, operations: Double
  ) {
    self.index = index
    self.mask = mask
    self.looks = looks
    self.transcript = transcript
    self.alignment = alignment
    self.counts = counts
    self.audioSeconds = audioSeconds
    self.seconds = seconds
    self.layerSeconds = layerSeconds
    self.frontEndSeconds = frontEndSeconds
    self.headSeconds = headSeconds
    self.decodeSeconds = decodeSeconds
    self.operations = operations
  }
}

package enum EvaluationEvent: Sendable {
  case started(id: Int, total: Int)
  case utterance(id: Int, UtteranceResult)
  /// Every utterance that was asked for has been posted.
  case finished(id: Int)
  case failed(id: Int, String)

  /// Of the request that it answers.
  package var id: Int {
    switch self {
    case .started(let id, _), .utterance(let id, _), .finished(let id), .failed(let id, _): id
    }
  }
}
