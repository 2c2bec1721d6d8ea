// `dropscope bench`: how fast this machine recognises and trains, against its own matrix products.

import Backbones
import Foundation
import Kernels
import Speech
import Synchronization
import Tradeoff
import Training

enum BenchCommand: Command {
  static let name = "bench"
  static let summary = "measure speed: recognition at each depth, training, the machine's peak"
  static let help = """
    Usage: dropscope bench [OPTION]...

    Measures, on the utterances of a split: recognition with one thread at several depths, training
    steps of every recipe (the weights are thrown away), and the rate of single-precision matrix
    products (sgemm, 768 x 768) that the same processors reach in the same run. Nothing else should
    be running.

    \(ModelOptions.modelHelp)
    \(ModelOptions.dataHelp)
    \(ModelOptions.layerHelp)
                       --keep, --drop, --mask and --policy take lists; without them 12, 9, 6 and 3
                       layers of 12, spread
      --threads N      of training, and of the peak beside it (one per processor)
      --steps N        timed training steps of each recipe (20)
      --batch-seconds S  audio of a training batch (40)
      --length-buckets N  batches of N classes of length; 1 mixes all lengths (1)
      --pytorch PYTHON run the same model, batches and masks in PyTorch too, by this interpreter, and
                       give the ratio
      --training       training only
      --json           one object
    """

  /// Products as a BLAS benchmark would choose them: large enough for its best, small enough for the
  /// cache.
  private static let productSize = 768
  private static let warmUpSteps = 3

  private struct Report: Codable {
    var machine: String
    var threads: Int
    var dataset: String
    var split: String
    var model: String
    /// Single-precision GFLOP/s of matrix products, one thread and `threads` threads.
    var sgemm_gflops: Double
    var sgemm_gflops_all_threads: Double
    var recognition: [Recognition]
    var training: [TrainingSpeed]
    /// Of the PyTorch that was timed beside it.
    var pytorch_version: String?
  }

