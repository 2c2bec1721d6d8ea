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
  static let help = """
    Usage: dropscope bench [OPTION]...

    Measures, on the utterances of a split: recognition of each with one thread at several depths,
    recognition of one recording with all threads, training steps of every recipe (the weights are
    thrown away; Conformer only), and the rate of single-precision matrix products (sgemm,
    768 x 768) that the same processors reach in the same run. Nothing else should be running.

    \(ModelOptions.modelHelp)
    \(ModelOptions.dataHelp)
    \(ModelOptions.layerHelp)
                       --keep, --drop, --mask and --policy take lists; without them 12, 9, 6 and 3
                       layers of 12, spread
      --threads N      of training, of the recording, of the peak beside them (one per processor)
      --seconds S      of the recording, the split's utterances one after the other (10)
      --steps N        timed training steps of each recipe (20)
      --batch-seconds S  audio of a training batch (40)
      --length-buckets N  batches of N classes of length; 1 mixes all lengths (1)
      --pytorch PYTHON run the same model in PyTorch too, by this interpreter, and give the ratio:
                       training of a Conformer on the same batches and masks, recognition of the
                       recording by a wav2vec 2.0, HuBERT, WavLM or wav2vec2-conformer folder
                       (in transformers)
      --training       training only
      --json           one object
    """

  /// Products as a BLAS benchmark would choose them: large enough for its best, small enough for the
  /// cache.
  private static let productSize = 768
  private static let warmUpSteps = 3
  /// Enough of one mask's recognition, with ten utterances or more.
  private static let enoughSeconds = 20.0

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
    /// Of the one recording.
    var recording_seconds: Double
    var recording: [RecordingSpeed]
    /// The most that the process has had before training, in MiB.
    var peak_memory_mib: Double?
    var training: [TrainingSpeed]
    /// Of the PyTorch that was timed beside it.
    var pytorch_version: String?
  }

  private struct Recognition: Codable {
    var mask: String
    var kept_layers: Int
    var utterances: Int
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
        + ["threads", "steps", "batch-seconds", "seconds", "length-buckets", "pytorch"],
      flags: ["training", "json"])
    let options = try ModelOptions(arguments)
    let threads = try arguments.threads()
    let steps = try arguments.integer("steps", in: 1...100_000) ?? 20
    let batchSeconds = try arguments.number("batch-seconds", in: 1...10_000) ?? 40
    let buckets = try arguments.integer("length-buckets", in: 1...10_000) ?? 1
    let seconds = try arguments.number("seconds", in: 0.1...3600) ?? 10
    let pytorch = arguments.string("pytorch")

    let recognizer = try Recognizer(contentsOf: options.model())
    if pytorch != nil, !(recognizer.backbone is Conformer),
      RecordingBench.features(recognizer) == nil
    {
      throw InputError(
        recognizer.folder.path,
        expected: "with --pytorch a Conformer or a model that takes samples",
        found: "one that has no script in Assets/Benchmarks")
    }
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
    var utterances = data.samples[...]
    for (index, mask) in masks.enumerated() where !arguments.flag("training") {
      bar.update(
        Double(1 + index) / Double(masks.count + 1 + RecipeCatalog.all.count), note: "\(mask)")
      let row = recognise(recognizer, utterances, mask, peak: one)
      recognition.append(row)
      // The first mask says how many a large model has time for.
      utterances = utterances.prefix(row.utterances)
    }
    let alone = RecordingBench(recognizer, data, masks: masks, seconds: seconds, threads: threads)
    var recording: [RecordingSpeed] = []
    var pytorchVersion: String?
    if !arguments.flag("training") {
      bar.update(0.5, note: "one recording")
      (recording, pytorchVersion) = try alone.run(pytorch: pytorch)
    }
    let memory = Machine.peakMemory
    let corpus = try TrainingCorpus([dataset], sampleRate: recognizer.backbone.sampleRate)
    var training: [TrainingSpeed] = []
    var runs: [TrainingRun] = []
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
    if let pytorch, !runs.isEmpty {
      bar.update(1, note: "training in PyTorch")
      let other = try PyTorchTraining(pytorch).run(runs, recognizer)
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
      recognition: recognition, recording_seconds: alone.seconds, recording: recording,
      peak_memory_mib: memory, training: training, pytorch_version: pytorchVersion)
    if arguments.flag("json") { print(try JSON.line(report)) } else { show(report) }
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
    _ recognizer: Recognizer, _ utterances: ArraySlice<[Float]>, _ mask: LayerMask, peak: Double
  ) -> Recognition {
    let backbone = recognizer.backbone
    let clock = ContinuousClock()
    for samples in utterances.prefix(5) {
      _ = backbone.logProbabilities([samples], mask: mask)
    }
    var (operations, audio, total) = (0.0, 0.0, 0.0)
    var times: [Double] = []
    for samples in utterances where total < enoughSeconds || times.count < 10 {
      let time = clock.measure {
        _ = recognizer.decoder.decode(backbone.logProbabilities([samples], mask: mask))
      }.seconds
      times.append(time)
      total += time
      audio += Double(samples.count) / Double(backbone.sampleRate)
      operations += backbone.operations(sampleCount: samples.count).total(mask)
    }
    return Recognition(
      mask: mask.description, kept_layers: mask.keptCount, utterances: times.count,
      gflop_per_audio_second: operations / audio / 1e9, real_time_factor: total / audio,
      latency_ms: Summary.Percentiles(milliseconds: times.map { $0 * 1000 }),
      gflops: operations / total / 1e9, share_of_peak: operations / total / 1e9 / peak)
  }

  private static func show(_ report: Report) {
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
      sgemm: \(TextTable.number(report.sgemm_gflops, 1)) GFLOP/s with one thread, \
      \(TextTable.number(report.sgemm_gflops_all_threads, 1)) with \(report.threads)
      """)
    if !report.recognition.isEmpty {
      print(
        """

        recognition: \(report.model), \(report.recognition[0].utterances) utterances of \
        \(report.dataset) \(report.split), one thread
        \(recognition.heading)
        """)
    }
    for row in report.recognition {
      print(
        recognition.line([
          row.mask, "\(row.kept_layers)", TextTable.number(row.gflop_per_audio_second, 3),
          TextTable.number(row.real_time_factor, 4), TextTable.number(row.latency_ms.p50, 1),
          TextTable.number(row.latency_ms.p95, 1), TextTable.number(row.gflops, 1),
          TextTable.number(100 * row.share_of_peak, 0) + " %",
        ]))
    }
    if !report.recording.isEmpty { showRecording(report) }
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
            row.recipe, "\(row.steps)", TextTable.number(row.audio_seconds_per_second, 1),
            TextTable.number(row.gflops, 1), TextTable.number(100 * row.share_of_peak, 0) + " %",
          ]
            + (compares
              ? [
                row.pytorch_audio_seconds_per_second.map { TextTable.number($0, 1) } ?? "",
                row.ratio_to_pytorch.map { TextTable.number($0, 2) } ?? "",
              ] : [])))
    }
  }

  private static func showRecording(_ report: Report) {
    let compares = report.recording.contains { $0.pytorch_latency_ms != nil }
    let table = TextTable(
      ["mask", "keep", "RTF", "p50 ms"] + (compares ? ["PyTorch ms", "ratio", "difference"] : []),
      names: report.recording.map { [$0.mask] },
      numbers: [4, 6, 7] + (compares ? [7, 5, 8] : []))
    print(
      """

      one recording of \(TextTable.number(report.recording_seconds, 1)) s, \(report.threads) threads\
      \(compares ? report.pytorch_version.map { "; PyTorch \($0) with as many" } ?? "" : "")
      \(table.heading)
      """)
    for row in report.recording {
      print(
        table.line(
          [
            row.mask, "\(row.kept_layers)", TextTable.number(row.real_time_factor, 4),
            TextTable.number(row.latency_ms.p50, 1),
          ]
            + (compares
              ? [
                row.pytorch_latency_ms.map { TextTable.number($0, 1) } ?? "",
                row.ratio_to_pytorch.map { TextTable.number($0, 2) } ?? "",
                row.largest_difference.map { String(format: "%.0e", $0) } ?? "",
              ] : [])))
    }
    if let memory = report.peak_memory_mib {
      print("memory: \(TextTable.number(memory, 0)) MiB at most, data set included")
    }
  }
}
