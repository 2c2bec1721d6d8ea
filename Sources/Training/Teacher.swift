// The frozen reference of a run: what it has to have in common with its student, and what it says.

import Backbones
import Base
import Kernels

/// What a pass is to say, and what it is to have in mind.
struct Lesson {
  /// Total output frames x tokens.
  var logProbabilities: Tensor
  /// Frames into the head, where they are matched: total output frames x width.
  var encoded: Tensor?
}

/// A network of full depth that a student's passes are distilled from.
package struct Teacher: Sendable {
  private let backbone: any FeatureBackbone
  private let cache: TeacherCache?
  private let matchesHidden: Bool

  /// `utterances`: of the corpus.
  init(_ backbone: any FeatureBackbone, _ options: TrainingOptions, utterances: Int) {
    self.backbone = backbone
    cache = options.cachesTeacher ? TeacherCache(backbone, utterances: utterances) : nil
    matchesHidden = options.matchesHidden
  }

  /// Whether it hears each utterance once only, and clean.
  var isAskedOnce: Bool { cache != nil }

  /// What it says about these utterances of the corpus: to `heard`, the features that the student
  /// gets, or, where it is asked only once, to those of `clean`.
  func lesson(
    for utterances: [Int], heard: HiddenFrames, clean: (Int) -> Tensor
  ) -> Lesson {
    if let cache {
      return Lesson(logProbabilities: cache.logProbabilities(of: utterances, features: clean))
    }
    let encoded = backbone.encoded(features: heard)
    return Lesson(
      logProbabilities: backbone.head(encoded), encoded: matchesHidden ? encoded.values : nil)
  }

  /// Throws what keeps a teacher from guiding a model. `Trainer.init` asks as well, but only once
  /// there is a corpus.
  package static func check(
    _ teacher: any FeatureBackbone, fits model: some TrainableBackbone, _ options: TrainingOptions
  ) throws {
    let source = options.teacher.map { "the teacher \($0)" } ?? "the teacher"
    guard teacher.features == model.features else {
      throw InputError(
        source, expected: "the student's features, \(model.features)",
        found: "\(teacher.features)")
    }
    func frames(_ samples: Int) -> Int {
      model.outputFrames(featureFrames: model.features.frameCount(sampleCount: samples))
    }
    // A second has every remainder by any hop.
    for samples in 0...model.features.sampleRate
    where teacher.frameCount(sampleCount: samples) != frames(samples) {
      throw InputError(
        source, expected: "\(frames(samples)) frames of \(samples) samples, as the student has",
        found: "\(teacher.frameCount(sampleCount: samples))")
    }
    guard teacher.tokenCount == model.tokenCount, teacher.blank == model.blank else {
      throw InputError(
        source, expected: "\(model.tokenCount) tokens, \(model.blank) the blank",
        found: "\(teacher.tokenCount), \(teacher.blank) the blank")
    }
    guard options.matchesHidden else { return }
    func width(_ backbone: some FeatureBackbone) -> Int {
      backbone.frontEnd([[Float](repeating: 0, count: backbone.sampleRate)]).values.columns
    }
    let (wanted, found) = (width(model.inference()), width(teacher))
    guard found == wanted else {
      throw InputError(
        source, expected: "hidden frames \(wanted) wide, as the student's", found: "\(found)")
    }
  }
}
