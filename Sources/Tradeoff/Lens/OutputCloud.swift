// The picture behind the view Embeddings: what a masked model says beside what its reference says.

import Backbones
import Base
import Kernels

/// Frames of some utterances, each where the reference puts it and where the student does.
package struct OutputCloud: Sendable, Equatable {
  /// Whose full depth the picture is made from.
  package var referenceName: String
  package var reference: [OutputMap.Point]
  /// Of the same frames.
  package var student: [OutputMap.Point]
  /// What the reference says in them, the most frequent token first.
  package var tokens: [OutputMap.Token]
  /// KL(reference || student) of each frame, in nats.
  package var divergences: [Double]
  /// Frames in which the student's likeliest token is another than the reference's.
  package var changes: Int
  package var utterances: Int

  /// Utterances that a cloud is made from, evenly spread over the split.
  package static let utterances = 40

  /// From parts.
  package init(
    referenceName: String, reference: [OutputMap.Point], student: [OutputMap.Point],
    tokens: [OutputMap.Token], divergences: [Double], changes: Int, utterances: Int
  ) {
    self.referenceName = referenceName
    self.reference = reference
    self.student = student
    self.tokens = tokens
    self.divergences = divergences
    self.changes = changes
    self.utterances = utterances
  }

  /// `student` by `walk` beside `reference` at full depth, both on the same samples, at the rate both
  /// expect. nil when `isCancelled` said so before an utterance. Throws `InputError` where too few
  /// frames are left for a picture.
  package init?(
    of student: Recognizer, walk: Walk, beside reference: Recognizer,
    utterances: [(id: String, samples: [Float])],
    isCancelled: () -> Bool = { false }
  ) throws {
    let count = min(Self.utterances, utterances.count)
    let full = LayerMask.full(reference.backbone.layerCount)
    var (goal, said): ([Tensor], [Tensor]) = ([], [])
    for number in 0..<count {
      if isCancelled() { return nil }
      let utterance = utterances[number * utterances.count / count]
      goal.append(reference.backbone.logProbabilities([utterance.samples], mask: full))
      said.append(
        student.backbone.passage(utterance.samples, by: walk, of: utterance.id).logProbabilities)
    }
    let (a, b) = (HiddenFrames(packing: goal).values, HiddenFrames(packing: said).values)
    guard a.rows == b.rows, let map = OutputMap(reference: a, blank: reference.backbone.blank)
    else {
      throw InputError("no picture: too few frames that are not blank")
    }
    self.init(
      referenceName: reference.name, reference: map.reference, student: map.project(b),
      tokens: map.tokens, divergences: map.divergences(a, b), changes: map.changes(a, b),
      utterances: count)
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
