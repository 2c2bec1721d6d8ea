// `dropscope bench`: how fast this machine recognises and trains, against its own matrix products.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization
import Tradeoff
import Training

enum BenchCommand: Command {
  static let name = "bench"
  static let summary = "measure speed: recognition at each depth, training, the machine's peak"
  static let usage = "\(name) [OPTION]..."
  static let explanation = """
    Measures, on the utterances of a split: recognition of each with one thread at several depths,
    recognition of one recording with all threads, training steps of every recipe (the weights are
    thrown away; Conformer only), and the rate of single-precision matrix products (sgemm,
    768 x 768) that the same processors reach in the same run. Nothing else should be running.

    --pytorch and --onnxruntime, which go together, run the same weights and layers in those as well:
    recordings of several lengths with one thread and with all, and the split as fast as it goes (theirs
    by its fastest way: all threads on one utterance, as many sessions of one thread, or batches). All
    take turns, round by round; ratios are their time over ours, the median of the rounds and what
    lies between their tenth and ninetieth percentile. Our times begin with samples; theirs with what
    the network takes, made ready by us: features, or normalised samples. Log-probabilities that are not
    ours, but for 0.001 of the largest, are an error; in int8 all round differently, and the difference
    is told.
    """

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var data = DataOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var threads = Threads()
    var seconds: [Double] = []
    var steps = 20
    var batchSeconds = 40.0
    var lengthBuckets = 1
    var pytorch: String?
    var onnxruntime: String?
    var isTrainingOnly = false
    var isRecognitionOnly = false
    var isJSON = false

    static var groups: [OptionGroup<Self>] {
      [
        ModelOptions.group().at(\.model), DataOptions.group().at(\.data),
        LayerOptions.group(
          several: "They take lists; without them 12, 9, 6 and 3 layers of 12 are measured, spread."
        ).at(\.layers),
        ComputeOptions.group().at(\.compute),
        OptionGroup("Run") {
          Option.threads(\.threads, "of training, of the recording, of the peak beside them")
          Option(
            list: "seconds", "LIST", \.seconds, .number(in: 0.1...3600),
            "of the recording, the split's utterances one after the other",
            absent: "10; in turns with others 1,2.5,5,10,30")
          Option(
            "steps", "N", \.steps, .integer(in: 1...100_000),
            "timed training steps of each recipe")
          Option(
            "batch-seconds", "S", \.batchSeconds, .number(in: 1...10_000),
            "audio of a training batch")
          Option(
            "length-buckets", "N", \.lengthBuckets, .integer(in: 1...10_000),
            "batches of N classes of length; 1 mixes all lengths")
          Option(
            "pytorch", "PYTHON", \.pytorch, .text,
            "run the same model in PyTorch too, by this interpreter: recognition of a Conformer or a "
              + "Hugging Face folder (in transformers), training of a Conformer on the same batches "
              + "and masks")
          Option(
            "onnxruntime", "PYTHON", \.onnxruntime, .text,
            "run recognition in ONNX Runtime too, by this interpreter, whose PyTorch exports the "
              + "model; --precision int8 is beside its dynamic quantisation of products")
          Option(flag: "training", \.isTrainingOnly, "training only")
          Option(flag: "recognition", \.isRecognitionOnly, "recognition only")
          Option.json(\.isJSON, "one object")
        } check: { settings, arguments in
          for chosen in settings.rivals { try chosen.rival.check(settings.compute.compute) }
          if settings.isTrainingOnly, settings.isRecognitionOnly {
            throw UsageError("--training and --recognition cannot be given together")
          }
          if settings.isTrainingOnly, settings.onnxruntime != nil {
            throw UsageError(
              "--training and --onnxruntime cannot be given together: it does not train")
          }
        },
      ]
    }

    var rivals: [ChosenRival] {
      [(Rival.pytorch, pytorch), (.onnxruntime, onnxruntime)].compactMap { rival, interpreter in
        interpreter.map { ChosenRival(rival: rival, interpreter: $0) }
      }
    }

