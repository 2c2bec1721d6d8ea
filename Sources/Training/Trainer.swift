// The training step and the loop around it: the same program on every worker thread.

import Backbones
import Base
import Foundation
import Kernels
import Speech

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
/// alone, what all share; `group`'s barriers lie between the phases. Settings change between runs only.
package final class Trainer<Model: TrainableBackbone>: @unchecked Sendable {
  package let model: Model
  package private(set) var options: TrainingOptions
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

  private let reserve = TensorReserve()
  private let recipe: any Recipe.Type
  private let teacher: Teacher?
  private let hearing: Hearing
  private let targets: [[Int]]
  private var schedule: Schedule
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
    /// Visits.
    var shards: [[Int]]
    var passes: [RecipePass]
    /// Over the workers that have utterances.
    var reduce: AllReduce
  }

  /// targets: token ids of each utterance of the corpus. The teacher sees the student's features, so
  /// it must take the same ones and make as many frames of them. `recipe`: else the one of the
  /// catalogue that the options name.
  package init(
    model: Model, corpus: TrainingCorpus, targets: [[Int]], options: TrainingOptions,
    teacher: (any FeatureBackbone)? = nil, recipe: (any Recipe.Type)? = nil
  ) throws {
    precondition(targets.count == corpus.count)
    guard corpus.count > 0 else {
      throw InputError(corpus.name, expected: "utterances to train on", found: "none")
    }
    guard options.shards >= 1 else {
      throw InputError("shards", expected: "at least 1", found: "\(options.shards)")
    }
    let recipe = try recipe ?? RecipeCatalog.all.named(options.recipe)
    self.recipe = recipe
    if recipe.needsTeacher && teacher == nil {
      throw InputError(
        "recipe \(options.recipe)", expected: "a teacher", found: "none")
    }
    if let teacher { try Teacher.check(teacher, fits: model, options) }
    self.model = model
    self.options = options
    self.corpus = corpus
    self.targets = targets
    self.teacher =
      recipe.takesTeacher
      ? teacher.map { Teacher($0, options, utterances: corpus.count) } : nil
    sampler = BatchSampler(
      seconds: (0..<corpus.count).map(corpus.seconds), weights: corpus.weights,
      batchSeconds: options.batchSeconds, lengthBuckets: options.lengthBuckets, seed: options.seed)
    let sampler = sampler
    hearing = Hearing(
      corpus: corpus, sampler: sampler, extract: model.features, options: options,
      keepsSpeed: self.teacher?.isAskedOnce ?? false)
    totalSteps =
      options.steps ?? (0..<options.epochs).reduce(0) { $0 + sampler.batches(epoch: $1).count }
    epochBatches = (0, sampler.batches(epoch: 0))
    schedule = Self.schedule(options, steps: totalSteps)
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

  private static func schedule(_ options: TrainingOptions, steps: Int) -> Schedule {
    let total = max(steps, 1)
    return .warmupCosine(
      peak: Float(options.learningRate), warmup: min(options.warmup, (total + 9) / 10),
      total: total, floor: Float(options.learningRate * options.finalRate))
  }

  /// Other settings for the steps to come; only while `run` is not running.
  package func change(gates: GateDistribution, klWeight: Double, learningRate: Double) {
    (options.gates, options.klWeight, options.learningRate) = (gates, klWeight, learningRate)
    schedule = Self.schedule(options, steps: totalSteps)
  }

  /// Whether a run on this data can have got there.
  package func canStand(at position: TrainingPosition) -> Bool {
    guard (0...totalSteps).contains(position.step), position.epoch >= 0, position.batch >= 0 else {
      return false
    }
    // An epoch has at least one batch, so there are no more epochs than steps.
    return position.epoch <= position.step
      && position.batch < sampler.batches(epoch: position.epoch).count
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
      audioSeconds: batch.reduce(0) { $0 + corpus.seconds(sampler.utterance(of: $1)) },
      shards: sampler.shards(of: batch, count: options.shards),
      passes: recipe.passes(
        step: position.step, layerCount: model.layerCount, options: options),
      reduce: AllReduce(workers: min(options.shards, batch.count)))
  }

  /// One step as worker `worker` of the group.
  private func step(_ plan: Plan, worker: Int) {
    let gradient = gradients[worker]
    gradient.zero()
    var sums = LossSums()
    let shard = plan.shards[worker]
    var features: HiddenFrames?
    var frames: Float = 0
    if !shard.isEmpty {
      let ready = hearing.augmented(shard, epoch: plan.epoch)
      frames = Float(ready.lengths.reduce(0) { $0 + model.outputFrames(featureFrames: $1) })
      features = ready
    }
    group.sum(&frames, count: 1, worker: worker)

    if let features {
      let utterances = shard.map(sampler.utterance)
      let losses = PassLosses(
        options: options, blank: model.blank, targets: utterances.map { targets[$0] },
        utterances: plan.utterances, frames: frames)
      let taught =
        plan.passes.contains { $0.guide == .teacher }
        ? teacher?.lesson(for: utterances, heard: features, clean: hearing.clean) : nil
      var first: Lesson?
      for (index, pass) in plan.passes.enumerated() {
        let guide: Lesson? =
          switch pass.guide {
          case .nothing: nil
          case .teacher: taught
          case .firstPass: first
          }
        let said = self.pass(
          index, plan, features, losses, guide: guide, worker: worker, into: gradient,
          sums: &sums)
        if index == 0 { first = Lesson(logProbabilities: said) }
      }
    }
    // What stays as it is must not count in the norm that gradients are clipped by.
    for parameter in model.layout.parameters where parameter.isFrozen {
      gradient[parameter].update(repeating: 0, count: parameter.count)
    }
    sums.add(over: group, worker: worker)

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

  /// Adds one pass's gradients and losses and returns its log-probabilities.
  private func pass(
    _ index: Int, _ plan: Plan, _ features: HiddenFrames, _ losses: PassLosses, guide: Lesson?,
    worker: Int, into gradient: ParameterBuffer, sums: inout LossSums
  ) -> Tensor {
    let planned = plan.passes[index]
    var pass = TrainingPass(
      mask: planned.mask, exits: planned.exits,
      random: RandomGenerator(
        seed: options.seed, streams: Stream.dropout, UInt64(plan.step),
        UInt64(worker) + UInt64(index) << 32),
      reduce: plan.reduce, worker: worker)
    let (logits, activations) = model.forward(features, &pass)
    let (said, gradients) = losses.ofLogits(
      logits, weight: planned.weight, guide: guide?.logProbabilities, sums: &sums)
    let encodedGradient = guide?.encoded.map {
      losses.ofHidden(
        model.encoded(activations), teacher: $0, weight: planned.weight, sums: &sums)
    }
    model.backward(
      gradients, encodedGradient: encodedGradient, through: activations, pass, into: gradient)
    return said
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
  private func finish(_ plan: Plan, sums: LossSums, norm: Double, rate: Double, skipped: Bool) {
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
    let (ctc, kl, hidden) = (Double(sums.ctc), Double(sums.kl), Double(sums.hidden))
    report = StepReport(
      step: position.step, epoch: position.epoch, batch: position.batch,
      loss: ctc + options.klWeight * kl + options.hiddenWeight * hidden, ctc: ctc, kl: kl,
      hidden: hidden, gradientNorm: norm, learningRate: rate,
      masks: plan.passes.map(\.mask), audioSeconds: plan.audioSeconds,
      infeasible: Int(sums.infeasible),
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
