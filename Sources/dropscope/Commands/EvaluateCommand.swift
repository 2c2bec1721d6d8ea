// `dropscope evaluate`: error rates and costs of models at masks.

import Backbones
import Foundation
import Kernels
import Speech
import Synchronization
import Tradeoff

enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "measure the word error rate and the cost at given depths"
  static let help = """
    Usage: dropscope evaluate [OPTION]...

    Transcribes a whole split and prints word error rate with its 95 % interval, substitutions,
    deletions and insertions, FLOPs, real-time factor and latency; one row per model and mask.

      --model DIR      a model folder; repeat it to compare (the bundled one)
      --data DIR       a data set in LibriSpeech layout (the bundled held-out set)
      --split NAME     (test-clean)
      --keep N,M,...   depths; --policy picks the layers (all layers)
      --drop RATIO     a share of the layers to drop, 0 to 1, instead of --keep
      --policy NAME    \(PolicyCatalog.names.joined(separator: ", ")) (\(PolicyCatalog.names[0]))
      --mask BITS      one character a layer, layer 1 first: 1 runs, 0 skips
      --seed N         of the random policy (1)
      --threads N      measuring threads (one per processor)
      --json           JSON lines, one object per model and mask
    """

  static func run(_ arguments: [String]) throws -> Int32 {
    let arguments = try Arguments(
      arguments, options: ModelOptions.names + ["threads"], flags: ["json"])
    let options = try ModelOptions(arguments)
    let threads =
      try arguments.integer("threads", in: 1...256) ?? ProcessInfo.processInfo.activeProcessorCount
    let dataset = try options.dataset()
    let recognizers = try options.models().map { try Recognizer(contentsOf: $0) }
    let choices = try recognizers.map {
      try options.choices(layerCount: $0.backbone.layerCount)
    }
    var summaries: [Summary] = []
    for (recognizer, choices) in zip(recognizers, choices) {
      let data = try LoadedDataset(dataset, sampleRate: recognizer.backbone.sampleRate)
      let evaluator = Evaluator(recognizer, data)
      for choice in choices {
        let results = measure(evaluator, choice.mask, threads: threads)
        let summary = Summary(
          results, model: recognizer.name, dataset: dataset, policy: choice.policy ?? "manual",
          mask: choice.mask, threads: threads, machine: Machine.description)
        summaries.append(summary)
        if arguments.flag("json") { print(try json(summary)) }
      }
    }
    if !arguments.flag("json") { print(table(summaries, dataset: dataset)) }
    return 0
  }

  /// Every utterance at a mask, `threads` at a time; a progress bar on a terminal.
  private static func measure(_ evaluator: Evaluator, _ mask: LayerMask, threads: Int)
    -> [UtteranceResult]
  {
    struct Work {
      var next = 0
      var results: [UtteranceResult] = []
      var progress = ProgressBar("evaluate")
    }
    let count = evaluator.data.samples.count
    let work = Mutex(Work())
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let index = work.withLock { work -> Int in
          defer { work.next += 1 }
          return work.next
        }
        guard index < count, let result = evaluator.evaluate(index, mask) else { return }
        work.withLock {
          $0.results.append(result)
          $0.progress.update(Double($0.results.count) / Double(count), note: mask.description)
        }
      }
    }
    return work.withLock { work in
      work.progress.finish()
      return work.results.sorted { $0.index < $1.index }
    }
  }

  private static func table(_ summaries: [Summary], dataset: Dataset) -> String {
    let header = [
      "model", "policy", "mask", "keep", "WER %", "95 %", "S", "D", "I", "CER %", "GFLOP/s",
      "RTF", "p50 ms", "p95 ms",
    ]
    func percent(_ value: Double) -> String { String(format: "%.2f", 100 * value) }
    let rows = summaries.map { summary in
      [
        summary.model, summary.policy, summary.mask, "\(summary.keptLayers)",
        percent(summary.wer),
        summary.werInterval.map { "\(percent($0[0]))-\(percent($0[1]))" } ?? "",
        "\(summary.substitutions)", "\(summary.deletions)", "\(summary.insertions)",
        percent(summary.cer), String(format: "%.3f", summary.gflopPerAudioSecond),
        String(format: "%.4f", summary.realTimeFactor),
        String(format: "%.1f", summary.latency.p50), String(format: "%.1f", summary.latency.p95),
      ]
    }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let lines = ([header] + rows).map { row in
      zip(row, widths).enumerated().map { column, cell in
        let pad = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 3 ? cell.0 + pad : pad + cell.0
      }.joined(separator: "  ")
    }
    let first = summaries.first
    let title =
      "\(dataset.name)/\(dataset.split): \(first?.utterances ?? 0) utterances, "
      + "\(first?.words ?? 0) words; \(first?.machine ?? ""), \(first?.threads ?? 0) threads; "
      + "GFLOP per second of audio"
    return ([title] + lines).joined(separator: "\n")
  }
}