    /// Lengths of the recording.
    var lengths: [Double] {
      seconds.isEmpty ? (rivals.isEmpty ? [10] : [1, 2.5, 5, 10, 30]) : seconds
    }
  }

  /// Products as a BLAS benchmark would choose them: large enough for its best, small enough for the
  /// cache.
  private static let productSize = 768
  private static let warmUpSteps = 3
  /// Enough of one mask's recognition, with ten utterances or more.
  private static let enoughSeconds = 20.0

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let threads = settings.threads.count
    let recognizer = try ModelOptions.recognizer(settings.model.model())
    // Steps are those of models made here; others are measured recognising.
    let family = try? TrainableCatalog.family(of: recognizer.folder)
    let recipes =
      family?.startsFromScratch == true && !settings.isRecognitionOnly
      ? Array(RecipeCatalog.all) : []
    for chosen in settings.rivals {
      _ = try chosen.executable()
      guard recognizer.backbone is any SharedBackbone else {
        throw InputError(
          recognizer.folder.path, expected: "with --\(chosen.rival.option) a network that it has",
          found: "one that has no script in Assets/Benchmarks")
      }
    }
    let layers = recognizer.backbone.layerCount
    let dataset = try settings.data.dataset()
    let policies = settings.layers.policies(of: recognizer, on: dataset)
    let given = try settings.layers.choices(by: policies).map(\.walk)
    let walks =
      settings.layers.choosesLayers
      ? given
      : [4, 3, 2, 1].map { Walk(.spread(keeping: max(1, layers * $0 / 4), of: layers)) }
    // Training is that of the whole.
    let thinned = try settings.compute.applied(to: recognizer)

    var bar = ProgressBar("bench")
    defer { bar.finish() }
    bar.update(0, note: "sgemm")
    let one = peak(threads: 1)
    let all = threads == 1 ? one : peak(threads: threads)
    let data = try LoadedDataset(dataset, for: recognizer, isStrict: settings.data.isStrict)
    LeftOut.complain(data)
    var recognition: [BenchReport.Recognition] = []
    var utterances = data.heard[...]
    for (index, walk) in walks.enumerated() where !settings.isTrainingOnly {
      bar.update(
        Double(1 + index) / Double(walks.count + 1 + RecipeCatalog.all.count), note: "\(walk)")
      let row = recognise(thinned, utterances, walk, peak: one)
      recognition.append(row)
      // The first walk says how many a large model has time for.
      utterances = utterances.prefix(row.utterances)
    }
    let alone = RecordingBench(thinned, data, walks: walks, seconds: settings.lengths)
    let whole = SplitBench(
      recognizer: thinned, utterances: Array(utterances), threads: threads)
    var recording: [RecordingSpeed] = []
    var throughput: [SplitSpeed] = []
    var versions: [Rival: String] = [:]
    if !settings.isTrainingOnly {
      let rivals = try start(settings.rivals, alone, whole)
      for rival in rivals { versions[rival.rival] = rival.version }
      for (index, walk) in walks.enumerated() {
        bar.update(0.5, note: "one recording, \(walk)")
        for count in rivals.isEmpty || threads == 1 ? [threads] : [1, threads] {
          recording += try alone.run(index, threads: count, beside: rivals)
        }
        if !rivals.isEmpty { throughput += try [whole.run(walk, beside: rivals)].compactMap { $0 } }
      }
    }
    let memory = Machine.peakMemory
    let corpus = try TrainingCorpus([(dataset, 1)], sampleRate: recognizer.backbone.sampleRate)
    var training: [TrainingSpeed] = []
    var runs: [TrainingRun] = []
    for (index, recipe) in recipes.enumerated() {
      bar.update(
        Double(1 + walks.count + index) / Double(walks.count + 1 + RecipeCatalog.all.count),
        note: "training, \(recipe.name)")
      let run = try TrainingRun(
        recipe, recognizer, corpus, steps: settings.steps, warmUpSteps: warmUpSteps,
        threads: threads,
        batchSeconds: settings.batchSeconds, lengthBuckets: settings.lengthBuckets)
      runs.append(run)
      training.append(run.measure(recognizer, peak: all))
    }
    if let pytorch = settings.pytorch, !runs.isEmpty {
      bar.update(1, note: "training in PyTorch")
      let other = try PyTorchTraining(pytorch).run(runs, recognizer)
      for index in training.indices {
        // The machine's pace may have changed since: once more, and the better of the two counts.
        let again = runs[index].measure(recognizer, peak: all)
        if again.audioSecondsPerSecond > training[index].audioSecondsPerSecond {
          training[index] = again
        }
        training[index].compare(with: other[training[index].recipe])
      }
      // That of recognition names other modules as well.
      versions[.pytorch] = versions[.pytorch] ?? other.version
    }
    bar.finish()

    var report = BenchReport(
      machine: Machine.description, threads: threads, dataset: dataset.name, split: dataset.split,
      model: recognizer.name, sgemmGflops: one, sgemmGflopsAllThreads: all,
      recognition: recognition, recordingSeconds: alone.seconds, recording: recording,
      throughput: throughput, peakMemoryMiB: memory, training: training,
      pytorchVersion: versions[.pytorch], onnxruntimeVersion: versions[.onnxruntime])
    (report.rank, report.width, report.precision) = thinned.compute.fields
    if settings.isJSON {
      try StandardOutput.show("\(try JSON.line(report))")
    } else {
      try report.show()
    }
    return 0
  }

  /// Starts all that were asked for on what they and we recognise.
  private static func start(
    _ chosen: [ChosenRival], _ alone: RecordingBench, _ whole: SplitBench
  ) throws -> [RivalRecognition] {
    guard let backbone = alone.recognizer.backbone as? any SharedBackbone else { return [] }
    let material = RivalMaterial(
      recordings: alone.recordings.map(backbone.input),
      utterances: whole.utterances.map { backbone.input($0.samples) }, expected: alone.expected)
    return try chosen.map { try RivalRecognition($0, alone.recognizer, material) }
  }

  /// GFLOP/s of matrix products in `threads` threads at once: the best of several rounds, because
  /// everything else that runs can only slow them.
  private static func peak(threads: Int) -> Double {
    let size = productSize
    let best = Mutex([Double](repeating: 0, count: threads))
    WorkerTeam.run(threads) { worker in
      let count = size * size
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: 3 * count)
      defer { memory.deallocate() }
      memory.initialize(repeating: 0.5, count: 3 * count)
      let clock = ContinuousClock()
      for _ in 0..<12 {
        let time = clock.measure {
          for _ in 0..<4 {
            BLAS.multiply(
              .matrix(memory, stride: size), .matrix(memory + count, stride: size),
              into: memory + 2 * count, stride: size, m: size, n: size, k: size)
          }
        }
        let rate = 4 * 2 * Double(size) * Double(size) * Double(size) / time.seconds / 1e9
        best.withLock { $0[worker] = max($0[worker], rate) }
      }
    }
    return best.withLock { $0.reduce(0, +) }
  }

  /// Utterances from their samples on, each alone, in one thread; the first few twice, to warm up.
  private static func recognise(
    _ recognizer: Recognizer, _ utterances: ArraySlice<(id: String, samples: [Float])>,
    _ walk: Walk, peak: Double
  ) -> BenchReport.Recognition {
    let backbone = recognizer.backbone
    let decoder = recognizer.decoder()
    let clock = ContinuousClock()
    for (id, samples) in utterances.prefix(5) {
      _ = backbone.passage(samples, by: walk, of: id)
    }
    var (operations, audio, total) = (0.0, 0.0, 0.0)
    var times: [Double] = []
    var kept = 0
    for (id, samples) in utterances where total < enoughSeconds || times.count < 10 {
      var passage: Passage?
      let time = clock.measure {
        let made = backbone.passage(samples, by: walk, of: id)
        _ = decoder.decode(made.logProbabilities)
        passage = made
      }.seconds
      let stages = backbone.operations(sampleCount: samples.count)
      times.append(time)
      kept += passage?.mask.keptCount ?? 0
      total += time
      audio += Double(samples.count) / Double(backbone.sampleRate)
      operations += passage?.operations(stages) ?? 0
    }
    return BenchReport.Recognition(
      mask: walk.mask?.description, keptLayers: walk.keptCount,
      meanKeptLayers: walk.mask == nil ? Double(kept) / Double(max(1, times.count)) : nil,
      utterances: times.count,
      gflopPerAudioSecond: operations / audio / 1e9, realTimeFactor: total / audio,
      latencyMilliseconds: Summary.Percentiles(milliseconds: times.map { $0 * 1000 }),
      gflops: operations / total / 1e9, shareOfPeak: operations / total / 1e9 / peak)
  }
}
