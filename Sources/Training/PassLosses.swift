// The losses of one pass of a step, and what they ask of its logits.

import Backbones
import Base
import Kernels

/// The losses of a step by kind: of a worker's share until they are added over the workers.
struct LossSums {
  /// Weighted as they are in the step's loss, before lambda and the weight of hidden frames.
  var ctc: Float = 0
  var kl: Float = 0
  var hidden: Float = 0
  /// Utterances with more tokens than frames can hold.
  var infeasible: Float = 0

  /// Every worker leaves with the sums over all.
  mutating func add(over group: AllReduce, worker: Int) {
    var values = [ctc, kl, hidden, infeasible]
    group.sum(&values, count: values.count, worker: worker)
    (ctc, kl, hidden, infeasible) = (values[0], values[1], values[2], values[3])
  }
}

/// What the passes of a step are measured against, for one worker's share of the batch.
struct PassLosses {
  let options: TrainingOptions
  let blank: Int
  /// Tokens of each utterance of the share.
  let targets: [[Int]]
  /// Utterances and output frames of the whole batch.
  let utterances: Int
  let frames: Float

  /// logits: of the whole pass, then of its exits; total frames x tokens each. `guide` has the
  /// log-probabilities that the whole pass is distilled from, the exits are from the whole pass.
  /// Returns what the whole pass said (log-probabilities) and d(loss)/d(logits) of each.
  func ofLogits(
    _ logits: [HiddenFrames], weight: Double, guide: Tensor?, sums: inout LossSums
  ) -> (said: Tensor, gradients: [Tensor]) {
    let said = LogSoftmax.forward(logits[0].values)
    let whole = ofLogits(
      logits[0], logProbabilities: said, share: Float(weight), guide: guide, sums: &sums)
    let exits = logits.dropFirst().map { exit in
      ofLogits(
        exit, logProbabilities: LogSoftmax.forward(exit.values),
        share: Float(weight) / Float(logits.count - 1), guide: said, sums: &sums)
    }
    return (said, [whole] + exits)
  }

  /// CTC and, with a guide, the divergence from it.
  private func ofLogits(
    _ logits: HiddenFrames, logProbabilities: Tensor, share: Float, guide: Tensor?,
    sums: inout LossSums
  ) -> Tensor {
    let weights = targets.map { share / (Float(utterances) * Float(max($0.count, 1))) }
    var (losses, infeasible, gradient) = CTCLoss.lossAndGradient(
      logProbabilities: logProbabilities, lengths: logits.lengths, targets: targets, blank: blank,
      weights: weights)
    sums.ctc += zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 }
    // The same in every pass and at every exit, since all have the same frames.
    sums.infeasible = Float(infeasible.count)
    let lambda = Float(options.klWeight)
    guard let guide, lambda > 0 else { return gradient }
    let scale =
      switch options.klReduction {
      case .frame: share / frames
      case .utterance: share / Float(utterances)
      }
    let (kl, klGradient) = KLDistillation.lossAndGradient(
      studentLogits: logits.values, teacherLogProbabilities: guide,
      frameWeights: KLDistillation.frameWeights(
        teacherLogProbabilities: guide, weight: scale * lambda,
        blankWeight: Float(options.blankWeight), blank: blank),
      temperature: Float(options.temperature))
    // The divergence was weighted with lambda already.
    sums.kl += Float(kl) / lambda
    gradient.add(klGradient)
    return gradient
  }

  /// student, teacher: total frames x width, what goes into the head. Returns d(loss)/d(student) of
  /// their mean square difference.
  func ofHidden(
    _ student: Tensor, teacher: Tensor, weight: Double, sums: inout LossSums
  ) -> Tensor {
    let hiddenWeight = Float(options.hiddenWeight)
    let (loss, gradient) = HiddenMatching.lossAndGradient(
      student: student, teacher: teacher, weight: hiddenWeight * Float(weight) / frames)
    sums.hidden += Float(loss) / hiddenWeight
    return gradient
  }
}
