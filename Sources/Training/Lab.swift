// A training that is small enough to be watched from its beginning to its end: a static start, and from it
// random dropping beside distillation.

import Backbones
import Base
import Speech
import Synchronization

/// What can be changed while it trains.
package struct LabSettings: Sendable, Equatable {
  package var gates = GateDistribution.bernoulli
  /// At its peak.
  package var learningRate = 0.004
  /// Lambda: the weight of the divergence.
  package var klWeight = 1.0

  package init() {}
}

/// How much there is to do.
package struct LabPlan: Sendable {
  package var layers = 4
  package var width = 64
  package var heads = 4
  package var feedForward = 192
  package var kernel = 15
  package var tokens = 30
  /// Of the start, and of each of the two that go on from it.
  package var steps = 1500
  package var batchSeconds = 40.0
  /// Steps of one before the other's turn, fewer where they take longer than so many seconds; settings
  /// change between turns.
  package var turn = 20
  package var turnSeconds = 0.5
  package var validateEverySteps = 100
  package var validationUtterances = 60
  package var threads: Int

  package init(threads: Int) { self.threads = threads }
}

/// The trainings of a lab; the raw value is the recipe.
package enum LabTraining: String, Sendable, CaseIterable {
  case start = "reference"
  case randomDrop = "random-drop"
  case distillation = "dld"

  package var name: String { self == .start ? "static start" : rawValue }
}

