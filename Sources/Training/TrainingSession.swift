// A whole run: steps, log, validation, checkpoints, and the model folder it leaves behind.

import Backbones
import Base
import Foundation
import Speech
import Synchronization

/// How a run came about, for the model card and the weights' metadata.
package struct Provenance: Sendable {
  /// The command line as typed; of a resumed run the first one counts.
  package var command: String
  package var machine: String

  package init(command: String, machine: String) {
    self.command = command
    self.machine = machine
  }
}

/// How a run stands between two steps, for a progress bar.
package struct SessionProgress: Sendable {
  package var report: StepReport
  package var totalSteps: Int
  /// Audio per second since this process began to train.
  package var audioSecondsPerSecond: Double
}

/// Drives a trainer and keeps its output folder:
/// `model.safetensors`, `config.json`, the tokens and `README.md` (the model as of the last
/// validation), `train.jsonl` (the log) and, until the run is complete, `checkpoint.safetensors`.
package final class TrainingSession<Model: TrainableBackbone> {
  package let trainer: Trainer<Model>
  package let tokenizer: Tokenizer
  package let output: URL
  package let pace: TrainingPace
  package let provenance: Provenance
  /// The held-out set; nil trains blindly.
  package let heldOut: TrainingCorpus?
  /// Masks while training and at the end.
  package var validationMasks: [LayerMask] = []
  package var finalMasks: [LayerMask] = []
  /// What ought to be said of the checkpoint.
  package let remark: String?
  private var progress: TrainingProgress

  /// Starts a run, or goes on with `checkpoint`, whose options the trainer must have been made
  /// with. Creates the output folder.
  package init(
    trainer: Trainer<Model>, tokenizer: Tokenizer, heldOut: TrainingCorpus?, output: URL,
    pace: TrainingPace, provenance: Provenance, resuming checkpoint: URL? = nil
  ) throws {
    self.trainer = trainer
    self.tokenizer = tokenizer
    self.heldOut = heldOut
    self.output = output
    self.pace = pace
    self.provenance = provenance
    let identity = RunIdentity(trainer.corpus, tokenizer)
    if let checkpoint {
      progress = try Checkpoint.progress(of: checkpoint)
      try progress.identity?.check(against: identity, of: checkpoint.path)
      try Checkpoint.restore(trainer, from: checkpoint)
      remark =
        progress.identity == nil
        ? "\(checkpoint.path): an earlier version's; whether data and tokens are those of the run's "
          + "start could not be checked" : nil
      progress.identity = identity
    } else {
      remark = nil
      progress = TrainingProgress(
        options: trainer.options, command: provenance.command, position: trainer.position,
        elapsedSeconds: 0, audioSeconds: 0,
        gateHistogram: [Int](repeating: 0, count: trainer.model.layerCount), skippedSteps: 0,
        identity: identity)
    }
    try OutputFile.makeFolder(output)
    // Now, because a checkpoint is of no use without its tokens.
    try trainer.model.writeTokens(tokenizer, to: output)
  }

  /// Trains until the run is complete, its minutes are over or `shouldStop`, asked after each step,
  /// says so; then saves. Returns whether the run is complete.
  package func run(
    shouldStop: @escaping @Sendable () -> Bool = { false },
    show: @escaping @Sendable (SessionProgress) -> Void = { _ in }
  ) throws -> Bool {
    let log = try TrainingLog(
      output.appendingPathComponent("train.jsonl"), keepingStepsTo: progress.position.step)
    let loop = Loop(session: self, log: log, shouldStop: shouldStop, show: show)
    trainer.run { loop.afterStep($0) }
    if let failure = loop.failure { throw failure }
    loop.close()
    let complete = trainer.position.step >= trainer.totalSteps
    // Saved first: whatever happens to the export, no step is lost.
    try saveCheckpoint()
    if complete {
      try validateAndExport(log, on: heldOut, masks: finalMasks)
      try FileManager.default.removeItem(at: Checkpoint.url(in: output))
    }
    return complete
  }

  /// What happens between steps. Used by worker 0 alone, while the other workers wait, and by the
  /// thread that started them, once they have ended: never by two at a time.
  private final class Loop: @unchecked Sendable {
    let session: TrainingSession
    let log: TrainingLog
    let shouldStop: @Sendable () -> Bool
    let show: @Sendable (SessionProgress) -> Void
    var failure: (any Error)?
    private let start = ContinuousClock.now
    private let elapsedBefore: Double
    private var audioHere = 0.0
    private var lastLine: ContinuousClock.Instant
    private var lastCheckpoint: ContinuousClock.Instant
    private var lastValidation: ContinuousClock.Instant
    private var window: [StepReport] = []
    /// Time of this process spent on validation, which the rate leaves out.
    private var paused = 0.0

    init(
      session: TrainingSession, log: TrainingLog, shouldStop: @escaping @Sendable () -> Bool,
      show: @escaping @Sendable (SessionProgress) -> Void
    ) {
      self.session = session
      self.log = log
      self.shouldStop = shouldStop
      self.show = show
      elapsedBefore = session.progress.elapsedSeconds
      lastLine = start
      lastCheckpoint = start
      lastValidation = start
    }

    func afterStep(_ report: StepReport) -> AfterStep {
      do {
        return try handle(report)
      } catch {
        failure = error
        return .stop
      }
    }

    private func handle(_ report: StepReport) throws -> AfterStep {
      guard report.loss.isFinite else {
        throw InputError(
          "step \(report.step)", expected: "a finite loss",
          found: "\(report.loss)", kind: .divergedTraining)
      }
      let now = ContinuousClock.now
      let pace = session.pace
      audioHere += report.audioSeconds
      session.progress.audioSeconds += report.audioSeconds
      session.progress.elapsedSeconds = elapsedBefore + (now - start) / .seconds(1)
      for mask in report.masks { session.progress.gateHistogram[mask.keptCount - 1] += 1 }
      if report.skipped { session.progress.skippedSteps += 1 }
      window.append(report)
      let last = report.step == session.trainer.totalSteps
      if report.step % pace.logEverySteps == 0 || last {
        try writeWindow(now)
      }
      show(
        SessionProgress(
          report: report, totalSteps: session.trainer.totalSteps,
          audioSecondsPerSecond: audioHere / max((now - start) / .seconds(1) - paused, 1e-9)))
      if last { return .goOn }
      if now - lastCheckpoint >= .seconds(pace.checkpointMinutes * 60) {
        try session.saveCheckpoint()
        lastCheckpoint = .now
      }
      if now - lastValidation >= .seconds(pace.validateMinutes * 60) {
        try session.validateAndExport(
          log, on: session.heldOut?.subset(session.pace.validationUtterances),
          masks: session.validationMasks)
        lastValidation = .now
      }
      paused += (ContinuousClock.now - now) / .seconds(1)
      if let minutes = pace.minutes, now - start >= .seconds(minutes * 60) { return .stop }
      return shouldStop() ? .stop : .goOn
    }

    /// Logs the steps since the last line.
    func writeWindow(_ now: ContinuousClock.Instant) throws {
      guard !window.isEmpty else { return }
      try log.write(
        TrainingRecord(
          meanOf: window, matchesHidden: session.trainer.options.matchesHidden,
          audioSeconds: session.progress.audioSeconds, seconds: (now - lastLine) / .seconds(1),
          elapsedSeconds: session.progress.elapsedSeconds))
      window = []
      lastLine = now
    }

    func close() {
      session.progress.elapsedSeconds = elapsedBefore + (ContinuousClock.now - start) / .seconds(1)
    }
  }

  private func saveCheckpoint() throws {
    progress.position = trainer.position
    try Checkpoint.write(trainer, progress: progress, to: Checkpoint.url(in: output))
  }

  /// Logs the error rates and writes the model as it is now.
  private func validateAndExport(
    _ log: TrainingLog, on corpus: TrainingCorpus?, masks: [LayerMask]
  ) throws {
    var results: [ValidationResult] = []
    if let corpus {
      let validation = Validation(
        corpus: corpus, tokenizer: tokenizer, workers: trainer.options.shards)
      results = validation(trainer.exported().inference(), masks: masks)
    }
    try write(results, to: log)
    try export(results, on: corpus)
  }

  private func write(_ results: [ValidationResult], to log: TrainingLog) throws {
    for result in results {
      let total = result.total
      try log.write(
        ValidationRecord(
          step: trainer.position.step, epoch: trainer.position.epoch,
          elapsedSeconds: progress.elapsedSeconds, dataset: heldOut?.name ?? "",
          mask: result.mask.description, keptLayers: result.mask.keptCount,
          utterances: result.counts.count, words: total.words, wer: total.rate,
          substitutions: total.substitutions, deletions: total.deletions,
          insertions: total.insertions))
    }
  }

  /// The model folder, model card included.
  private func export(_ results: [ValidationResult], on corpus: TrainingCorpus?) throws {
    let card = ModelCard(
      progress: progress, position: trainer.position, totalSteps: trainer.totalSteps,
      machine: provenance.machine, corpus: trainer.corpus, heldOut: corpus, results: results,
      kind: trainer.model.kind, layerCount: trainer.model.layerCount,
      sizes: trainer.model.sizes, tokenCount: tokenizer.count,
      parameterCount: trainer.model.layout.valueCount,
      name: output.standardizedFileURL.lastPathComponent)
    try trainer.exported().write(
      to: output, tokenizer: tokenizer, as: .float16, metadata: card.metadata)
    try OutputFile.write(card.text, to: output.appendingPathComponent("README.md"))
  }
}
