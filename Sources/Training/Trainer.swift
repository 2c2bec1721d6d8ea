// The training step and the loop around it: the same program on every worker thread.

import Backbones
import Base
import Foundation
import Kernels
import Speech

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

/// Trains a backbone on a corpus, by a recipe.
///
/// SPMD: `shards` threads run the same step, each on its share of the batch's utterances. BatchNorm
/// sums and gradients are added over the workers in a fixed order, each worker then updates its own
/// slice of the weights. Every random number comes from a stream named by (seed, use, step or epoch
/// and utterance), so one seed gives the same weights bit for bit, however threads are scheduled and
/// wherever the run was interrupted.
///
/// The loss is PyTorch's `ctc_loss(reduction: "mean")` over the whole batch: the mean over its
/// utterances of loss / max(target length, 1); plus, where a pass is distilled, `klWeight` times the
/// divergence reduced as `klReduction` says and `hiddenWeight` times the mean square difference from
/// the teacher's hidden frames; plus the mean of the same over the pass's exits; all of
/// it summed over the recipe's passes, each with its weight.
///
/// @unchecked Sendable: a step's phases write either what belongs to one worker or, on worker 0
/// alone, what all share; `group`'s barriers lie between the phases.
package final class Trainer<Model: TrainableBackbone>: @unchecked Sendable {
  package let model: Model
  package let options: TrainingOptions
  package let corpus: TrainingCorpus
  package let sampler: BatchSampler
  /// Steps of the whole run.
  package let totalSteps: Int
  package let optimizer: AdamW
  /// The moving average of weights and running state, when asked for.
  package let average: ParameterBuffer?
  package let averageState: ParameterBuffer?
  /// Where the next step stands.
  package private(set) var position = TrainingPosition()

  private let recipe: any Recipe.Type
  private let teacher: (any FeatureBackbone)?
  private let cache: TeacherCache?
  private let targets: [[Int]]
  private let schedule: Schedule
  private let group: AllReduce
  private let gradients: [ParameterBuffer]
  /// Each worker's part of the flat buffers.
  private let slices: [Range<Int>]
  private var epochBatches: (epoch: Int, batches: [[Int]])
  private var plan: Plan?
  private var report: StepReport?

  /// The next step as worker 0 planned it.
  private struct Plan {
    var step: Int
    var epoch: Int
    var utterances: Int
    var audioSeconds: Double
    var shards: [[Int]]
    var passes: [RecipePass]
    /// Over the workers that have utterances.
    var reduce: AllReduce
  }

  /// targets: token ids of each utterance of the corpus. The teacher sees the student's features, so
  /// it must take the same ones and make as many frames of them.
  package init(
    model: Model, corpus: TrainingCorpus, targets: [[Int]], options: TrainingOptions,
    teacher: (any FeatureBackbone)? = nil
  ) throws {
    precondition(targets.count == corpus.count)
    guard corpus.count > 0 else {
      throw InputError(corpus.name, expected: "utterances to train on", found: "none")
    }
    guard options.shards >= 1 else {
      throw InputError("--shards", expected: "at least 1", found: "\(options.shards)")
    }
    recipe = try RecipeCatalog.named(options.recipe)
    if recipe.needsTeacher && teacher == nil {
      throw InputError("--recipe \(options.recipe): expected --teacher DIR, found none")
    }
    if let teacher { try Self.check(teacher, fits: model, options) }
    self.model = model
    self.options = options
    self.corpus = corpus
    self.targets = targets
    self.teacher = recipe.takesTeacher ? teacher : nil
    cache =
      options.cachesTeacher
      ? self.teacher.map { TeacherCache($0, utterances: corpus.count) } : nil
    sampler = BatchSampler(
      seconds: (0..<corpus.count).map(corpus.seconds), batchSeconds: options.batchSeconds,
      lengthBuckets: options.lengthBuckets, seed: options.seed)
    let sampler = sampler
    totalSteps =
      options.steps ?? (0..<options.epochs).reduce(0) { $0 + sampler.batches(epoch: $1).count }
    epochBatches = (0, sampler.batches(epoch: 0))
    let total = max(totalSteps, 1)
    schedule = .warmupCosine(
      peak: Float(options.learningRate), warmup: min(options.warmup, (total + 9) / 10),
      total: total, floor: Float(options.learningRate * options.finalRate))
    optimizer = AdamW(
      AdamW.Configuration(
        beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon,
        weightDecay: options.weightDecay), layout: model.layout)
    average = options.average > 0 ? model.weights.copy() : nil
    averageState = options.average > 0 ? model.state.copy() : nil
    group = AllReduce(workers: options.shards)
    let count = model.layout.count
    let shards = options.shards
    gradients = (0..<shards).map { _ in ParameterBuffer(count: count) }
    slices = AdamW.slices(count: count, workers: shards)
  }

  /// Goes on from a checkpoint's position.
  package func move(to position: TrainingPosition) {
    self.position = position
    optimizer.completedSteps = position.updates
    epochBatches = (position.epoch, sampler.batches(epoch: position.epoch))
  }

  /// Steps until the run is complete or `afterStep`, which worker 0 calls while the others wait,
  /// says to stop. Weights may be read there.
  package func run(_ afterStep: @escaping @Sendable (StepReport) -> AfterStep) {
    planNext()
    WorkerTeam.run(options.shards) { worker in
      while let plan = self.plan {
        self.step(plan, worker: worker)
        if worker == 0 {
          let report = self.report!
          self.planNext()
          if afterStep(report) == .stop { self.plan = nil }
        }
        self.group.barrier(worker: worker)
      }
    }
  }

  /// Sets `plan` for the batch at `position`, or to nil when the run is complete.
  private func planNext() {
    plan = nil
    guard position.step < totalSteps else { return }
    if epochBatches.epoch != position.epoch {
      epochBatches = (position.epoch, sampler.batches(epoch: position.epoch))
    }
    let batch = epochBatches.batches[position.batch]
    plan = Plan(
      step: position.step, epoch: position.epoch, utterances: batch.count,
      audioSeconds: batch.reduce(0) { $0 + corpus.seconds($1) },
      shards: sampler.shards(of: batch, count: options.shards),
      passes: recipe.passes(
        step: position.step, layerCount: model.layerCount, options: options),
      reduce: AllReduce(workers: min(options.shards, batch.count)))
  }

  /// One step as worker `worker` of the group.
  private func step(_ plan: Plan, worker: Int) {
    let gradient = gradients[worker]
    gradient.zero()
    // ctc, kl, infeasible, hidden: each summed over the workers.
    var sums: [Float] = [0, 0, 0, 0]
    let shard = plan.shards[worker]
    var features: HiddenFrames?
    var frames: Float = 0
    if !shard.isEmpty {
      let ready = self.features(shard, epoch: plan.epoch)
      frames = Float(ready.lengths.reduce(0) { $0 + model.outputFrames(featureFrames: $1) })
      features = ready
    }
    group.sum(&frames, count: 1, worker: worker)

    if let features {
      let targets = shard.map { self.targets[$0] }
      var first: Tensor?
      let taught = plan.passes.contains { $0.guide == .teacher } ? taught(shard, features) : nil
      for (index, pass) in plan.passes.enumerated() {
        let guide: Lesson? =
          switch pass.guide {
          case .nothing: nil
          case .teacher: taught
          case .firstPass: first.map { Lesson(logProbabilities: $0) }
          }
        let said = self.pass(
          index, plan, features, targets, guide: guide, frames: frames, worker: worker,
          into: gradient, sums: &sums)
        if index == 0 { first = said }
      }
    }
    group.sum(&sums, count: sums.count, worker: worker)

    // Sum over the workers in order, each its slice; everyone's norm; everyone's update.
    let slice = slices[worker]
    let total = gradients[0].pointer
    for other in gradients.dropFirst() {
      let more = other.pointer
      for i in slice { total[i] += more[i] }
    }
    var squares = Float(GradientClipping.sumOfSquares(gradients[0], range: slice))
    group.sum(&squares, count: 1, worker: worker)
    let norm = Double(squares).squareRoot()
    let rate = schedule.learningRate(step: plan.step + 1)
    let finite = norm.isFinite
    if finite {
      optimizer.update(
        model.weights, gradients: gradients[0], range: slice, learningRate: rate,
        gradientScale: GradientClipping.scale(norm: norm, maximum: options.clip))
      moveAverage(slice, worker: worker, step: plan.step)
    }
    // Everyone has read the optimiser's step count before worker 0 moves it.
    group.barrier(worker: worker)
    if worker == 0 { finish(plan, sums: sums, norm: norm, rate: Double(rate), skipped: !finite) }
    group.barrier(worker: worker)
  }

  /// Adds one pass's gradients and losses (ctc, kl, infeasible, hidden) and returns its log-probabilities.
  private func pass(
    _ index: Int, _ plan: Plan, _ features: HiddenFrames, _ targets: [[Int]], guide: Lesson?,
    frames: Float, worker: Int, into gradient: ParameterBuffer, sums: inout [Float]
  ) -> Tensor {
    var pass = TrainingPass(
      mask: plan.passes[index].mask, exits: plan.passes[index].exits,
      random: RandomGenerator(
        seed: options.seed, streams: Stream.dropout, UInt64(plan.step),
        UInt64(worker) + UInt64(index) << 32),
      reduce: plan.reduce, worker: worker)
    let (logits, activations) = model.forward(features, &pass)
    let whole = LogSoftmax.forward(logits[0].values)
    let gradients = logits.enumerated().map { place, logits in
      let isExit = place > 0
      let share = Float(plan.passes[index].weight) / (isExit ? Float(pass.exits.count) : 1)
      let logProbabilities = isExit ? LogSoftmax.forward(logits.values) : whole
      let weights = targets.map { share / (Float(plan.utterances) * Float(max($0.count, 1))) }
      var (losses, infeasible, gradient) = CTCLoss.lossAndGradient(
        logProbabilities: logProbabilities, lengths: logits.lengths, targets: targets,
        blank: model.blank, weights: weights)
      sums[0] += zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 }
      if index == 0 && !isExit { sums[2] = Float(infeasible.count) }
      let lambda = Float(options.klWeight)
      if let guide = isExit ? whole : guide?.logProbabilities, lambda > 0 {
        let scale =
          switch options.klReduction {
          case .frame: share / frames
          case .utterance: share / Float(plan.utterances)
          }
        let (kl, klGradient) = KLDistillation.lossAndGradient(
          studentLogits: logits.values, teacherLogProbabilities: guide,
          frameWeights: KLDistillation.frameWeights(
            teacherLogProbabilities: guide, weight: scale * lambda,
            blankWeight: Float(options.blankWeight), blank: model.blank),
          temperature: Float(options.temperature))
        // The divergence was weighted with lambda already.
        sums[1] += Float(kl) / lambda
        gradient.add(klGradient)
      }
      return gradient
    }
    var encodedGradient: Tensor?
    if let lesson = guide?.encoded {
      let weight = Float(options.hiddenWeight)
      let (loss, gradient) = HiddenMatching.lossAndGradient(
        student: model.encoded(activations), teacher: lesson,
        weight: weight * Float(plan.passes[index].weight) / frames)
      sums[3] += Float(loss) / weight
      encodedGradient = gradient
    }
    model.backward(
      gradients, encodedGradient: encodedGradient, through: activations, pass, into: gradient)
    return whole
  }

  /// Throws what keeps a teacher from guiding a model; `init` asks as well, but only once there is a
  /// corpus.
  package static func check(
    _ teacher: any FeatureBackbone, fits model: Model, _ options: TrainingOptions
  ) throws {
    let source = options.teacher.map { "--teacher \($0)" } ?? "the teacher"
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

  /// What a pass is to say, and what it is to have in mind.
  private struct Lesson {
    var logProbabilities: Tensor
    /// Frames into the head, where they are matched.
    var encoded: Tensor?
  }

  /// What the teacher says about these utterances: to the features that the student gets, or, where it
  /// is asked only once, to clean ones at the student's speed.
  private func taught(_ utterances: [Int], _ features: HiddenFrames) -> Lesson? {
    guard let cache else {
      return teacher.map { teacher in
        let encoded = teacher.encoded(features: features)
        return Lesson(
          logProbabilities: teacher.head(encoded),
          encoded: options.matchesHidden ? encoded.values : nil)
      }
    }
    return Lesson(
      logProbabilities: cache.logProbabilities(of: utterances) { index in
        var unused = RandomGenerator(seed: 0)
        return model.features(
          WaveformAugmentation.none(
            corpus.samples[index], speed: speed(of: index), random: &unused))
      })
  }

  /// The speed at which an utterance is heard in every epoch.
  private func speed(of utterance: Int) -> Double {
    var random = RandomGenerator(
      seed: options.seed, streams: Stream.waveform, 0, UInt64(utterance))
    return options.waveform.speed(&random)
  }

  /// Augmented and, where they are log-mel frames, masked features of some utterances, packed.
  private func features(_ utterances: [Int], epoch: Int) -> HiddenFrames {
    HiddenFrames(
      packing: utterances.map { index in
        let streams = (UInt64(epoch), UInt64(index))
        var sound = RandomGenerator(
          seed: options.seed, streams: Stream.waveform, streams.0, streams.1)
        var masks = RandomGenerator(
          seed: options.seed, streams: Stream.specAugment, streams.0, streams.1)
        var speed = options.waveform.speed(&sound)
        if cache != nil { speed = self.speed(of: index) }
        var features = model.features(
          options.waveform(corpus.samples[index], speed: speed, random: &sound))
        if case .logMel = model.features {
          options.specAugment.apply(to: &features, random: &masks)
        }
        return features
      })
  }

  /// The exported average follows the weights: a <- d a + (1 - d) w, with d growing to
  /// `options.average` so that the first steps, far from any good weights, are soon forgotten.
  private func moveAverage(_ slice: Range<Int>, worker: Int, step: Int) {
    guard let average, let averageState else { return }
    let decay = Float(min(options.average, Double(step + 1) / Double(step + 10)))
    func follow(_ average: ParameterBuffer, _ values: ParameterBuffer, _ range: Range<Int>) {
      let (a, w) = (average.pointer, values.pointer)
      for i in range { a[i] += (1 - decay) * (w[i] - a[i]) }
    }
    follow(average, model.weights, slice)
    if worker == 0 { follow(averageState, model.state, 0..<model.state.count) }
  }

  /// Moves on and writes the report; worker 0 only.
  private func finish(_ plan: Plan, sums: [Float], norm: Double, rate: Double, skipped: Bool) {
    position.step += 1
    position.batch += 1
    if !skipped {
      position.updates += 1
      optimizer.advance()
    }
    if position.batch == epochBatches.batches.count {
      position.epoch += 1
      position.batch = 0
    }
    let ctc = Double(sums[0])
    let kl = Double(sums[1])
    let hidden = Double(sums[3])
    report = StepReport(
      step: position.step, epoch: position.epoch, batch: position.batch,
      loss: ctc + options.klWeight * kl + options.hiddenWeight * hidden, ctc: ctc, kl: kl,
      hidden: hidden, gradientNorm: norm, learningRate: rate,
      masks: plan.passes.map(\.mask), audioSeconds: plan.audioSeconds, infeasible: Int(sums[2]),
      skipped: skipped)
  }

  /// A model with the weights to export: the moving average where there is one.
  package func exported() -> Model {
    guard let average, let averageState else { return model }
    let result = model.copy()
    result.weights.pointer.update(from: average.pointer, count: average.count)
    result.state.pointer.update(from: averageState.pointer, count: averageState.count)
    return result
  }
}
