// The promises of the loop: it learns, and one seed gives one result.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import TestSupport
import Testing
import Training

@Suite struct TrainerTests {
  private func run(_ trainer: Trainer<TinyBackbone>) -> [StepReport] {
    let reports = Mutex([StepReport]())
    trainer.run { report in
      reports.withLock { $0.append(report) }
      return .goOn
    }
    return reports.withLock { $0 }
  }

  @Test(arguments: [1, 2, 3])
  func lossGoesDown(shards: Int) throws {
    var options = tinyOptions()
    options.shards = shards
    options.epochs = 25
    options.specAugment = .none
    options.waveform = .none
    let trainer = try tinyTrainer(options)
    let reports = run(trainer)
    #expect(reports.count == trainer.totalSteps)
    #expect(reports.allSatisfy { !$0.skipped && $0.loss.isFinite })
    let last = reports.suffix(5).map(\.loss).reduce(0, +) / 5
    #expect(last < 0.25 * reports[0].loss)
  }

  @Test(arguments: RecipeCatalog.all.map { $0.name })
  func oneSeedGivesOneResultWhateverTheTiming(recipe: String) throws {
    var options = tinyOptions(recipe)
    options.average = 0.9
    options.shards = 3
    let teacher = TinyBackbone(tinyShape(), seed: 77).inference()
    let first = try tinyTrainer(options, teacher: teacher)
    let second = try tinyTrainer(options, jitter: true, teacher: teacher)
    let reports = run(first)
    #expect(run(second).map(\.loss) == reports.map(\.loss))
    #expect(bits(first) == bits(second))
    options.seed = 2
    let other = try tinyTrainer(options, teacher: teacher)
    _ = run(other)
    #expect(bits(first)[0] != bits(other)[0])
  }

  @Test func shardsOnlyChangeRounding() throws {
    var options = tinyOptions("random-drop")
    options.epochs = 1
    var results: [[Float]] = []
    for shards in [1, 2, 4] {
      options.shards = shards
      let trainer = try tinyTrainer(options)
      _ = run(trainer)
      results.append((0..<trainer.model.weights.count).map { trainer.model.weights.pointer[$0] })
    }
    expectClose(results[1], results[0], relative: 2e-3)
    expectClose(results[2], results[0], relative: 2e-3)
  }

  @Test func aBatchOfFewerUtterancesThanShardsTrains() throws {
    var options = tinyOptions()
    options.shards = 4
    options.batchSeconds = 0.1
    options.steps = 6
    let reports = run(try tinyTrainer(options))
    #expect(reports.count == 6)
    #expect(reports.allSatisfy { $0.loss > 0 && $0.gradientNorm > 0 })
  }

  @Test func aTeacherEqualToTheStudentDivergesNowhere() throws {
    var options = tinyOptions("dld")
    options.steps = 1
    options.keepProbability = 1
    let twin = TinyBackbone(tinyShape(), seed: options.seed).inference()
    let report = run(try tinyTrainer(options, teacher: twin))[0]
    #expect(abs(report.kl) < 1e-5)
    #expect(abs(report.loss - report.ctc) < 1e-5)
    let stranger = TinyBackbone(tinyShape(), seed: 99).inference()
    #expect(run(try tinyTrainer(options, teacher: stranger))[0].kl > 0.01)
  }

  @Test func divergenceReductionsDifferByFramesPerUtterance() throws {
    var options = tinyOptions("dld")
    options.steps = 1
    options.waveform = .none
    let stranger = TinyBackbone(tinyShape(), seed: 99).inference()
    let trainer = try tinyTrainer(options, teacher: stranger)
    let batch = trainer.sampler.batches(epoch: 0)[0]
    let frames = batch.reduce(0) { sum, index in
      sum
        + trainer.model.outputFrames(
          featureFrames: trainer.model.features.frameCount(
            sampleCount: trainer.corpus.samples[index].count))
    }
    let mean = run(trainer)[0].kl
    options.klReduction = .utterance
    let sum = run(try tinyTrainer(options, teacher: stranger))[0].kl
    expectClose(sum, mean * Double(frames) / Double(batch.count), relative: 1e-4)
  }

  @Test func theLossIsTheMeanOverUtterancesOfLossPerToken() throws {
    var options = tinyOptions()
    options.steps = 1
    options.specAugment = .none
    options.waveform = .none
    let trainer = try tinyTrainer(options)
    let model = TinyBackbone(tinyShape(), seed: options.seed).inference()
    let batch = trainer.sampler.batches(epoch: 0)[0]
    let expected = batch.reduce(0.0) { sum, index in
      let samples = PCM.samples(trainer.corpus.samples[index])
      let target = toneTokenizer.encode(trainer.corpus.transcripts[index])
      let logProbabilities = model.logProbabilities([samples], mask: .full(model.layerCount))
      let loss = CTCLoss.lossAndGradient(
        logProbabilities: logProbabilities, lengths: [logProbabilities.rows], targets: [target],
        blank: 0, weights: [1]
      ).losses[0]
      return sum + Double(loss) / Double(target.count)
    }
    expectClose(run(trainer)[0].ctc, expected / Double(batch.count), relative: 1e-4)
  }

