// `dropscope train`: trains a Conformer, or a model of the wav2vec 2.0 family, by one of the recipes.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import Training

enum TrainCommand: Command {
  static let name = "train"
  static let summary = "train a recogniser, with or without layer dropping and distillation"
  static let help = """
    Usage: dropscope train --recipe NAME --data DIR... --output DIR [OPTION]...

    Trains a Conformer CTC recogniser on this machine's processors and leaves a model folder:
    config.json, model.safetensors, tokens.txt, README.md (the model card), train.jsonl (the log).
    With a Hugging Face folder as --init it trains that WavLM, wav2vec 2.0 or HuBERT recogniser, and
    leaves such a folder. Ctrl-C stops after the current step and saves; --resume goes on with the
    very next step. The same options and seed give the same weights, interrupted or not.

    Recipes:
    \(RecipeCatalog.all.map { "  " + pad($0.name, 15) + $0.summary }.joined(separator: "\n"))

    Data:
      --data DIR             a data set; repeat it to mix several
      --format NAME          how they lie on disk, where that is not plain:
                             \(DatasetCatalog.all.map { $0.name }.joined(separator: ", "))
      --split NAME           the split to train on (train)
      --dev-split NAME       the split to validate on, where a data set has it (dev)
      --tokens FILE          a tokens.txt; else that of --init, of --teacher, or a new one
      --token-count N        units of a new one, blank included (256)

    Run:
      --output DIR           where the model goes
      --resume               go on from the checkpoint in --output, when there is one
      --epochs N             passes over the data, which set the schedule's length (20)
      --steps N              steps instead of epochs
      --minutes M            stop and save after M minutes; --resume goes on
      --seed N               (1)
      --shards N             threads; part of what makes a run reproducible (2)
      --checkpoint-minutes M (5)      --validate-minutes M   (10)
      --validate-utterances N  while training; at the end the whole split is used (200)
      --log-steps N          steps to a line of the log (10)

    Model:
      --init DIR             start from a model's weights, with its sizes and tokens: a Conformer of
                             this program or a Hugging Face folder
      --init-encoder DIR     the same but for tokens and output layer, which start anew: tokens of
                             several letters are learnt from what single letters taught
      --layers N (12)        --width N (128)        --heads N (4)
      --feed-forward N (512) --kernel N (31)        --dropout P (0.1)
      --skip-rule RULE       identity or normalized: what a skipped layer does (identity)
      --freeze-front-end     leave the convolutions over samples of a Hugging Face model as they are,
                             which saves their backward pass and its memory

    Optimisation:
      --batch-seconds S      audio of a batch (40)  --length-buckets N  1 mixes lengths (1)
      --learning-rate R      peak, after --warmup steps (500), then cosine (0.0015)
      --final-rate R         end of the cosine as a fraction of the peak (0.01)
      --weight-decay D (0.01) --clip N  global gradient norm (1)
      --ema D                export the moving average of the weights, decay D; 0 = off (0)

    Layer dropping and distillation:
      --gates KIND           bernoulli (each layer alone), linear (the same, deeper ones dropped more
                             often), uniform (first how many), spread (how many, then half the
                             time evenly spread ones), shallow (the same, few most often) or
                             ladder (spread ones three times in four)
                             (bernoulli; dld-plus: ladder)
      --keep-probability P   of each layer's gate (0.5); no draw keeps none
      --teacher DIR          the frozen reference of recipes dld and dld-plus (dld-plus without:
                             its own full pass)
      --cache-teacher        ask it once about each utterance, clean, and keep the answer; an
                             utterance then has the same speed in every epoch
      --kl-weight L (1)      --temperature T (1)
      --hidden-weight W      of the mean square difference from the teacher's hidden frames, where they
                             go into the head (0)
      --kl-blank-weight W    of frames that the teacher is sure are blank (1)
      --partial-passes N     with some layers, in each step of dld-plus (1)
      --partial-weight W     of each of them (1)
      --exits N              depths at which its full pass speaks as well (0)
      --kl-reduction KIND    frame (mean) or utterance (sum over frames, mean over utterances) (frame)

    Augmentation:
      --speed-probability P (0.5)  --speed-range R (0.1)
      --noise-probability P (0.3)  --noise-snr LOW,HIGH  in dB (5,30)
      --level-probability P (0.5)  --level-range DB (10)
      --time-masks N (2)           --time-width FRAMES (40)
      --frequency-masks N (2)      --frequency-width BINS (20)
    """