package final class Lab: Sendable {
  private let plan: LabPlan
  private let settings: Mutex<LabSettings>
  private let isStopped = Atomic<Bool>(false)

  package init(_ plan: LabPlan, _ settings: LabSettings) {
    self.plan = plan
    self.settings = Mutex(settings)
  }

  package func change(_ settings: LabSettings) { self.settings.withLock { $0 = settings } }

  /// Ends `run` within a step or the validation of a few utterances; from any thread.
  package func stop() { isStopped.store(true, ordering: .releasing) }

  private var goesOn: Bool { !isStopped.load(ordering: .acquiring) }

  /// One of the trainings, a turn at a time.
  private struct Pupil {
    let training: LabTraining
    let trainer: Trainer<TrainableConformer>
    let tokenizer: Tokenizer
    let heldOut: TrainingCorpus
    /// Of its own turns, validation left out.
    var seconds = 0.0
    var audioSeconds = 0.0

    var isDone: Bool { trainer.position.step >= trainer.totalSteps }
  }

  /// Trains until all is done or it is stopped, and tells what logs would. Throws `InputError` where there
  /// is nothing to learn from, or where the loss is no number any more.
  package func run(
    _ corpus: TrainingCorpus, heldOut: TrainingCorpus,
    tell: (LabTraining, [TrainingEvent]) -> Void
  ) throws {
    guard corpus.count > 0 else {
      throw InputError(corpus.name, expected: "utterances to learn from", found: "none")
    }
    let tokenizer = Tokenizer.train(transcripts: corpus.transcripts, size: plan.tokens)
    var configuration = ConformerConfiguration()
    configuration.layers = plan.layers
    configuration.width = plan.width
    configuration.heads = plan.heads
    configuration.feedForward = plan.feedForward
    configuration.kernel = plan.kernel
    configuration.vocabulary = tokenizer.count
    let network = TrainableConformer(configuration, seed: 1)
    let targets = corpus.transcripts.map(tokenizer.encode)
    let usable = corpus.usable(
      by: network, targets: targets, augmentation: WaveformAugmentation()
    ).filter { tokenizer.canEncode(corpus.transcripts[$0]) }
    let heard = corpus.choosing(usable)
    let few = heldOut.subset(plan.validationUtterances)
    func pupil(
      _ training: LabTraining, _ model: TrainableConformer, teacher: Conformer? = nil
    ) throws -> Pupil {
      var options = TrainingOptions()
      options.recipe = training.rawValue
      options.shards = plan.threads
      options.steps = plan.steps
      options.batchSeconds = plan.batchSeconds
      return Pupil(
        training: training,
        trainer: try Trainer(
          model: model, corpus: heard, targets: usable.map { targets[$0] }, options: options,
          teacher: teacher), tokenizer: tokenizer, heldOut: few)
    }
    var start = try pupil(.start, network)
    while !start.isDone, goesOn { try takeTurn(&start, tell) }
    guard goesOn else { return }
    let teacher = network.inference()
    var pupils = [
      try pupil(.randomDrop, network.copy()),
      try pupil(.distillation, network.copy(), teacher: teacher),
    ]
    while goesOn, pupils.contains(where: { !$0.isDone }) {
      for index in pupils.indices where goesOn && !pupils[index].isDone {
        try takeTurn(&pupils[index], tell)
      }
    }
  }

  private func takeTurn(
    _ pupil: inout Pupil, _ tell: (LabTraining, [TrainingEvent]) -> Void
  ) throws {
    let settings = settings.withLock { $0 }
    pupil.trainer.change(
      gates: settings.gates, klWeight: settings.klWeight, learningRate: settings.learningRate)
    let begin = ContinuousClock.now
    let reports = steps(pupil.trainer)
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    guard let last = reports.last else { return }
    if let wrong = reports.first(where: { !$0.loss.isFinite }) {
      throw InputError(
        "step \(wrong.step) of \(pupil.training.name)", expected: "a finite loss",
        found: "\(wrong.loss); a lower learning rate may help", kind: .divergedTraining)
    }
    pupil.seconds += seconds
    pupil.audioSeconds += reports.reduce(0) { $0 + $1.audioSeconds }
    tell(
      pupil.training,
      [
        .steps(
          TrainingRecord(
            meanOf: reports, matchesHidden: false, audioSeconds: pupil.audioSeconds,
            seconds: seconds, elapsedSeconds: pupil.seconds))
      ])
    if last.step % plan.validateEverySteps == 0 || pupil.isDone {
      let events = validate(pupil, last)
      if !events.isEmpty { tell(pupil.training, events) }
    }
  }

  /// The steps of a turn, fewer at the end or where it is stopped.
  private func steps(_ trainer: Trainer<TrainableConformer>) -> [StepReport] {
    let reports = Mutex<[StepReport]>([])
    let every = plan.validateEverySteps
    let end = ContinuousClock.now + .seconds(plan.turnSeconds)
    trainer.run { [self] report in
      let count = reports.withLock {
        $0.append(report)
        return $0.count
      }
      // A turn does not go past a validation.
      let isOver = count >= plan.turn || report.step % every == 0 || ContinuousClock.now >= end
      return isOver || !goesOn ? .stop : .goOn
    }
    return reports.withLock { $0 }
  }

  /// Every depth, a few utterances at a time so that it can be stopped; nothing where it was.
  private func validate(_ pupil: Pupil, _ last: StepReport) -> [TrainingEvent] {
    let model = pupil.trainer.model.inference()
    let layers = model.layerCount
    let masks = (1...layers).reversed().map { LayerMask.spread(keeping: $0, of: layers) }
    var totals = masks.map { _ in ErrorCounts() }
    let (corpus, few) = (pupil.heldOut, 4 * plan.threads)
    for begin in stride(from: 0, to: corpus.count, by: few) {
      guard goesOn else { return [] }
      let part = corpus.choosing(Array(begin..<min(begin + few, corpus.count)))
      let validation = Validation(
        corpus: part, tokenizer: pupil.tokenizer, workers: plan.threads)
      for (index, result) in validation(model, masks: masks).enumerated() {
        totals[index] += result.total
      }
    }
    return zip(masks, totals).map { mask, total in
      .validation(
        ValidationRecord(
          step: last.step, epoch: last.epoch, elapsedSeconds: pupil.seconds, dataset: corpus.name,
          mask: mask.description, keptLayers: mask.keptCount, utterances: corpus.count,
          words: total.words, wer: total.rate, substitutions: total.substitutions,
          deletions: total.deletions, insertions: total.insertions))
    }
  }
}
