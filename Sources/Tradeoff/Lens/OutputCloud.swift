// The picture behind the view Embeddings: what a masked model says beside what its reference says.

import Backbones
import Base
import Kernels

/// Frames of some utterances as two clouds of output distributions.
package struct OutputCloud: Sendable, Equatable {
  /// Whose full depth the picture is made from.
  package var referenceName: String
  package var reference: [OutputMap.Point]
  package var student: [OutputMap.Point]
  /// KL(reference || student) of each frame, in nats.
  package var divergences: [Double]
  package var utterances: Int
  /// Share of the reference's variance that two dimensions show.
  package var varianceShown: Double

  /// Utterances that a cloud is made from, evenly spread over the split.
  package static let utterances = 40

  /// From parts.
  package init(
    referenceName: String, reference: [OutputMap.Point], student: [OutputMap.Point],
    divergences: [Double], utterances: Int, varianceShown: Double
  ) {
    self.referenceName = referenceName
    self.reference = reference
    self.student = student
    self.divergences = divergences
    self.utterances = utterances
    self.varianceShown = varianceShown
  }

  /// `student` at `mask` beside `reference` at full depth, both on the same samples, at the rate both
  /// expect. nil when `isCancelled` said so before an utterance. Throws `InputError` where too few
  /// frames are left for a picture.
  package init?(
    of student: Recognizer, mask: LayerMask, beside reference: Recognizer, samples: [[Float]],
    isCancelled: () -> Bool = { false }
  ) throws {
    let count = min(Self.utterances, samples.count)
    let full = LayerMask.full(reference.backbone.layerCount)
    var (goal, said): ([Tensor], [Tensor]) = ([], [])
    for number in 0..<count {
      if isCancelled() { return nil }
      let utterance = [samples[number * samples.count / count]]
      goal.append(reference.backbone.logProbabilities(utterance, mask: full))
      said.append(student.backbone.logProbabilities(utterance, mask: mask))
    }
    let (a, b) = (HiddenFrames(packing: goal).values, HiddenFrames(packing: said).values)
    guard a.rows == b.rows, let map = OutputMap(reference: a, blank: reference.backbone.blank)
    else {
      throw InputError("no picture: too few frames that are not blank")
    }
    self.init(
      referenceName: reference.name, reference: map.reference, student: map.project(b),
      divergences: map.divergences(a, b), utterances: count, varianceShown: map.varianceShown)
  }

  package var meanDivergence: Double {
    divergences.isEmpty ? 0 : divergences.reduce(0, +) / Double(divergences.count)
  }

  /// The model that `recognizers[model]` is compared with: the one called `reference` where it hears
  /// the same samples and has the same tokens, else itself.
  package static func reference(for model: Int, among recognizers: [Recognizer]) -> Int {
    let student = recognizers[model]
    return recognizers.firstIndex {
      $0.name == "reference" && $0.tokenizer.pieces == student.tokenizer.pieces
        && $0.backbone.blank == student.backbone.blank
        && $0.backbone.sampleRate == student.backbone.sampleRate
    } ?? model
  }
}
