// The options of `dropscope train`.

import Backbones
import Base
import Foundation
import Speech
import Training

/// What a run of training is told.
struct TrainSettings: CommandSettings {
  var training = TrainingOptions()
  var pace = TrainingPace()
  /// nil: that of the run that is gone on with.
  var recipe: String?
  var output = URL(fileURLWithPath: "")
  var resume = false
  /// Whether a file that cannot be read ends the run.
  var isStrict = false

  static var groups: [OptionGroup<Self>] {
    [
      recipes, data.at(\.training), run, model.byRecipe.at(\.training),
      optimisation.byRecipe.at(\.training), distillation.byRecipe.at(\.training),
      augmentation.byRecipe.at(\.training),
    ]
  }

  private static var recipes: OptionGroup<Self> {
    OptionGroup("Recipe") {
      Option(
        "recipe", "NAME", \.recipe, .name(in: RecipeCatalog.all), "how to train; needed to start"
      ).listing(RecipeCatalog.all.map { "\($0.name): \($0.summary)" })
    }
  }

  private static var data: OptionGroup<TrainingOptions> {
    OptionGroup("Data") {
      Option(
        repeated: "data", TrainingData.form, \.data, .path,
        "a data set; repeat it to mix several; a weight of 4 has each utterance heard four times "
          + "a pass; needed to start")
      Option(
        "format", "NAME", \.format, .name(in: DatasetCatalog.all),
        "how those that name none lie on disk, where that is not plain: "
          + DatasetCatalog.all.names.joined(separator: ", "))
      Option("split", "NAME", \.split, .text, "the split to train on of those that name none")
      developmentSplit
      tokens
      tokenCount
    } check: { _, arguments in
      let others = arguments.given(tokens.name, initial.name, teacher.name)
      if !arguments.given(tokenCount.name).isEmpty,
        arguments.given(initialEncoder.name).isEmpty, let other = others.first
      {
        throw UsageError(
          "options --\(tokenCount.name) and --\(other) exclude each other: that has tokens")
      }
    }
  }

  static var developmentSplit: Option<TrainingOptions> {
    Option(
      "dev-split", "NAME", \.developmentSplit, .text,
      "the split to validate on, where a data set has it")
  }
  private static var tokens: Option<TrainingOptions> {
    Option(
      "tokens", "FILE", \.tokens, .path, "a tokens.txt",
      absent: "that of --init, of --teacher, or a new one")
  }
  private static var tokenCount: Option<TrainingOptions> {
    Option(
      "token-count", "N", \.tokenCount, .integer(in: 2...65536),
      "units of a new one, blank included")
  }

  private static var run: OptionGroup<Self> {
    let epochs = Option(
      "epochs", "N", \Self.training.epochs, .integer(in: 1...100_000),
      "passes over the data, which set the schedule's length")
    let steps = Option(
      "steps", "N", \Self.training.steps, .integer(in: 1...1_000_000_000),
      "steps instead of epochs")
    let minutes = ValueReader.number(in: 0...1e6)
    return OptionGroup("Run") {
      Option.output("DIR", \.output, "where the model goes")
      Option(
        flag: "resume", \.resume, "go on from the checkpoint in --output, when there is one")
      Option.strict(\.isStrict)
      epochs
      steps
      Option(
        "minutes", "M", \.pace.minutes, minutes, "stop and save after M minutes; --resume goes on")
      Option(
        "seed", "N", \.training.seed, .seed,
        "what fresh weights, the order of the data and all draws follow from")
      Option(
        "shards", "N", \.training.shards, .integer(in: 1...256),
        "threads; part of what makes a run reproducible")
      Option(
        "checkpoint-minutes", "M", \.pace.checkpointMinutes, minutes,
        "from one checkpoint to the next")
      Option(
        "validate-minutes", "M", \.pace.validateMinutes, minutes,
        "from one validation to the next")
      Option(
        "validate-utterances", "N", \.pace.validationUtterances, .count,
        "while training; at the end the whole split is used")
      Option("log-steps", "N", \.pace.logEverySteps, .count, "steps to a line of the log")
    } check: { _, arguments in
      if arguments.given(epochs.name, steps.name).count > 1 {
        throw UsageError("options --\(epochs.name) and --\(steps.name) exclude each other")
      }
    }
  }

  private static var model: OptionGroup<TrainingOptions> {
    OptionGroup("Model") {
      initial
      initialEncoder
      sizes
      Option(
        "dropout", "P", \.dropout, .number(in: 0...0.9),
        "share of hidden values left out while training")
      freezesFrontEnd
      trainedLayers
    } check: { _, arguments in
      if arguments.given(initial.name, initialEncoder.name).count > 1 {
        throw UsageError(
          "options --\(initial.name) and --\(initialEncoder.name) exclude each other")
      }
    }
  }