  private static let valueOptions = [
    "recipe", "data", "format", "split", "dev-split", "tokens", "token-count", "output", "epochs",
    "steps", "minutes", "seed", "shards", "checkpoint-minutes", "validate-minutes",
    "validate-utterances", "log-steps", "init", "init-encoder", "layers", "width", "heads",
    "feed-forward", "kernel", "dropout", "skip-rule", "batch-seconds", "length-buckets",
    "learning-rate", "warmup", "final-rate", "weight-decay", "clip", "ema", "gates",
    "keep-probability", "teacher", "kl-weight", "temperature", "kl-reduction", "kl-blank-weight",
    "partial-weight", "partial-passes", "exits", "hidden-weight", "speed-probability",
    "speed-range", "noise-probability", "noise-snr", "level-probability", "level-range",
    "time-masks", "time-width", "frequency-masks", "frequency-width",
  ]

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw, options: valueOptions, flags: ["resume", "freeze-front-end", "cache-teacher"])
    let output = URL(fileURLWithPath: try arguments.required("output"))
    let checkpoint = Checkpoint.url(in: output)
    let resumed = try found(checkpoint, in: output, resume: arguments.flag("resume"))

    var options = TrainingOptions()
    if let resumed {
      options = try Checkpoint.progress(of: resumed).options
      let saved = options
      try read(arguments, into: &options)
      guard options == saved else {
        throw InputError(
          resumed.path, expected: "the options the run was started with", found: "others")
      }
    } else {
      if let folder = arguments.string("init") ?? arguments.string("init-encoder") {
        try takeSizes(of: url(folder), into: &options)
      }
      let recipes = RecipeCatalog.all.map { $0.name }
      guard let recipe = try arguments.choice("recipe", of: recipes) else {
        throw UsageError("option --recipe is required: one of \(recipes.joined(separator: ", "))")
      }
      try RecipeCatalog.named(recipe).setDefaults(of: &options)
      try read(arguments, into: &options)
      if options.data.isEmpty { throw UsageError("option --data is required") }
    }
    return try train(options, arguments, raw: raw, output: output, checkpoint: resumed)
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

  // MARK: options

  /// Sets what the command line gives; everything else stays.
  private static func read(_ arguments: Arguments, into options: inout TrainingOptions) throws {
    let unit = 0.0...1.0
    let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude
    let count = 1...Int.max
    func set<Value>(_ value: Value?, _ path: WritableKeyPath<TrainingOptions, Value>) {
      if let value { options[keyPath: path] = value }
    }
    set(
      try arguments.choice("recipe", of: RecipeCatalog.all.map { $0.name }), \.recipe)
    if !arguments.strings("data").isEmpty {
      options.data = arguments.strings("data").map { url($0).path }
    }
    set(arguments.string("split"), \.split)
    if let format = try arguments.choice("format", of: DatasetCatalog.all.map { $0.name }) {
      options.format = format
    }
    set(arguments.string("dev-split"), \.developmentSplit)
    if let path = arguments.string("tokens") { options.tokens = url(path).path }
    if arguments.string("init") != nil, arguments.string("init-encoder") != nil {
      throw UsageError("options --init and --init-encoder exclude each other")
    }
    if let path = arguments.string("init") ?? arguments.string("init-encoder") {
      options.initial = url(path).path
      options.hasFreshOutput = arguments.string("init-encoder") != nil
    }
    if let path = arguments.string("teacher") { options.teacher = url(path).path }
    set(try arguments.integer("token-count", in: 2...65536), \.tokenCount)
    if arguments.string("epochs") != nil, arguments.string("steps") != nil {
      throw UsageError("options --epochs and --steps exclude each other")
    }
    let others = ["tokens", "init", "teacher"].filter { arguments.string($0) != nil }
    if arguments.string("token-count") != nil, arguments.string("init-encoder") == nil,
      let other = others.first
    {
      throw UsageError("options --token-count and --\(other) exclude each other: that has tokens")
    }
    set(try arguments.integer("epochs", in: count), \.epochs)
    if let steps = try arguments.integer("steps", in: count) { options.steps = steps }
    set(try arguments.seed("seed"), \.seed)
    set(try arguments.integer("shards", in: 1...256), \.shards)
    set(try arguments.number("batch-seconds", in: positive), \.batchSeconds)
    set(try arguments.integer("length-buckets", in: count), \.lengthBuckets)
    set(try arguments.number("learning-rate", in: positive), \.learningRate)
    set(try arguments.integer("warmup", in: 0...Int.max), \.warmup)
    set(try arguments.number("final-rate", in: unit), \.finalRate)
    set(try arguments.number("weight-decay", in: unit), \.weightDecay)
    set(try arguments.number("clip", in: positive), \.clip)
    set(try arguments.number("ema", in: 0...0.999999), \.average)
    set(
      try arguments.choice("gates", of: GateDistribution.allCases.map(\.rawValue))
        .flatMap(GateDistribution.init), \.gates)
    set(try arguments.number("keep-probability", in: 0.001...1), \.keepProbability)
    set(try arguments.number("kl-weight", in: 0...1e6), \.klWeight)
    set(try arguments.number("temperature", in: 0.01...100), \.temperature)
    set(try arguments.number("kl-blank-weight", in: 0...1e6), \.blankWeight)
    set(try arguments.number("partial-weight", in: 0...1e6), \.partialWeight)
    set(try arguments.integer("partial-passes", in: 1...64), \.partialPasses)
    set(try arguments.integer("exits", in: 0...64), \.exits)
    set(
      try arguments.choice("kl-reduction", of: KLReduction.allCases.map(\.rawValue))
        .flatMap(KLReduction.init), \.klReduction)
    set(try arguments.integer("layers", in: 1...64), \.layers)
    set(try arguments.integer("width", in: 2...8192), \.width)
    set(try arguments.integer("heads", in: 1...512), \.heads)
    set(try arguments.integer("feed-forward", in: 1...65536), \.feedForward)
    set(try arguments.integer("kernel", in: 1...1023), \.kernel)
    set(try arguments.number("dropout", in: 0...0.9), \.dropout)
    if arguments.flag("freeze-front-end") { options.freezesFrontEnd = true }
    if arguments.flag("cache-teacher") {
      guard options.teacher != nil else {
        throw UsageError("option --cache-teacher: expected --teacher DIR, found none")
      }
      options.cachesTeacher = true
    }
    set(try arguments.number("hidden-weight", in: 0...1e6), \.hiddenWeight)
    if options.matchesHidden, options.teacher == nil || options.cachesTeacher {
      throw UsageError(
        "option --hidden-weight: expected --teacher DIR without --cache-teacher, which keeps no "
          + "hidden frames")
    }
    set(
      try arguments.choice("skip-rule", of: SkipRule.allCases.map(\.rawValue))
        .flatMap(SkipRule.init), \.skipRule)
    set(try arguments.number("speed-probability", in: unit), \.waveform.speedProbability)
    set(try arguments.number("speed-range", in: 0...0.5), \.waveform.speedRange)
    set(try arguments.number("noise-probability", in: unit), \.waveform.noiseProbability)
    if let text = arguments.string("noise-snr") {
      let bounds = text.split(separator: ",").compactMap { Double($0) }
      guard bounds.count == 2, bounds[0] <= bounds[1] else {
        throw UsageError("option --noise-snr: expected LOW,HIGH in dB, found '\(text)'")
      }
      options.waveform.lowestSNR = bounds[0]
      options.waveform.highestSNR = bounds[1]
    }
    set(try arguments.number("level-probability", in: unit), \.waveform.levelProbability)
    set(try arguments.number("level-range", in: 0...60), \.waveform.levelRange)
    set(try arguments.integer("time-masks", in: 0...100), \.specAugment.timeMasks)
    set(try arguments.integer("time-width", in: 0...10000), \.specAugment.timeWidth)
    set(try arguments.integer("frequency-masks", in: 0...100), \.specAugment.frequencyMasks)
    set(try arguments.integer("frequency-width", in: 0...1000), \.specAugment.frequencyWidth)
    if let initial = options.initial, try isHuggingFace(url(initial)) {
      try checkUnchanged(initial, options)
      return
    }
    if options.freezesFrontEnd {
      throw UsageError("option --freeze-front-end: expected a Hugging Face folder as --init")
    }
    guard options.width % 2 == 0, options.width % options.heads == 0 else {
      throw UsageError(
        "option --width: expected an even multiple of --heads \(options.heads), found "
          + "'\(options.width)'")
    }
    guard options.kernel % 2 == 1 else {
      throw UsageError("option --kernel: expected an odd number, found '\(options.kernel)'")
    }
  }

  private static func configuration<Value>(
    of folder: URL, _ read: (URL) throws -> Value
  ) throws -> Value {
    try read(folder.appendingPathComponent(ModelFolder.configurationName))
  }

  /// Whether a folder holds a model of the wav2vec 2.0 family.
  private static func isHuggingFace(_ folder: URL) throws -> Bool {
    let type = try ModelFolder.modelType(of: folder)
    let kinds = Wav2Vec2Configuration.Kind.allCases.filter { $0 != .conformer }.map(\.rawValue)
    guard type == Conformer.modelType || kinds.contains(type) else {
      throw InputError(
        folder.path,
        expected:
          "a model that can be trained: \(([Conformer.modelType] + kinds).joined(separator: ", "))",
        found: type)
    }
    return type != Conformer.modelType
  }

  /// Sizes of a saved model as defaults.
  private static func takeSizes(of folder: URL, into options: inout TrainingOptions) throws {
    if try isHuggingFace(folder) {
      let saved = try configuration(of: folder, Wav2Vec2Configuration.init(contentsOf:))
      options.layers = saved.layers
      options.width = saved.width
      options.heads = saved.heads
      options.feedForward = saved.feedForward
    } else {
      let saved = try configuration(of: folder, ConformerConfiguration.init(contentsOf:))
      options.layers = saved.layers
      options.width = saved.width
      options.heads = saved.heads
      options.feedForward = saved.feedForward
      options.kernel = saved.kernel
      options.skipRule = saved.skipRule
    }
  }

  /// A Hugging Face model is trained as it is: its sizes, its tokens, its one way of skipping.
  private static func checkUnchanged(_ initial: String, _ options: TrainingOptions) throws {
    var plain = TrainingOptions()
    try takeSizes(of: url(initial), into: &plain)
    let cases: [(name: String, isSame: Bool)] = [
      ("init-encoder", !options.hasFreshOutput), ("tokens", options.tokens == nil),
      ("token-count", options.tokenCount == plain.tokenCount),
      ("layers", options.layers == plain.layers), ("width", options.width == plain.width),
      ("heads", options.heads == plain.heads),
      ("feed-forward", options.feedForward == plain.feedForward),
      ("kernel", options.kernel == plain.kernel),
      ("skip-rule", options.skipRule == plain.skipRule),
    ]
    if let changed = cases.first(where: { !$0.isSame }) {
      throw UsageError(
        "option --\(changed.name): expected none, since \(initial) is a Hugging Face folder")
    }
  }

  // MARK: the run

  private static func train(
    _ options: TrainingOptions, _ arguments: Arguments, raw: [String], output: URL, checkpoint: URL?
  ) throws -> Int32 {
    // Cheap checks before minutes of loading.
    let recipe = try RecipeCatalog.named(options.recipe)
    if recipe.needsTeacher && options.teacher == nil {
      throw UsageError("option --teacher is required by recipe \(options.recipe)")
    }
    let teacher =
      recipe.takesTeacher ? try options.teacher.map { try Recognizer(contentsOf: url($0)) } : nil

    let roots = options.data.map(url)
    let training = try roots.map {
      try Dataset(contentsOf: $0, split: options.split, format: options.format)
    }
    let heldOutSets = try roots.filter {
      try Dataset.splits(of: $0, format: options.format).contains(options.developmentSplit)
    }.map { root in
      Result {
        try Dataset(contentsOf: root, split: options.developmentSplit, format: options.format)
      }
    }
    if let split = arguments.string("dev-split"), heldOutSets.isEmpty {
      throw InputError(
        roots.map(\.path).joined(separator: ", "), expected: "a split \"\(split)\" to validate on",
        found: "none of that name")
    }
    if let initial = options.initial, try isHuggingFace(url(initial)) {
      let model = try TrainableWav2Vec2(
        contentsOf: url(initial), dropout: Float(options.dropout),
        freezesConvolutions: options.freezesFrontEnd)
      return try train(
        model, tokenizer: try Recognizer(contentsOf: url(initial)).tokenizer, teacher: teacher,
        training, heldOutSets, options, arguments, raw: raw, output: output,
        checkpoint: checkpoint)
    }
    let tokenizer = try tokenizer(options, teacher: teacher, checkpoint: checkpoint) {
      training.flatMap { $0.utterances.map(\.transcript) }
    }
    return try train(
      try conformer(options, tokenCount: tokenizer.count), tokenizer: tokenizer, teacher: teacher,
      training, heldOutSets, options, arguments, raw: raw, output: output, checkpoint: checkpoint)
  }

  private static func train(
    _ model: some TrainableBackbone, tokenizer: Tokenizer, teacher: Recognizer?,
    _ training: [Dataset], _ heldOutSets: [Result<Dataset, any Error>],
    _ options: TrainingOptions, _ arguments: Arguments, raw: [String], output: URL,
    checkpoint: URL?
  ) throws -> Int32 {
    if let teacher, teacher.tokenizer.pieces != tokenizer.pieces {
      throw InputError(
        "--teacher \(teacher.folder.path)", expected: "the student's tokens", found: "others")
    }
    let featureTeacher = try teacher.map(featureBackbone)
    if let featureTeacher {
      try Teacher.check(featureTeacher, fits: model, options)
    }
    let rate = model.features.sampleRate
    let everything = try load(training, title: "Reading \(options.split)", rate: rate)
    let heldOut =
      heldOutSets.isEmpty
      ? nil
      : try load(
        heldOutSets.map { try $0.get() }, title: "Reading \(options.developmentSplit)", rate: rate)
    let allTargets = everything.transcripts.map(tokenizer.encode)
    let usable = everything.usable(
      by: model, targets: allTargets, augmentation: options.waveform
    ).filter { tokenizer.canEncode(everything.transcripts[$0]) }
    if usable.count < everything.count {
      Dropscope.complain(
        "\(everything.count - usable.count) of \(everything.count) utterances are left out: too "
          + "short for their transcripts, or with characters that have no token")
    }
    let trainer = try Trainer(
      model: model, corpus: everything.choosing(usable), targets: usable.map { allTargets[$0] },
      options: options, teacher: featureTeacher)

    var pace = TrainingPace()
    if let value = try arguments.number("checkpoint-minutes", in: 0...1e6) {
      pace.checkpointMinutes = value
    }
    if let value = try arguments.number("validate-minutes", in: 0...1e6) {
      pace.validateMinutes = value
    }
    pace.minutes = try arguments.number("minutes", in: 0...1e6)
    if let value = try arguments.integer("log-steps", in: 1...Int.max) {
      pace.logEverySteps = value
    }
    let command = (["dropscope", name] + raw).map(quoted).joined(separator: " ")
    let session = try TrainingSession(
      trainer: trainer, tokenizer: tokenizer, heldOut: heldOut, output: output, pace: pace,
      provenance: Provenance(command: command, machine: Machine.description),
      resuming: checkpoint)
    if let value = try arguments.integer("validate-utterances", in: 1...Int.max) {
      session.validationUtterances = value
    }
    let layers = model.layerCount
    session.validationMasks = spread(layers, [1, 2, 3].map { layers / $0 })
    session.finalMasks = spread(layers, stride(from: layers, to: 0, by: -max(1, layers / 6)))

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

  /// Fresh, or with the weights and running statistics of `--init`.
  private static func conformer(_ options: TrainingOptions, tokenCount: Int) throws
    -> TrainableConformer
  {
    var configuration = ConformerConfiguration()
    if let initial = options.initial {
      configuration = try Self.configuration(
        of: url(initial), ConformerConfiguration.init(contentsOf:))
    }
    configuration.layers = options.layers
    configuration.width = options.width
    configuration.heads = options.heads
    configuration.feedForward = options.feedForward
    configuration.kernel = options.kernel
    configuration.dropout = Float(options.dropout)
    configuration.skipRule = options.skipRule
    configuration.vocabulary = tokenCount
    let model = TrainableConformer(configuration, seed: options.seed)
    if let initial = options.initial {
      let file = try SafetensorsFile(
        contentsOf: url(initial).appendingPathComponent(ModelFolder.weightsName))
      for (layout, values) in [(model.layout, model.weights), (model.stateLayout, model.state)] {
        for parameter in layout.parameters
        where !(options.hasFreshOutput && TrainableConformer.isOutput(parameter)) {
          values.set(parameter, to: try file.tensor(parameter.name, shape: parameter.shape))
        }
      }
    }
    return model
  }

  /// The teacher as something that takes a student's features.
  private static func featureBackbone(_ teacher: Recognizer) throws -> any FeatureBackbone {
    guard let backbone = teacher.backbone as? any FeatureBackbone else {
      throw InputError(
        "--teacher \(teacher.folder.path)",
        expected: "a model that a student can share features with",
        found: type(of: teacher.backbone).modelType)
    }
    return backbone
  }

  private static func load(_ datasets: [Dataset], title: String, rate: Int) throws
    -> TrainingCorpus
  {
    let bar = Mutex(ProgressBar(title))
    let corpus = try TrainingCorpus(datasets, sampleRate: rate) { done, total in
      bar.withLock { $0.update(Double(done) / Double(total)) }
    }
    bar.withLock { $0.finish() }
    return corpus
  }

  /// Evenly spread masks of these depths, without repeats.
  private static func spread(_ layers: Int, _ depths: some Sequence<Int>) -> [LayerMask] {
    var seen = Set<Int>()
    return depths.filter { $0 >= 1 && seen.insert($0).inserted }
      .map { LayerMask.spread(keeping: $0, of: layers) }
  }

  // MARK: words

  private static func url(_ path: String) -> URL {
    URL(fileURLWithPath: path).standardizedFileURL
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text.padding(toLength: width, withPad: " ", startingAt: 0)
  }

  /// As a shell would take it.
  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0) }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
