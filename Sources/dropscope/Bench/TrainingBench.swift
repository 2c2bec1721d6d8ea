// Training steps for `dropscope bench`, timed here and, beside it, in PyTorch.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import Tradeoff
import Training

/// How fast one recipe trains.
struct TrainingSpeed: Codable {
  var recipe: String
  var steps: Int
  var audioSecondsPerSecond: Double
  /// Forward and backward products (three times the forward ones) of the layers that ran, and the
  /// teacher's forward ones.
  var gflops: Double
  /// Of the machine's peak with as many threads.
  var shareOfPeak: Double
  var pytorchAudioSecondsPerSecond: Double?
  var ratioToPytorch: Double?

  enum CodingKeys: String, CodingKey {
    case recipe, steps, gflops
    case audioSecondsPerSecond = "audio_seconds_per_second"
    case shareOfPeak = "share_of_peak"
    case pytorchAudioSecondsPerSecond = "pytorch_audio_seconds_per_second"
    case ratioToPytorch = "ratio_to_pytorch"
  }

  mutating func compare(with pytorch: Double?) {
    pytorchAudioSecondsPerSecond = pytorch
    ratioToPytorch = pytorch.map { audioSecondsPerSecond / $0 }
  }
}

/// Some steps of one recipe from a model's weights, which are thrown away.
struct TrainingRun {
  let recipe: any Recipe.Type
  let warmUpSteps: Int
  let options: TrainingOptions
  let corpus: TrainingCorpus
  let targets: [[Int]]
  private let secondsPerUtterance: Double
  private let source: URL

  /// Utterances of `everything` that can be trained on, in batches of the options' length.
  init(
    _ recipe: any Recipe.Type, _ recognizer: Recognizer, _ everything: TrainingCorpus, steps: Int,
    warmUpSteps: Int, threads: Int, batchSeconds: Double, lengthBuckets: Int
  ) throws {
    self.recipe = recipe
    self.warmUpSteps = warmUpSteps
    source = recognizer.folder
    let model = try TrainableCatalog.family(of: source).load(source)
    var options = TrainingOptions()
    recipe.setDefaults(of: &options)
    options.recipe = recipe.name
    if recipe.takesTeacher { options.teacher = source.path }
    options.shards = threads
    options.batchSeconds = batchSeconds
    options.lengthBuckets = lengthBuckets
    options.steps = warmUpSteps + steps
    self.options = options
    let targets = everything.transcripts.map(recognizer.tokenizer.encode)
    let usable = everything.usable(by: model, targets: targets, augmentation: options.waveform)
    corpus = everything.choosing(usable)
    self.targets = usable.map { targets[$0] }
    secondsPerUtterance = everything.totalSeconds / Double(max(1, everything.count))
  }

  /// The utterances and the passes of every step, as the trainer takes them.
  var steps: [(utterances: [Int], passes: [RecipePass])] {
    let sampler = BatchSampler(
      seconds: (0..<corpus.count).map(corpus.seconds), batchSeconds: options.batchSeconds,
      lengthBuckets: options.lengthBuckets, seed: options.seed)
    var result: [(utterances: [Int], passes: [RecipePass])] = []
    var epoch = 0
    while result.count < options.steps ?? 0 {
      for batch in sampler.batches(epoch: epoch) where result.count < options.steps ?? 0 {
        result.append(
          (
            batch,
            recipe.passes(step: result.count, layerCount: layerCount, options: options)
          ))
      }
      epoch += 1
    }
    return result
  }

  private var layerCount: Int { options.layers }

  /// Audio of the timed steps, in seconds.
  var audioSeconds: Double {
    steps.dropFirst(warmUpSteps).reduce(0) { sum, step in
      sum + step.utterances.reduce(0) { $0 + corpus.seconds($1) }
    }
  }

  func measure(_ recognizer: Recognizer, peak: Double) -> TrainingSpeed {
    do {
      let model = try TrainableCatalog.family(of: source).load(source)
      return try measure(model, recognizer.backbone, peak: peak)
    } catch {
      preconditionFailure("the model of \(source.path) was readable before: \(error)")
    }
  }

  private func measure(
    _ model: some TrainableBackbone, _ backbone: any Backbone, peak: Double
  ) throws -> TrainingSpeed {
    let trainer = try Trainer(
      model: model, corpus: corpus, targets: targets, options: options,
      teacher: recipe.takesTeacher ? backbone as? any FeatureBackbone : nil)
    // Work per second of audio, at the mean length.
    let costs = CostModel(
      backbone, sampleCounts: [Int(Double(corpus.sampleRate) * secondsPerUtterance)])
    let (warmUp, takesTeacher) = (warmUpSteps, recipe.takesTeacher)
    let sums = Mutex((start: ContinuousClock.now, end: ContinuousClock.now, audio: 0.0, work: 0.0))
    trainer.run { report in
      sums.withLock { sums in
        if report.step == warmUp { sums.start = .now }
        guard report.step > warmUp else { return }
        let forward = report.masks.reduce(0) { $0 + costs.gflopPerAudioSecond(Walk($1)) }
        let teacher = takesTeacher ? costs.gflopPerAudioSecond(.full(backbone.layerCount)) : 0
        sums.audio += report.audioSeconds
        sums.work += report.audioSeconds * (3 * forward + teacher)
        sums.end = .now
      }
      return .goOn
    }
    let (start, end, audio, work) = sums.withLock { $0 }
    let seconds = max((end - start).seconds, 1e-9)
    return TrainingSpeed(
      recipe: recipe.name, steps: trainer.totalSteps - warmUp,
      audioSecondsPerSecond: audio / seconds, gflops: work / seconds,
      shareOfPeak: work / seconds / peak)
  }
}