  private static var initial: Option<TrainingOptions> {
    Option(
      "init", "DIR", \.initialModel, .path,
      "start from a model's weights, with its sizes and tokens: a Conformer of this program or a "
        + "Hugging Face folder")
  }
  private static var initialEncoder: Option<TrainingOptions> {
    Option(
      "init-encoder", "DIR", \.initialEncoder, .path,
      "the same but for tokens and output layer, which start anew: tokens of several letters are "
        + "learnt from what single letters taught")
  }
  private static var freezesFrontEnd: Option<TrainingOptions> {
    Option(
      flag: "freeze-front-end", \.freezesFrontEnd,
      "leave the convolutions over samples of a Hugging Face model as they are, which saves their "
        + "backward pass and its memory")
  }

  private static var trainedLayers: Option<TrainingOptions> {
    Option(
      "train-layers", "N,N...", \.trainedLayers,
      ValueReader<[Int]>(
        "layers from 1, with commas between, each once",
        word: { $0.map(String.init).joined(separator: ",") }
      ) { text in
        let layers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let known = layers.compactMap { $0 }.filter { $0 >= 1 }
        return known.count == layers.count && Set(known).count == known.count ? known : nil
      },
      "only these learn, such as the two beside a cut; everything else stays as --init has it",
      absent: "everything learns")
  }
  private static var fixedMask: Option<TrainingOptions> {
    Option(
      "mask", "BITS", \.fixedMask,
      ValueReader("characters 0 and 1, at least one of them 1") { text in
        text.allSatisfy { $0 == "0" || $0 == "1" } && text.contains("1") ? text : nil
      },
      "these layers in every step in place of drawn ones, layer 1 first, 1 runs, 0 is skipped: "
        + "with --train-layers a cut is tuned that prune then makes", absent: "drawn")
  }

  private static var heads: Option<TrainingOptions> {
    Option(
      "heads", "N", \.heads, .integer(in: 1...512), "attention heads of a layer")
  }
  private static var width: Option<TrainingOptions> {
    Option(
      "width", "N", \.width, .integer(in: 2...8192), "of the hidden frames")
  }
  private static var kernel: Option<TrainingOptions> {
    Option(
      "kernel", "N", \.kernel, .integer(in: 1...1023),
      "frames that a layer's convolution sees, odd")
  }

  @OptionBuilder<TrainingOptions> private static var sizes: [Option<TrainingOptions>] {
    Option("layers", "N", \.layers, .integer(in: 1...64), "layers that can be dropped")
    width
    heads
    Option(
      "feed-forward", "N", \.feedForward, .integer(in: 1...65536),
      "inner width of the feed-forward modules")
    kernel
    Option(
      "skip-rule", "RULE", \.skipRule, .entry(of: Catalogue("skip rule")),
      "what a skipped layer does: "
        + SkipRule.allCases.map(\.rawValue).joined(separator: " or "))
  }

  private static var optimisation: OptionGroup<TrainingOptions> {
    OptionGroup("Optimisation") {
      Option("batch-seconds", "S", \.batchSeconds, .positive, "audio of a batch")
      Option(
        "length-buckets", "N", \.lengthBuckets, .integer(in: 1...10_000),
        "batches of N classes of length; 1 mixes all lengths")
      Option(
        "learning-rate", "R", \.learningRate, .positive, "peak, after the warm-up, then cosine")
      Option("warmup", "N", \.warmup, .integer(in: 0...1_000_000_000), "steps until the peak")
      Option(
        "final-rate", "R", \.finalRate, .fraction, "end of the cosine as a fraction of the peak")
      Option("weight-decay", "D", \.weightDecay, .fraction, "AdamW's")
      Option("clip", "N", \.clip, .positive, "global gradient norm")
      Option(
        "ema", "D", \.average, .number(in: 0...0.999999),
        "export the moving average of the weights, decay D; 0 = off")
    }
  }

  private static var teacher: Option<TrainingOptions> {
    Option(
      "teacher", "DIR", \.teacher, .path,
      "the frozen reference of recipes that take one: "
        + RecipeCatalog.all.filter { $0.takesTeacher }.map { $0.name }.joined(separator: ", ")
        + " (dld-plus without: its own full pass)")
  }
  private static var cachesTeacher: Option<TrainingOptions> {
    Option(
      flag: "cache-teacher", \.cachesTeacher,
      "ask it once about each utterance, clean, and keep the answer; an utterance then has the same "
        + "speed in every epoch")
  }
  private static var hiddenWeight: Option<TrainingOptions> {
    Option(
      "hidden-weight", "W", \.hiddenWeight, .weight,
      "of the mean square difference from the teacher's hidden frames, where they go into the head")
  }