  private struct Recognition: Codable {
    var mask: String
    var kept_layers: Int
    var gflop_per_audio_second: Double
    var real_time_factor: Double
    var latency_ms: Summary.Percentiles
    var gflops: Double
    /// Of the machine's single-thread peak.
    var share_of_peak: Double
  }

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw,
      options: ModelOptions.names
        + ["threads", "steps", "batch-seconds", "length-buckets", "pytorch"],
      flags: ["training", "json"])
    let options = try ModelOptions(arguments)
    let threads =
      try arguments.integer("threads", in: 1...256)
      ?? ProcessInfo.processInfo.activeProcessorCount
    let steps = try arguments.integer("steps", in: 1...100_000) ?? 20
    let batchSeconds = try arguments.number("batch-seconds", in: 1...10_000) ?? 40
    let buckets = try arguments.integer("length-buckets", in: 1...10_000) ?? 1
    let pytorch = try arguments.string("pytorch").map(PyTorchBench.init)

    let recognizer = try Recognizer(contentsOf: options.model())
    let layers = recognizer.backbone.layerCount
    let given = try options.choices(layerCount: layers).map(\.mask)
    let masks =
      options.choosesLayers
      ? given
      : [4, 3, 2, 1].map { LayerMask.spread(keeping: max(1, layers * $0 / 4), of: layers) }
    let dataset = try options.dataset()

    var bar = ProgressBar("bench")
    defer { bar.finish() }
    bar.update(0, note: "sgemm")
    let one = peak(threads: 1)
    let all = threads == 1 ? one : peak(threads: threads)
    let data = try LoadedDataset(dataset, for: recognizer)
    var recognition: [Recognition] = []
    for (index, mask) in masks.enumerated() where !arguments.flag("training") {
      bar.update(
        Double(1 + index) / Double(masks.count + 1 + RecipeCatalog.all.count), note: "\(mask)")
      recognition.append(recognise(recognizer, data, mask, peak: one))
    }
    let corpus = try TrainingCorpus([dataset], sampleRate: recognizer.backbone.sampleRate)
    var training: [TrainingSpeed] = []
    var runs: [TrainingRun] = []
    var pytorchVersion: String?
    // Steps are those of our own Conformer; other backbones are measured recognising.
    let recipes = recognizer.backbone is Conformer ? RecipeCatalog.all : []
    for (index, recipe) in recipes.enumerated() {
      bar.update(
        Double(1 + masks.count + index) / Double(masks.count + 1 + RecipeCatalog.all.count),
        note: "training, \(recipe.name)")
      let run = try TrainingRun(
        recipe, recognizer, corpus, steps: steps, warmUpSteps: warmUpSteps, threads: threads,
        batchSeconds: batchSeconds, lengthBuckets: buckets)
      runs.append(run)
      training.append(run.measure(recognizer, peak: all))
    }
    if let pytorch {
      bar.update(1, note: "training in PyTorch")
      let other = try pytorch.run(runs, recognizer)
      for index in training.indices {
        // The machine's pace may have changed since: once more, and the better of the two counts.
        let again = runs[index].measure(recognizer, peak: all)
        if again.audio_seconds_per_second > training[index].audio_seconds_per_second {
          training[index] = again
        }
        training[index].compare(with: other[training[index].recipe])
      }
      pytorchVersion = other.version
    }
    bar.finish()

    let report = Report(
      machine: Machine.description, threads: threads, dataset: dataset.name, split: dataset.split,
      model: recognizer.name, sgemm_gflops: one, sgemm_gflops_all_threads: all,
      recognition: recognition, training: training, pytorch_version: pytorchVersion)
    if arguments.flag("json") { print(try json(report)) } else { show(report) }
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

  /// Every utterance from its samples on, alone, in one thread; the first few twice, to warm up.
  private static func recognise(
    _ recognizer: Recognizer, _ data: LoadedDataset, _ mask: LayerMask, peak: Double
  ) -> Recognition {
    let backbone = recognizer.backbone
    let clock = ContinuousClock()
    for samples in data.samples.prefix(5) {
      _ = backbone.logProbabilities([samples], mask: mask)
    }
    var operations = 0.0
    var times: [Double] = []
    for samples in data.samples {
      times.append(
        clock.measure {
          _ = recognizer.decoder.decode(backbone.logProbabilities([samples], mask: mask))
        }.seconds)
      operations += backbone.operations(sampleCount: samples.count).total(mask)
    }
    let total = times.reduce(0, +)
    return Recognition(
      mask: mask.description, kept_layers: mask.keptCount,
      gflop_per_audio_second: operations / data.audioSeconds / 1e9,
      real_time_factor: total / data.audioSeconds,
      latency_ms: Summary.Percentiles(milliseconds: times.map { $0 * 1000 }),
      gflops: operations / total / 1e9, share_of_peak: operations / total / 1e9 / peak)
  }

  private static func show(_ report: Report) {
    func number(_ value: Double, _ decimals: Int) -> String { TextTable.number(value, decimals) }
    let recognition = TextTable(
      ["mask", "keep", "GFLOP/s of audio", "RTF", "p50 ms", "p95 ms", "GFLOP/s", "of peak"],
      names: report.recognition.map { [$0.mask] }, numbers: [4, 6, 6, 6, 6, 7, 7])
    let compares = report.pytorch_version != nil
    let training = TextTable(
      ["recipe", "steps", "audio s/s", "GFLOP/s", "of peak"]
        + (compares ? ["PyTorch s/s", "ratio"] : []),
      names: report.training.map { [$0.recipe] },
      numbers: [5, 7, 7, 7] + (compares ? [7, 5] : []))
    print(
      """
      \(report.machine)
      sgemm: \(number(report.sgemm_gflops, 1)) GFLOP/s with one thread, \
      \(number(report.sgemm_gflops_all_threads, 1)) with \(report.threads)
      """)
    if !report.recognition.isEmpty {
      print(
        """

        recognition: \(report.model) on \(report.dataset) \(report.split), one thread
        \(recognition.heading)
        """)
    }
    for row in report.recognition {
      print(
        recognition.line([
          row.mask, "\(row.kept_layers)", number(row.gflop_per_audio_second, 3),
          number(row.real_time_factor, 4), number(row.latency_ms.p50, 1),
          number(row.latency_ms.p95, 1), number(row.gflops, 1),
          number(100 * row.share_of_peak, 0) + " %",
        ]))
    }
    guard !report.training.isEmpty else { return }
    print(
      """

      training: \(report.threads) threads\(report.pytorch_version.map { "; PyTorch \($0) with as many" } ?? "")
      \(training.heading)
      """)
    for row in report.training {
      print(
        training.line(
          [
            row.recipe, "\(row.steps)", number(row.audio_seconds_per_second, 1),
            number(row.gflops, 1), number(100 * row.share_of_peak, 0) + " %",
          ]
            + (compares
              ? [
                row.pytorch_audio_seconds_per_second.map { number($0, 1) } ?? "",
                row.ratio_to_pytorch.map { number($0, 2) } ?? "",
              ] : [])))
    }
  }
}
