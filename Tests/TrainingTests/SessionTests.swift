// Runs that stop and go on, and what they leave in their folder.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import TestSupport
import Testing
import Training

@Suite struct SessionTests {
  private func session(
    _ options: TrainingOptions, in folder: URL, resuming: Bool = false,
    pace: TrainingPace = TrainingPace()
  ) throws -> TrainingSession<TinyBackbone> {
    let teacher = TinyBackbone(tinyShape(), seed: 77).inference()
    let session = try TrainingSession(
      trainer: tinyTrainer(options, teacher: teacher), tokenizer: toneTokenizer,
      heldOut: toneCorpus(6, seed: 9), output: folder, pace: pace,
      provenance: Provenance(command: "dropscope train --test", machine: "a test"),
      resuming: resuming ? Checkpoint.url(in: folder) : nil)
    session.validationMasks = [.full(3), LayerMask(layerCount: 3, keeping: [0])]
    session.finalMasks = session.validationMasks
    return session
  }

  private func stopping(after steps: Int) -> @Sendable () -> Bool {
    let count = StepCounter()
    return { count.next() >= steps }
  }

  private final class StepCounter: Sendable {
    private let value = Atomic<Int>(0)
    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
  }

  private func lines(_ folder: URL) throws -> [[String: Any]] {
    try String(contentsOf: folder.appendingPathComponent("train.jsonl"), encoding: .utf8)
      .split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any]
      }
  }

  @Test func theLogHoldsEachStepsMasks() throws {
    try withTemporaryFolder { folder in
      let run = try session(tinyOptions("random-drop"), in: folder)
      #expect(try run.run())
      let (records, _) = try TrainingLog.read(folder.appendingPathComponent("train.jsonl"))
      let masks = records.flatMap { $0.masks ?? [] }
      #expect(masks.count == run.trainer.totalSteps && masks.count > 3)
      for (step, mask) in masks.enumerated() {
        let drawn = RandomGates.mask(step: step, layerCount: 3, options: run.trainer.options)
        #expect(mask.passes == [drawn], "step \(step + 1)")
      }
    }
  }

  @Test(arguments: RecipeCatalog.all.map { $0.name } + ["dld cached"], [1, 9])
  func aStoppedRunGoesOnBitForBit(recipe: String, stop: Int) throws {
    var options = tinyOptions(String(recipe.prefix { $0 != " " }))
    options.cachesTeacher = recipe.hasSuffix("cached")
    options.average = 0.95
    try withTemporaryFolder { folder in
      let whole = try session(options, in: folder.appendingPathComponent("whole"))
      #expect(try whole.run())
      let output = folder.appendingPathComponent("parts")
      let first = try session(options, in: output)
      #expect(try !first.run(shouldStop: stopping(after: stop)))
      #expect(first.trainer.position.step == stop)
      // Twice, so that a resumed run's checkpoint is tried as well.
      let second = try session(options, in: output, resuming: true)
      #expect(bits(second.trainer) == bits(first.trainer))
      #expect(try !second.run(shouldStop: stopping(after: 2)))
      let third = try session(options, in: output, resuming: true)
      #expect(try third.run())
      #expect(third.trainer.totalSteps > stop + 2)
      #expect(third.trainer.position == whole.trainer.position)
      #expect(bits(third.trainer) == bits(whole.trainer))
    }
  }

  @Test func stoppingLeavesACheckpointAndNothingElseUnfinished() throws {
    try withTemporaryFolder { folder in
      #expect(try !session(tinyOptions(), in: folder).run(shouldStop: { true }))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["checkpoint.safetensors", "tokens.txt", "train.jsonl"])
      let checkpoint = Checkpoint.url(in: folder)
      let progress = try Checkpoint.progress(of: checkpoint)
      #expect(progress.position.step == 1)
      #expect(progress.options == tinyOptions())
      #expect(progress.gateHistogram == [0, 0, 1])
    }
  }

  @Test func aCompleteRunLeavesAModelItsCardAndItsLog() throws {
    var options = tinyOptions("dld")
    options.teacher = "/models/reference"
    try withTemporaryFolder { folder in
      var pace = TrainingPace()
      pace.logEverySteps = 3
      pace.validateMinutes = 0
      pace.checkpointMinutes = 0
      let session = try session(options, in: folder, pace: pace)
      #expect(try session.run())
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["README.md", "model.safetensors", "tokens.txt", "train.jsonl"])

      let file = try SafetensorsFile(contentsOf: folder.appendingPathComponent("model.safetensors"))
      #expect(file.elementType("head") == "F16")
      #expect(file.metadata["recipe"] == "dld")
      #expect(file.metadata["kl_reduction"] == "frame")
      #expect(file.metadata["steps"] == String(session.trainer.totalSteps))

      let card = try String(
        contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
      for part in [
        "dropscope train --test", "`dld`", "a test", "/models/reference", "| 1 | `100` |",
        "mean over frames",
      ] {
        #expect(card.contains(part), "\(part)")
      }

      let lines = try lines(folder)
      let steps = lines.filter { $0["event"] as? String == "train" }
      #expect(steps.count == (session.trainer.totalSteps + 2) / 3)
      #expect(
        Set(steps[0].keys) == [
          "event", "step", "epoch", "loss", "ctc", "kl", "gradient_norm", "learning_rate",
          "kept_layers", "masks", "audio_seconds", "audio_seconds_per_second",
          "elapsed_seconds",
        ])
      let validations = lines.filter { $0["event"] as? String == "validation" }
      #expect(validations.count == 2 * session.trainer.totalSteps)
      #expect(validations.last?["mask"] as? String == "100")
    }
  }

  @Test func aResumedLogForgetsWhatTheCheckpointDoesNotKnow() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("train.jsonl")
      try Data("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st".utf8).write(to: url)
      let log = try TrainingLog(url, keepingStepsTo: 2)
      try log.write(["step": 3])
      #expect(
        try String(contentsOf: url, encoding: .utf8) == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n"
      )
      _ = try TrainingLog(url, keepingStepsTo: 0)
      #expect(try Data(contentsOf: url).isEmpty)
    }
  }

  @Test func aFileThatIsNoCheckpointIsRefused() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      try SafetensorsWriter.write([("a", Tensor(zeros: 2))], to: url)
      #expect(throws: InputError.self) { try Checkpoint.progress(of: url) }
    }
  }

  @Test func validationMeasuresWhatTheModelWasTaught() throws {
    var options = tinyOptions()
    options.epochs = 200
    options.specAugment = .none
    options.waveform = .none
    let trainer = try tinyTrainer(options)
    trainer.run { _ in .goOn }
    let validate = Validation(corpus: trainer.corpus, tokenizer: toneTokenizer, workers: 2)
    let results = validate(trainer.model.inference(), masks: [.full(3)])
    #expect(results[0].counts.count == trainer.corpus.count)
    #expect(results[0].total.rate < 0.2)
  }
}