  private static var distillation: OptionGroup<TrainingOptions> {
    OptionGroup("Layer dropping and distillation") {
      Option(
        "gates", "KIND", \.gates, .entry(of: Catalogue("gates")),
        "how the layers of a step are drawn"
      ).listing(GateDistribution.allCases.map { "\($0.rawValue): \($0.summary)" })
      Option(
        "keep-probability", "P", \.keepProbability, .number(in: 0.001...1),
        "of each layer's gate; no draw keeps none"
      )
      fixedMask
      teacher
      cachesTeacher
      Option("kl-weight", "L", \.klWeight, .weight, "of the divergence from the teacher")
      Option(
        "temperature", "T", \.temperature, .number(in: 0.01...100),
        "that both distributions are softened by"
      )
      hiddenWeight
      Option(
        "kl-blank-weight", "W", \.blankWeight, .weight,
        "of frames that the teacher is sure are blank"
      )
      Option(
        "partial-passes", "N", \.partialPasses, .integer(in: 1...64),
        "with some layers, in each step of dld-plus"
      )
      Option("partial-weight", "W", \.partialWeight, .weight, "of each of them")
      Option(
        "exits", "N", \.exits, .integer(in: 0...64),
        "depths at which its full pass speaks as well"
      )
      Option(
        "kl-reduction", "KIND", \.klReduction, .entry(of: Catalogue("reduction")),
        "frame (mean) or utterance (sum over frames, mean over utterances)"
      )
    }
  }

  private static var augmentation: OptionGroup<TrainingOptions> {
    OptionGroup("Augmentation") {
      Option(
        "speed-probability", "P", \.waveform.speedProbability, .fraction,
        "of a change of speed")
      Option(
        "speed-range", "R", \.waveform.speedRange, .number(in: 0...0.5),
        "the largest, as a fraction either way")
      Option("noise-probability", "P", \.waveform.noiseProbability, .fraction, "of added noise")
      Option(
        "noise-snr", "LOW,HIGH", \.waveform.noiseRatios, .decibels,
        "signal-to-noise ratio in dB")
      Option(
        "room-probability", "P", \.waveform.roomProbability, .fraction, "of the echoes of a room")
      Option(
        "colour-probability", "P", \.waveform.colourProbability, .fraction,
        "of a microphone that makes some bands louder than others")
      Option(
        "telephone-probability", "P", \.waveform.telephoneProbability, .fraction,
        "of a telephone's band and coding")
      Option(
        "level-probability", "P", \.waveform.levelProbability, .fraction,
        "of a change of level")
      Option(
        "level-range", "DB", \.waveform.levelRange, .number(in: 0...60),
        "the largest, either way")
      Option(
        "time-masks", "N", \.specAugment.timeMasks, .integer(in: 0...100),
        "stretches of time left out")
      Option(
        "time-width", "FRAMES", \.specAugment.timeWidth, .integer(in: 0...10000), "the longest")
      Option(
        "frequency-masks", "N", \.specAugment.frequencyMasks, .integer(in: 0...100),
        "bands of frequency left out")
      Option(
        "frequency-width", "BINS", \.specAugment.frequencyWidth, .integer(in: 0...1000),
        "the widest")
    }
  }

  // MARK: what goes together

  /// Throws `UsageError` for what does not fit together, the folder to start from included.
  /// - Parameter standard: the same options with nothing given but that folder.
  static func check(_ options: TrainingOptions, standard: TrainingOptions) throws {
    if options.cachesTeacher, options.teacher == nil {
      throw UsageError("option --\(cachesTeacher.name): expected \(teacher.usage), found none")
    }
    if options.matchesHidden, options.teacher == nil || options.cachesTeacher {
      throw UsageError(
        "option --\(hiddenWeight.name): expected \(teacher.usage) without "
          + "--\(cachesTeacher.name), which keeps no hidden frames")
    }
    if let mask = options.fixedMask {
      guard mask.count == options.layers else {
        throw UsageError(
          "option --\(fixedMask.name): expected \(options.layers) characters, one a layer of the "
            + "model, found \(mask.count) in '\(mask)'")
      }
      let passes = try RecipeCatalog.all.named(options.recipe).passes(
        step: 0, layerCount: options.layers, options: options)
      guard passes.contains(where: { $0.mask.description == mask }) else {
        throw UsageError(
          "option --\(fixedMask.name): expected a recipe that drops layers, found \(options.recipe)"
        )
      }
    }
    if let layers = options.trainedLayers {
      if options.initialModel == nil {
        throw UsageError("option --\(trainedLayers.name) goes with --\(initial.name) DIR")
      }
      if let wrong = layers.first(where: { $0 > options.layers }) {
        throw UsageError(
          "option --\(trainedLayers.name): expected 1 to \(options.layers), the model's layers, "
            + "found '\(wrong)'")
      }
    }
    let family = try options.family
    if options.freezesFrontEnd, !family.freezesFrontEnd {
      throw UsageError(
        "option --\(freezesFrontEnd.name): expected a Hugging Face folder as --\(initial.name)")
    }
    guard family.startsFromScratch else {
      let fixed = [initialEncoder, tokens, tokenCount] + sizes
      if let changed = fixed.first(where: { $0.word(options) != $0.word(standard) }) {
        throw UsageError(
          "option --\(changed.name): expected none, since \(options.initial ?? "") is a Hugging "
            + "Face folder")
      }
      return
    }
    guard options.width % 2 == 0, options.width % options.heads == 0 else {
      throw UsageError(
        "option --\(width.name): expected an even multiple of --\(heads.name) \(options.heads), "
          + "found '\(options.width)'")
    }
    guard options.kernel % 2 == 1 else {
      throw UsageError(
        "option --\(kernel.name): expected an odd number, found '\(options.kernel)'")
    }
  }
}
