// `dropscope train`: trains a Conformer, or a model of the wav2vec 2.0 family, by one of the recipes.

import Backbones
import Base
import Foundation
import Speech
import Synchronization
import Training

enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a recogniser, with or without layer dropping and distillation"
  static let usage = "\(name) --recipe NAME --data DIR... --output DIR [OPTION]..."
  static let explanation = """
    Trains a Conformer CTC recogniser on this machine's processors and leaves a model folder:
    config.json, model.safetensors, tokens.txt, README.md (the model card), train.jsonl (the log).
    With a Hugging Face folder as --init it trains that WavLM, wav2vec 2.0 or HuBERT recogniser, and
    leaves such a folder. Ctrl-C stops after the current step and saves; --resume goes on with the
    very next step. The same options and seed give the same weights, interrupted or not.
    """

  static func run(_ given: TrainSettings, _ arguments: Arguments) throws -> Int32 {
    let checkpoint = Checkpoint.url(in: given.output)
    // Before anything is read that another run might be writing.
    let existed = FileManager.default.fileExists(atPath: given.output.path)
    var lock = try existed ? OutputLock(given.output) : nil
    defer { lock?.release() }
    let resumed = try found(checkpoint, in: given.output, resume: given.resume)
    // What is given comes on top of what was saved, or of what recipe and initial model say.
    var settings = given
    if let resumed {
      settings.training = try Checkpoint.progress(of: resumed).options
      let saved = settings.training
      do {
        try settings.checkValues()
      } catch {
        throw InputError(
          resumed.path, expected: "a checkpoint with possible options", found: "\(error)")
      }
      let start = settings
      try settings.read(arguments)
      if let recipe = given.recipe { settings.training.recipe = recipe }
      try TrainSettings.check(settings.training, standard: try standard(saved))
      try check(settings, against: start, arguments, of: resumed)
    } else {
      guard let recipe = given.recipe else {
        throw UsageError("option --recipe is required: \(RecipeCatalog.all.expectation)")
      }
      settings.training = try standard(given.training)
      try RecipeCatalog.all.named(recipe).setDefaults(of: &settings.training)
      settings.training.recipe = recipe
      try settings.read(arguments)
      try TrainSettings.check(settings.training, standard: try standard(given.training))
      if settings.training.data.isEmpty { throw UsageError("option --data is required") }
    }
    if lock == nil {
      try OutputFile.makeFolder(given.output)
      lock = try OutputLock(given.output)
      // Another run may have been faster.
      _ = try found(checkpoint, in: given.output, resume: false)
    }
    defer {
      lock?.release()
      if !existed { rmdir(given.output.path) }  // only succeeds while it is empty
    }
    return try train(settings, arguments, checkpoint: resumed)
  }

  /// Throws unless the options are those of the run's start, and says which is not.
  private static func check(
    _ settings: TrainSettings, against start: TrainSettings, _ arguments: Arguments,
    of checkpoint: URL
  ) throws {
    guard settings.training != start.training else { return }
    var change = try start.firstChange(arguments) { $0.training != start.training }
    if settings.training.recipe != start.training.recipe {
      change = ("--recipe", start.training.recipe, settings.training.recipe)
    } else if settings.training.data != start.training.data {
      change = (
        "--data", start.training.data.joined(separator: " "),
        settings.training.data.joined(separator: " ")
      )
    }
    let name = change?.name ?? "the options"
    throw InputError(
      checkpoint.path,
      expected: "\(name) as at the run's start, \(change?.present ?? "not given")",
      found: change?.given ?? "others")
  }

  /// What options are without being given: the sizes are those of the initial model, if any.
  private static func standard(_ options: TrainingOptions) throws -> TrainingOptions {
    var result = TrainingOptions()
    if let initial = options.initial {
      try options.family.takeSizes(of: url(initial), into: &result.sizes)
    }
    return result
  }

  /// The checkpoint to go on from, if any. Throws rather than overwrite a run.
  private static func found(_ checkpoint: URL, in output: URL, resume: Bool) throws -> URL? {
    let exists = FileManager.default.fileExists(atPath: checkpoint.path)
    if exists && resume { return checkpoint }
    if exists {
      throw InputError(
        output.path, expected: "--resume or an empty folder", found: "an unfinished run")
    }
    let weights = output.appendingPathComponent(ModelFolder.weightsName)
    if FileManager.default.fileExists(atPath: weights.path) {
      throw InputError(output.path, expected: "a folder without a model", found: "a trained model")
    }
    return nil
  }

  private static func train(
    _ settings: TrainSettings, _ arguments: Arguments, checkpoint: URL?
  ) throws -> Int32 {
    let options = settings.training
    // Cheap checks before minutes of loading.
    let recipe = try RecipeCatalog.all.named(options.recipe)
    if recipe.needsTeacher && options.teacher == nil {
      throw UsageError("option --teacher is required by recipe \(options.recipe)")
    }
    let teacher =
      recipe.takesTeacher ? try options.teacher.map { try Recognizer(contentsOf: url($0)) } : nil

    let data = try options.data.map { try TrainingData($0) }
    let training = try data.map { (try $0.dataset(options), weight: $0.weight) }
    let heldOutSets = try TrainingData.development(data, options)
    if heldOutSets.isEmpty, !arguments.given(TrainSettings.developmentSplit.name).isEmpty {
      throw InputError(
        data.map(\.folder.path).joined(separator: ", "),
        expected: "a split \"\(options.developmentSplit)\" to validate on",
        found: "none of that name")
    }
    let family = try options.family
    let tokenizer =
      try family.startsFromScratch
      ? Self.tokenizer(options, teacher: teacher, checkpoint: checkpoint) {
        training.flatMap { $0.0.utterances.map(\.transcript) }
      }
      : ModelOptions.recognizer(url(options.initial ?? "")).tokenizer
    let model = try family.make(
      TrainablePlan(
        options.sizes, tokenCount: tokenizer.count, dropout: Float(options.dropout),
        seed: options.seed, freezesFrontEnd: options.freezesFrontEnd,
        initial: options.initial.map(url), hasFreshOutput: options.hasFreshOutput,
        trainedLayers: options.trainedLayers.map { Set($0.map { $0 - 1 }) }))
    return try train(
      model, tokenizer: tokenizer, teacher: teacher, training, heldOutSets, settings, arguments,
      checkpoint: checkpoint)
  }

  private static func train(
    _ model: some TrainableBackbone, tokenizer: Tokenizer, teacher: Recognizer?,
    _ training: [(Dataset, weight: Double)], _ heldOutSets: [Dataset],
    _ settings: TrainSettings, _ arguments: Arguments, checkpoint: URL?
  ) throws -> Int32 {
    let options = settings.training
    if let teacher, teacher.tokenizer.pieces != tokenizer.pieces {
      throw InputError(
        "the teacher \(teacher.folder.path)", expected: "the student's tokens", found: "others")
    }
    let featureTeacher = try teacher.map(featureBackbone)
    if let featureTeacher {
      try Teacher.check(featureTeacher, fits: model, options)
    }
    let rate = model.features.sampleRate
    let everything = try load(
      training, title: "Reading what to train on", rate: rate, isStrict: settings.isStrict)
    let heldOut =
      heldOutSets.isEmpty
      ? nil
      : try load(
        heldOutSets.map { ($0, 1) }, title: "Reading \(options.developmentSplit)", rate: rate,
        isStrict: settings.isStrict)
    let allTargets = everything.transcripts.map(tokenizer.encode)
    let usable = everything.usable(
      by: model, targets: allTargets, augmentation: options.waveform
    ).filter { tokenizer.canEncode(everything.transcripts[$0]) }
    if usable.count < everything.count {
      let silent = everything.transcripts.count { $0.isEmpty }
      Dropscope.complain(
        "\(everything.count - usable.count) of \(everything.count) utterances are left out: "
          + (silent > 0 ? "\(silent) with nothing said, others " : "")
          + "too short for their transcripts, or with characters that have no token")
    }
    let trainer = try Trainer(
      model: model, corpus: everything.choosing(usable), targets: usable.map { allTargets[$0] },
      options: options, teacher: featureTeacher)

    let session = try TrainingSession(
      trainer: trainer, tokenizer: tokenizer, heldOut: heldOut, output: settings.output,
      pace: settings.pace,
      provenance: Provenance(command: arguments.line(of: name), machine: Machine.description),
      resuming: checkpoint)
    if let remark = session.remark { Dropscope.complain("dropscope: \(remark)") }
    let layers = model.layerCount
    session.validationMasks = spread(layers, [1, 2, 3].map { layers / $0 })
    session.finalMasks = spread(layers, stride(from: layers, to: 0, by: -max(1, layers / 6)))
    if let text = options.fixedMask {
      let mask = try LayerMask(text, layerCount: layers)
      session.validationMasks = [mask]
      session.finalMasks = mask == .full(layers) ? [mask] : [.full(layers), mask]
    }

    Interruption.install()
    let bar = Mutex(ProgressBar("Training"))
    let complete = try session.run(shouldStop: { Interruption.isRequested }) { progress in
      let report = progress.report
      let note = String(
        format: "step %d/%d, loss %.3f, %.0f s/s", report.step, progress.totalSteps, report.loss,
        progress.audioSecondsPerSecond)
      bar.withLock {
        $0.update(Double(report.step) / Double(progress.totalSteps), note: note)
      }
    }
    bar.withLock { $0.finish() }
    if !complete {
      Dropscope.complain(
        "stopped after step \(trainer.position.step) of \(trainer.totalSteps); "
          + "the same command with --resume goes on")
    }
    return Interruption.isRequested ? Interruption.exitStatus : 0
  }

  private static func tokenizer(
    _ options: TrainingOptions, teacher: Recognizer?, checkpoint: URL?,
    transcripts: () -> [String]
  ) throws -> Tokenizer {
    func saved(_ folder: URL) throws -> Tokenizer {
      try Tokenizer(contentsOf: folder.appendingPathComponent(ModelFolder.tokensName))
    }
    if let checkpoint { return try saved(checkpoint.deletingLastPathComponent()) }
    if let tokens = options.tokens { return try Tokenizer(contentsOf: url(tokens)) }
    let inherited = options.hasFreshOutput ? nil : options.initial
    if inherited == nil, let teacher { return teacher.tokenizer }
    if let folder = inherited ?? options.teacher { return try saved(url(folder)) }
    return Tokenizer.train(transcripts: transcripts(), size: options.tokenCount)
  }

  /// The teacher as something that takes a student's features.
  private static func featureBackbone(_ teacher: Recognizer) throws -> any FeatureBackbone {
    guard let backbone = teacher.backbone as? any FeatureBackbone else {
      throw InputError(
        "the teacher \(teacher.folder.path)",
        expected: "a model that a student can share features with",
        found: type(of: teacher.backbone).modelType)
    }
    return backbone
  }

  private static func load(
    _ datasets: [(Dataset, weight: Double)], title: String, rate: Int, isStrict: Bool
  ) throws -> TrainingCorpus {
    let bar = Mutex(ProgressBar(title))
    let corpus = try TrainingCorpus(datasets, sampleRate: rate, isStrict: isStrict) { done, total in
      bar.withLock { $0.update(Double(done) / Double(total)) }
    }
    bar.withLock { $0.finish() }
    Dropscope.remark(corpus.remarks)
    LeftOut.complain(corpus.leftOut, of: corpus.name)
    return corpus
  }

  /// Evenly spread masks of these depths, without repeats.
  private static func spread(_ layers: Int, _ depths: some Sequence<Int>) -> [LayerMask] {
    var seen = Set<Int>()
    return depths.filter { $0 >= 1 && seen.insert($0).inserted }
      .map { LayerMask.spread(keeping: $0, of: layers) }
  }

  private static func url(_ path: String) -> URL {
    URL(fileURLWithPath: path).standardizedFileURL
  }
}
