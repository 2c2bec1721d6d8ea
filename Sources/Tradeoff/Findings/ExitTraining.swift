// How the exits of the policy `exit` are trained.

import Backbones
import Base
import Foundation
import Kernels

/// Utterances of a split for development, and the frames that a frozen backbone makes of them.
struct ExitTraining: Sendable {
  struct Example: Sendable {
    /// By exit: what the head would take there, own frames x width.
    let frames: [Tensor]
    /// What all layers say: log-probabilities, own frames x tokens.
    let whole: Tensor
    /// What ought to be said.
    let target: [Int]
  }

  let backbone: any DifferentiableHeadBackbone
  /// Trained on, and only asked.
  let heard, unheard: [Example]

  /// Utterances of a step, and steps from one look at the unheard to the next.
  private static let (batch, interval) = (8, 20)
  static let steps = 400
  private static let (peak, warmup, decay): (Float, Int, Float) = (2e-3, 40, 0.01)

  /// Speakers in two parts, so that what is learnt from one part can be tried on people who are not in it:
  /// the one of most utterances first, each into the part that has fewer. Utterances where there is one
  /// speaker. Places in `speakers`, ascending.
  static func halves(_ speakers: [String]) -> (heard: [Int], unheard: [Int]) {
    let byName = Dictionary(grouping: speakers.indices) { speakers[$0] }
    let groups = byName.count > 1 ? Array(byName.values) : speakers.indices.map { [$0] }
    var halves: [[Int]] = [[], []]
    for group in groups.sorted(by: { ($1.count, $0[0]) < ($0.count, $1[0]) }) {
      halves[halves[1].count < halves[0].count ? 1 : 0] += group
    }
    return (halves[0].sorted(), halves[1].sorted())
  }

  /// AdamW from the identity; the state that loses least on the unheard is kept, the first of them where
  /// training does not help.
  /// - Parameters:
  ///   - exit: which of the examples' frames.
  ///   - isCancelled: asked before every step.
  ///   - done: told after every step.
  func block(
    exit: Int, isCancelled: () -> Bool = { false }, done: () -> Void = {}
  ) -> (block: ExitBlock, losses: TrainedExits.Losses)? {
    let width = heard.first?.frames[exit].columns ?? 0
    var block = ExitBlock(width: width, inner: max(1, width / 2), seed: UInt64(exit))
    let untrained = loss(of: block, exit: exit)
    var best = (block: block, loss: untrained)
    var moments = (
      first: Tensor(zeros: block.weights.count), second: Tensor(zeros: block.weights.count)
    )
    var random = RandomGenerator(seed: 2, streams: 0xE417, UInt64(exit))
    var order: ArraySlice<Int> = []
    for step in 1...Self.steps {
      if isCancelled() { return nil }
      if order.isEmpty { order = heard.indices.shuffled(using: &random)[...] }
      let examples = order.prefix(Self.batch).map { heard[$0] }
      order = order.dropFirst(Self.batch)
      let gradients = lossAndGradients(of: block, exit: exit, examples).gradients
      let rate =
        Self.peak
        * min(
          Float(step) / Float(Self.warmup), Float(Self.steps - step + 1) / Float(Self.steps))
      Self.update(&block, gradients, &moments, step: step, rate: rate)
      if step % Self.interval == 0 {
        let loss = loss(of: block, exit: exit)
        if loss < best.loss { best = (block, loss) }
      }
      done()
    }
    // As a file holds them, so that what is read back decides alike.
    best.block.weights = ElementType.float16.rounded(best.block.weights)
    return (
      best.block,
      TrainedExits.Losses(untrained: Float(untrained), trained: Float(best.loss))
    )
  }

  private static func update(
    _ block: inout ExitBlock, _ gradients: Tensor, _ moments: inout (first: Tensor, second: Tensor),
    step: Int, rate: Float
  ) {
    let norm = AdamWUpdate.sumOfSquares(gradients.pointer, count: gradients.count).squareRoot()
    let coefficients = AdamWUpdate.Coefficients(
      learningRate: rate, beta1: 0.9, beta2: 0.98, epsilon: 1e-9, step: step,
      gradientScale: Float(min(1, 1 / (norm + 1e-6))))
    let (w, g) = (block.weights.mutablePointer, gradients.pointer)
    let (m, v) = (moments.first.mutablePointer, moments.second.mutablePointer)
    for parameter in block.layout.all.parameters {
      let place = parameter.offset
      AdamWUpdate.apply(
        weights: w + place, gradients: g + place, firstMoment: m + place, secondMoment: v + place,
        count: parameter.count, weightDecay: parameter.decays ? decay : 0, coefficients)
    }
  }

  /// On the unheard.
  private func loss(of block: ExitBlock, exit: Int) -> Double {
    let parts = stride(from: 0, to: unheard.count, by: Self.batch).map {
      Array(unheard[$0..<min($0 + Self.batch, unheard.count)])
    }
    let sum = parts.reduce(0) { sum, part in
      let frames = HiddenFrames(packing: part.map { $0.frames[exit] })
      return sum + Double(part.count) * loss(said(by: block, frames), part).loss
    }
    return sum / Double(max(1, unheard.count))
  }

  /// Log-probabilities: frames x tokens.
  func said(by block: ExitBlock, _ frames: HiddenFrames) -> Tensor { backbone.head(block(frames)) }

  /// Of the mean over examples, and its gradient by the block's weights.
  func lossAndGradients(
    of block: ExitBlock, exit: Int, _ examples: [Example]
  ) -> (loss: Double, gradients: Tensor) {
    let frames = HiddenFrames(packing: examples.map { $0.frames[exit] })
    let (output, activations) = block.forward(frames.values, lengths: frames.lengths)
    let said = backbone.head(HiddenFrames(values: output, lengths: frames.lengths))
    let (loss, logitGradient) = loss(said, examples)
    return (
      loss,
      block.gradients(
        backbone.headGradient(logitGradient, of: output), activations, lengths: frames.lengths)
    )
  }

  /// Nats: CTC a token of what ought to be said plus KL a frame from what all layers say, each a mean over
  /// the examples, as recipes of distillation weigh them; and d(loss)/d(logits).
  private func loss(_ said: Tensor, _ examples: [Example]) -> (loss: Double, gradient: Tensor) {
    let count = Float(examples.count)
    let weights = examples.map { 1 / (count * Float(max(1, $0.target.count))) }
    let lengths = examples.map { $0.whole.rows }
    let (losses, _, ctc) = CTCLoss.lossAndGradient(
      logProbabilities: said, lengths: lengths, targets: examples.map(\.target),
      blank: backbone.blank, weights: weights)
    let (kl, klGradient) = KLDistillation.lossAndGradient(
      studentLogits: said,
      teacherLogProbabilities: HiddenFrames(packing: examples.map(\.whole)).values,
      frameWeights: lengths.flatMap { Array(repeating: 1 / (count * Float(max(1, $0))), count: $0) }
    )
    return (
      zip(losses, weights).reduce(kl) { $0 + Double($1.0 * $1.1) }, ctc.adding(klGradient)
    )
  }
}