/// The same steps in PyTorch: `Assets/Benchmarks/pytorch_training.py`.
struct PyTorchTraining {
  private let interpreter: String

  /// What PyTorch took.
  struct Result {
    var version: String
    fileprivate var rates: [String: Double]
    /// Audio seconds per second of a recipe; nil for one that the script does not know.
    subscript(recipe: String) -> Double? { rates[recipe] }
  }

  private struct Plan: Encodable {
    struct RecipePlan: Encodable {
      var name: String
      var distils: Bool
      var masks: [String]
    }
    var threads: Int
    var batches: Int
    var warmUpSteps: Int
    var recipes: [RecipePlan]

    enum CodingKeys: String, CodingKey {
      case threads, batches, recipes
      case warmUpSteps = "warm_up_steps"
    }
  }

  private struct Answer: Decodable {
    var version: String
    var loss: Double
    var seconds: [String: Double]
  }

  init(_ interpreter: String) { self.interpreter = interpreter }

  /// Times those recipes whose step is a single pass; the script knows no others.
  func run(_ runs: [TrainingRun], _ recognizer: Recognizer) throws -> Result {
    let runs = runs.filter { run in run.steps.allSatisfy { $0.passes.count == 1 } }
    guard let first = runs.first else { return Result(version: "", rates: [:]) }
    let steps = first.steps
    let plan = Plan(
      threads: first.options.shards, batches: steps.count, warmUpSteps: first.warmUpSteps,
      recipes: runs.map { run in
        Plan.RecipePlan(
          name: run.recipe.name, distils: run.recipe.takesTeacher,
          masks: run.steps.map { $0.passes[0].mask.description })
      })
    let program = try RivalProgram(
      ChosenRival(rival: .pytorch, interpreter: interpreter), "pytorch_training.py", plan
    ) { folder in
      let model = try TrainableCatalog.family(of: recognizer.folder).load(recognizer.folder)
      try model.write(to: folder, tokenizer: recognizer.tokenizer, as: .float32, metadata: [:])
      try write(steps.map(\.utterances), first, model, to: folder)
    }
    let answer = try program.hear(Answer.self)
    let expected = loss(first, recognizer, utterance: steps[0].utterances[0])
    guard abs(answer.loss - expected) <= 1e-3 * max(1, abs(expected)) else {
      throw InputError(
        program.script.path, expected: "the loss \(expected) of the first utterance",
        found: "\(answer.loss): this is another model")
    }
    return Result(
      version: answer.version,
      rates: answer.seconds.mapValues { first.audioSeconds / max($0, 1e-9) })
  }

  /// Features as they are without augmentation, lengths and targets of every batch.
  private func write(
    _ batches: [[Int]], _ run: TrainingRun, _ model: any TrainableBackbone, to folder: URL
  ) throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (index, batch) in batches.enumerated() {
      let packed = HiddenFrames(packing: batch.map { features(run, model, $0) })
      let targets = batch.map { run.targets[$0] }
      tensors.append(("\(index).features", packed.values))
      tensors.append(("\(index).lengths", Tensor(packed.lengths.map { Float($0) })))
      tensors.append(("\(index).targets", Tensor(targets.flatMap { $0.map { Float($0) } })))
      tensors.append(("\(index).target_lengths", Tensor(targets.map { Float($0.count) })))
    }
    try SafetensorsWriter.write(
      tensors, as: .float32, metadata: [:], to: folder.appendingPathComponent("batches.safetensors")
    )
  }

  private func features(_ run: TrainingRun, _ model: any TrainableBackbone, _ index: Int) -> Tensor
  {
    model.features(PCM.samples(run.corpus.samples[index]))
  }

  /// The CTC loss per token that our own program gives an utterance alone.
  private func loss(_ run: TrainingRun, _ recognizer: Recognizer, utterance: Int) -> Double {
    let backbone = recognizer.backbone
    let target = run.targets[utterance]
    let logProbabilities = backbone.logProbabilities(
      [PCM.samples(run.corpus.samples[utterance])],
      mask: .full(backbone.layerCount))
    let result = CTCLoss.lossAndGradient(
      logProbabilities: logProbabilities, lengths: [logProbabilities.rows], targets: [target],
      blank: 0, weights: [1])
    return Double(result.losses[0]) / Double(max(1, target.count))
  }
}
