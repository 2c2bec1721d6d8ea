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
    """

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var data = DataOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var threads = Threads()
    var seconds = 10.0
    var steps = 20
    var batchSeconds = 40.0
    var lengthBuckets = 1
    var pytorch: String?
    var isTrainingOnly = false
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
            "seconds", "S", \.seconds, .number(in: 0.1...3600),
            "of the recording, the split's utterances one after the other")
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
            "run the same model in PyTorch too, by this interpreter, and give the ratio: training "
              + "of a Conformer on the same batches and masks, recognition of the recording by a "
              + "wav2vec 2.0, HuBERT, WavLM or wav2vec2-conformer folder (in transformers)")
          Option(flag: "training", \.isTrainingOnly, "training only")
          Option.json(\.isJSON, "one object")
        } check: { settings, arguments in
          if settings.pytorch != nil, settings.compute.compute != .full,
            let other = ComputeOptions.names.first(where: { arguments.values($0) != nil })
          {
            throw UsageError("--pytorch and --\(other) cannot be given together")
          }
        },
      ]
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
    let pytorch = settings.pytorch
    let recognizer = try ModelOptions.recognizer(settings.model.model())
    // Steps are those of models made here; others are measured recognising.
    let family = try? TrainableCatalog.family(of: recognizer.folder)
    let recipes =
      family?.startsFromScratch == true ? Array(RecipeCatalog.all) : []
    if pytorch != nil, recipes.isEmpty, RecordingBench.features(recognizer) == nil {
      throw InputError(
        recognizer.folder.path,
        expected: "with --pytorch a Conformer or a model that takes samples",
        found: "one that has no script in Assets/Benchmarks")
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
    let alone = RecordingBench(
      thinned, data, walks: walks, seconds: settings.seconds, threads: threads)
    var recording: [RecordingSpeed] = []
    var pytorchVersion: String?
    if !settings.isTrainingOnly {
      bar.update(0.5, note: "one recording")
      (recording, pytorchVersion) = try alone.run(pytorch: pytorch)
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
    if let pytorch, !runs.isEmpty {
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
      pytorchVersion = other.version
    }
    bar.finish()

    var report = BenchReport(
      machine: Machine.description, threads: threads, dataset: dataset.name, split: dataset.split,
      model: recognizer.name, sgemmGflops: one, sgemmGflopsAllThreads: all,
      recognition: recognition, recordingSeconds: alone.seconds, recording: recording,
      peakMemoryMiB: memory, training: training, pytorchVersion: pytorchVersion)
    (report.rank, report.width, report.precision) = thinned.compute.fields
    if settings.isJSON {
      try StandardOutput.show("\(try JSON.line(report))")
    } else {
      try report.show()
    }
    return 0
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
