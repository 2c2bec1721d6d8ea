// Recipes on a WavLM: what distillation gains, and the promises of a run.

import Backbones
import Base
import Foundation
import Speech
import Synchronization
import TestSupport
import Testing
import Training

@Suite(.serialized) struct WavLMTrainingTests {
  private func options(_ recipe: String, steps: Int) -> TrainingOptions {
    var options = TrainingOptions()
    options.recipe = recipe
    options.steps = steps
    options.batchSeconds = 60
    options.learningRate = 2e-3
    options.warmup = 20
    options.waveform = .none
    return options
  }

  private func trainer(
    _ folder: URL, _ corpus: TrainingCorpus, _ options: TrainingOptions,
    teacher: (any FeatureBackbone)? = nil, dropout: Float = 0
  ) throws -> Trainer<TrainableWav2Vec2> {
    let tokenizer = try Recognizer(contentsOf: folder).tokenizer
    return try Trainer(
      model: try TrainableWav2Vec2(
        contentsOf: folder, dropout: dropout,
        freezesConvolutions: options.freezesFrontEnd),
      corpus: corpus, targets: corpus.transcripts.map(tokenizer.encode), options: options,
      teacher: teacher)
  }

  /// All losses of a run.
  private func run(_ trainer: Trainer<TrainableWav2Vec2>) -> [Double] {
    let losses = Mutex([Double]())
    trainer.run { report in
      losses.withLock { $0.append(report.loss) }
      return .goOn
    }
    return losses.withLock { $0 }
  }

  /// Eight bundled utterances, the same random weights and as many steps for both: the student of a
  /// reference that knows them by heart gets them right with half of its layers, whichever, long before
  /// random dropping alone does.
  @Test func distillationLearnsHalfDepthSoonerThanRandomDropping() throws {
    try withTemporaryFolder { folder in
      let start = folder.appendingPathComponent("start")
      try SmallWavLM.write(to: start, seed: 1)
      let corpus = try SmallWavLM.corpus(8)
      let validate = Validation(
        corpus: corpus, tokenizer: try Recognizer(contentsOf: start).tokenizer, workers: 2)
      let pairs = (0..<4).flatMap { a in (a + 1..<4).map { [a, $0] } }
      let halves = pairs.map { LayerMask(layerCount: 4, keeping: $0) }
      func rate(_ model: TrainableWav2Vec2, _ masks: [LayerMask]) -> Double {
        let total = validate(model.inference(), masks: masks)
          .reduce(into: ErrorCounts()) { $0 += $1.total }
        return total.rate
      }
      let reference = try trainer(start, corpus, options("reference", steps: 100))
      _ = run(reference)
      #expect(rate(reference.model, [.full(4)]) < 0.1)
      let distilled = try trainer(
        start, corpus, options("dld", steps: 150), teacher: reference.model.inference())
      let losses = run(distilled)
      let dropped = try trainer(start, corpus, options("random-drop", steps: 150))
      let baseline = run(dropped)
      func end(_ losses: [Double]) -> Double { losses.suffix(10).reduce(0, +) / 10 }
      #expect(end(losses) < 0.2 * losses[0] && end(baseline) < 0.5 * baseline[0])
      let (ours, theirs) = (rate(distilled.model, halves), rate(dropped.model, halves))
      #expect(ours < 0.5 * theirs, "dld \(ours), random-drop \(theirs)")
    }
  }

  /// With dropout, a moving average and the front end frozen, over a checkpoint.
  @Test(arguments: ["dld", "dld-plus"])
  func aStoppedRunGoesOnBitForBitAndLeavesTheFrozenFrontEnd(recipe: String) throws {
    try withTemporaryFolder { folder in
      let start = folder.appendingPathComponent("start")
      try SmallWavLM.write(to: start, seed: 1)
      let corpus = try SmallWavLM.corpus(4)
      var options = options(recipe, steps: 6)
      options.average = 0.9
      options.freezesFrontEnd = true
      options.batchSeconds = 3
      func session(_ output: String, resuming: Bool = false) throws
        -> TrainingSession<TrainableWav2Vec2>
      {
        let output = folder.appendingPathComponent(output)
        let teacher = try TrainableWav2Vec2(contentsOf: start).inference()
        let session = try TrainingSession(
          trainer: trainer(start, corpus, options, teacher: teacher, dropout: 0.1),
          tokenizer: try Recognizer(contentsOf: start).tokenizer, heldOut: corpus, output: output,
          pace: TrainingPace(),
          provenance: Provenance(command: "dropscope train --test", machine: "a test"),
          resuming: resuming ? Checkpoint.url(in: output) : nil)
        session.finalMasks = [.full(4)]
        return session
      }
      let whole = try session("whole")
      #expect(try whole.run())
      let first = try session("parts")
      let steps = Atomic<Int>(0)
      #expect(
        try !first.run(shouldStop: { steps.wrappingAdd(1, ordering: .relaxed).newValue == 3 }))
      let second = try session("parts", resuming: true)
      #expect(try second.run())
      #expect(bits(second.trainer.model.weights) == bits(whole.trainer.model.weights))
      #expect(bits(second.trainer.average!) == bits(whole.trainer.average!))

      let before = try TrainableWav2Vec2(contentsOf: start)
      let after = whole.trainer.exported()
      for parameter in before.layout.parameters {
        #expect(
          (before.weights.tensor(parameter).values == after.weights.tensor(parameter).values)
            == parameter.name.contains("feature_extractor"), "\(parameter.name)")
      }
      let output = folder.appendingPathComponent("parts")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: output.path).sorted() == [
          "README.md", "config.json", "model.safetensors", "preprocessor_config.json",
          "train.jsonl", "vocab.json",
        ])
      let card = try String(
        contentsOf: output.appendingPathComponent("README.md"), encoding: .utf8)
      #expect(card.contains("A WavLM CTC recogniser") && card.contains("convolutions frozen"))
      #expect(try Recognizer(contentsOf: output).backbone.layerCount == 4)
    }
  }

  @Test func aTeacherOfOtherFeaturesIsRefused() throws {
    try withTemporaryFolder { folder in
      let start = folder.appendingPathComponent("start")
      let other = folder.appendingPathComponent("other")
      try SmallWavLM.write(to: start, seed: 1)
      try SmallWavLM.write(to: other, seed: 1, isNormalized: false)
      let coarse = folder.appendingPathComponent("coarse")
      try SmallWavLM.write(to: coarse, seed: 1)
      let settings = coarse.appendingPathComponent(ModelFolder.configurationName)
      try Data(
        SmallWavLM.settings.replacingOccurrences(of: "[5, 8, 8]", with: "[5, 8, 4]").utf8
      ).write(to: settings)
      let corpus = try SmallWavLM.corpus(1)
      func refusal(_ teacher: any FeatureBackbone) throws -> String {
        do {
          _ = try trainer(start, corpus, options("dld", steps: 1), teacher: teacher)
          return "none"
        } catch let error as InputError {
          return error.description
        }
      }
      #expect(
        try refusal(TrainableWav2Vec2(contentsOf: other).inference())
          == "the teacher: expected the student's features, normalised samples at 16000 Hz, found "
          + "samples at 16000 Hz")
      #expect(try refusal(TrainableWav2Vec2(contentsOf: coarse).inference()).contains("frames of"))
      #expect(try refusal(TinyBackbone(tinyShape()).inference()).contains("log-mel bands"))
    }
  }
}