  /// The frames that go into the head, those of the layers that ran beside the teacher's.
  @Test func hiddenFramesAreDrawnToTheTeachers() throws {
    var options = tinyOptions("dld")
    options.steps = 1
    options.specAugment = .none
    options.waveform = .none
    options.hiddenWeight = 0.5
    options.teacher = "teacher"
    let teacher = TinyBackbone(tinyShape(), seed: 8).inference()
    let trainer = try tinyTrainer(options, teacher: teacher)
    let model = TinyBackbone(tinyShape(), seed: options.seed).inference()
    let batch = trainer.sampler.batches(epoch: 0)[0]
    let report = run(trainer)[0]
    var (squares, count) = (0.0, 0)
    for index in batch {
      let samples = PCM.samples(trainer.corpus.samples[index])
      let features = HiddenFrames(packing: [model.features(samples)])
      let aim = teacher.encoded(features: features).values
      let frames = (0..<model.layerCount).reduce(model.frontEnd(features: features)) {
        model.step($1, $0, report.masks[0])
      }.values
      for (a, b) in zip(frames.values, aim.values) { squares += Double((a - b) * (a - b)) }
      count += aim.count
    }
    expectClose(report.hidden, squares / Double(count), relative: 1e-4)
    expectClose(report.loss, report.ctc + report.kl + 0.5 * report.hidden, relative: 1e-6)

    // It changes the step, and a teacher of another width has nothing to show.
    options.hiddenWeight = 0
    let plain = try tinyTrainer(options, teacher: teacher)
    #expect(run(plain)[0].hidden == 0 && bits(plain) != bits(trainer))
    options.hiddenWeight = 0.5
    var shape = tinyShape()
    shape.hidden = 16
    let error = #expect(throws: InputError.self) {
      try tinyTrainer(options, teacher: TinyBackbone(shape, seed: 8).inference())
    }
    #expect("\(try #require(error))".contains("hidden frames 24 wide"))
  }

  /// Full depth as the reference, its exits at their mean and some layers, with the divergence of
  /// both from what all just said.
  @Test func aStepOfDLDPlusSumsItsPasses() throws {
    var options = tinyOptions("dld-plus")
    DistillationPlusRecipe.setDefaults(of: &options)
    options.steps = 1
    options.specAugment = .none
    options.waveform = .none
    options.klWeight = 0.5
    options.partialWeight = 0.25
    options.partialPasses = 2
    options.exits = 2
    let trainer = try tinyTrainer(options)
    let model = TinyBackbone(tinyShape(), seed: options.seed).inference()
    let batch = trainer.sampler.batches(epoch: 0)[0]
    let report = run(trainer)[0]
    #expect(report.masks.count == 3 && report.masks[0].keptCount == model.layerCount)
    #expect(report.masks[1...].allSatisfy { $0.keptCount < model.layerCount })
    let exits = DistillationPlusRecipe.passes(
      step: 0, layerCount: model.layerCount, options: options)[0].exits
    #expect(exits.count == 2)
    let said: [(mask: LayerMask, share: Double)] =
      zip(report.masks, [1, 0.25, 0.25]).map { ($0, $1) }
      + exits.map {
        (
          LayerMask(layerCount: model.layerCount, keeping: 0..<$0), 1 / Double(exits.count)
        )
      }
    var (ctc, kl, frames) = (0.0, 0.0, 0)
    for index in batch {
      let samples = PCM.samples(trainer.corpus.samples[index])
      let target = toneTokenizer.encode(trainer.corpus.transcripts[index])
      let all = model.logProbabilities([samples], mask: .full(model.layerCount))
      frames += all.rows
      for (mask, share) in said {
        let some = model.logProbabilities([samples], mask: mask)
        let loss = CTCLoss.lossAndGradient(
          logProbabilities: some, lengths: [some.rows], targets: [target], blank: 0, weights: [1]
        ).losses[0]
        ctc += share * Double(loss) / Double(target.count) / Double(batch.count)
        for (all, some) in zip(all.values, some.values) {
          kl += share * exp(Double(all)) * Double(all - some)
        }
      }
    }
    expectClose(report.ctc, ctc, relative: 1e-4)
    expectClose(report.kl, kl / Double(frames), relative: 1e-3)
    expectClose(report.loss, report.ctc + 0.5 * report.kl, relative: 1e-6)
  }

  @Test func withoutATeacherDistillationIsRefused() {
    #expect(throws: InputError.self) { try tinyTrainer(tinyOptions("dld")) }
  }

  @Test func nothingToTrainOnIsRefused() {
    #expect(throws: InputError.self) {
      try tinyTrainer(tinyOptions(), corpus: toneCorpus(2).choosing([]))
    }
  }
}
