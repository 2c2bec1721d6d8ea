// What a training step reports, and where a run stands.

import Backbones

/// What one step did.
package struct StepReport: Sendable {
  /// Steps done, this one included.
  package var step: Int
  /// Epoch (from 0) and batches of it done.
  package var epoch: Int
  package var batch: Int
  /// ctc + lambda kl + weighted hidden, summed over the passes.
  package var loss: Double
  /// Mean over the batch's utterances of loss / target length, summed over the passes.
  package var ctc: Double
  /// Before lambda, reduced as the options say; 0 where nothing is distilled.
  package var kl: Double
  /// Mean square difference from the teacher's hidden frames, before its weight; 0 without one.
  package var hidden: Double
  /// Before clipping.
  package var gradientNorm: Double
  package var learningRate: Double
  /// Of each pass.
  package var masks: [LayerMask]
  /// Of the batch's utterances as they are in the corpus.
  package var audioSeconds: Double
  /// Utterances with more tokens than frames can hold; they count with loss 0.
  package var infeasible: Int
  /// Whether the gradient was not finite, and the weights were therefore left alone.
  package var skipped: Bool
}

extension TrainingRecord {
  /// The mean of steps one after the other, at least one.
  /// - Parameters:
  ///   - audioSeconds: trained on since the start of the run.
  ///   - seconds: that these steps took.
  ///   - elapsedSeconds: since the start of the run.
  init(
    meanOf steps: [StepReport], matchesHidden: Bool, audioSeconds: Double, seconds: Double,
    elapsedSeconds: Double
  ) {
    let (newest, count) = (steps[steps.count - 1], Double(steps.count))
    func mean(_ value: (StepReport) -> Double) -> Double {
      steps.reduce(0) { $0 + value($1) } / count
    }
    self.init(
      step: newest.step, epoch: newest.epoch, loss: mean(\.loss), ctc: mean(\.ctc),
      kl: mean(\.kl), gradientNorm: mean(\.gradientNorm), learningRate: newest.learningRate,
      hidden: matchesHidden ? mean(\.hidden) : nil,
      keptLayers: mean { Double($0.masks.reduce(0) { $0 + $1.keptCount }) },
      masks: steps.map { StepMasks($0.masks) }, audioSeconds: audioSeconds,
      audioSecondsPerSecond: mean(\.audioSeconds) * count / max(seconds, 1e-9),
      elapsedSeconds: elapsedSeconds)
  }
}

/// Steps done, and where in the epochs the next batch is.
package struct TrainingPosition: Codable, Sendable, Equatable {
  package var step = 0
  package var epoch = 0
  package var batch = 0
  /// Steps that changed the weights: all but those whose gradient was not finite.
  package var updates = 0

  package init() {}
}

/// What the closure between two steps decides.
package enum AfterStep: Sendable {
  case goOn, stop
}
