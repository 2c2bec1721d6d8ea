// `dropscope evaluate`: measured word error rate and cost of masks.

import Backbones
import Foundation
import Kernels
import Speech
import Synchronization
import Tradeoff

enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "measure word error rate and cost of models and masks"
  static let help = """
    Usage: dropscope evaluate [OPTION]...

    Measures the word error rate, with its 95 % bootstrap interval over speakers (over utterances
    where there are fewer than 8), and the time taken, on every utterance of a split.

    \(ModelOptions.modelHelp)
                       repeat it to compare models
    \(ModelOptions.dataHelp)
    \(ModelOptions.layerHelp)
                       --keep, --drop, --mask and --policy take lists: 12,8,6
      --threads N      utterances measured side by side (one per processor)
      --json           JSON lines, one object per model and mask
    """

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(raw, options: ModelOptions.names + ["threads"], flags: ["json"])
    let options = try ModelOptions(arguments)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let threads = try arguments.integer("threads", in: 1...256) ?? cores

    // Whatever can be wrong with what was asked for is said before minutes of measuring.
    let recognizers = try options.models().map { try Recognizer(contentsOf: $0) }
    let choices = try recognizers.map { try options.choices(layerCount: $0.backbone.layerCount) }
    let dataset = try options.dataset()

    let table = SummaryTable(
      zip(recognizers, choices).flatMap { recognizer, choices in
        choices.map { [recognizer.name, $0.policy ?? "manual", $0.mask.description] }
      })
    var loaded: [Int: LoadedDataset] = [:]
    var isFirst = true
    for (recognizer, choices) in zip(recognizers, choices) {
      let rate = recognizer.backbone.sampleRate
      let data = try loaded[rate] ?? LoadedDataset(dataset, for: recognizer)
      loaded[rate] = data
      let measuring = Measuring(recognizer, data, threads: threads)
      defer { measuring.stop() }
      for choice in choices {
        let results = try measuring.run(choice.mask, title: recognizer.name)
        let summary = Summary(
          results, model: recognizer.name, dataset: dataset, policy: choice.policy ?? "manual",
          mask: choice.mask, threads: threads, machine: Machine.description)
        if arguments.flag("json") {
          print(try json(summary))
        } else {
          if isFirst { print(table.heading(summary)) }
          print(table.row(summary))
        }
        // A reader of a pipe sees each row when it is known.
        fflush(nil)
        isFirst = false
      }
    }
    return 0
  }
}

/// One model's evaluator, waited for.
private final class Measuring: Sendable {
  private let worker: EvaluationWorker
  private let inbox: Inbox
  private let nextID = Mutex(0)

  /// Events on their way from the evaluator's threads to the waiting one.
  private final class Inbox: Sendable {
    private let events = Mutex<[EvaluationEvent]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func post(_ event: EvaluationEvent) {
      events.withLock { $0.append(event) }
      arrived.signal()
    }

    func next() -> EvaluationEvent {
      arrived.wait()
      return events.withLock { $0.removeFirst() }
    }
  }

  init(_ recognizer: Recognizer, _ data: LoadedDataset, threads: Int) {
    let inbox = Inbox()
    self.inbox = inbox
    worker = EvaluationWorker(recognizer: recognizer, dataset: data, workers: threads) {
      inbox.post($0)
    }
  }

  /// Every utterance at `mask`, in the data set's order.
  func run(_ mask: LayerMask, title: String) throws -> [UtteranceResult] {
    let id = nextID.withLock {
      $0 += 1
      return $0
    }
    worker.request(EvaluationRequest(id: id, mask: mask))
    var bar = ProgressBar("\(title) \(mask)")
    defer { bar.finish() }
    var total = 1
    var results: [UtteranceResult] = []
    var counts = ErrorCounts()
    while true {
      switch inbox.next() {
      case .started(id, let count): total = max(1, count)
      case .utterance(id, let result):
        results.append(result)
        counts += result.counts
        bar.update(
          Double(results.count) / Double(total),
          note: String(format: "WER %.1f %% of %d words", counts.rate * 100, counts.words))
      case .finished(id): return results.sorted { $0.index < $1.index }
      case .failed(id, let sentence): throw InputError(sentence)
      default: break
      }
    }
  }

  func stop() { worker.stop() }
}

/// Summaries for people, one row each as soon as it is known: columns are as wide as the names that
/// will come.
private struct SummaryTable {
  private static let titles = [
    "model", "policy", "mask", "keep", "WER %", "95 %", "S", "D", "I", "CER %", "GFLOP/s", "RTF",
    "p50 ms", "p95 ms",
  ]
  /// How many columns are text, aligned to the left.
  private static let names = 3
  private var widths = [0, 0, 0, 4, 6, 13, 5, 5, 5, 6, 8, 7, 7, 7]

  /// `names`: model, policy and mask of every row to come.
  init(_ names: [[String]]) {
    for row in [Self.titles] + names {
      for column in 0..<Self.names { widths[column] = max(widths[column], row[column].count) }
    }
  }

  /// What all rows have in common, and the columns' titles.
  func heading(_ summary: Summary) -> String {
    """
    \(summary.dataset) \(summary.split): \(summary.utterances) utterances, \(summary.words) words; \
    \(summary.threads) threads on \(summary.machine)
    GFLOP/s: per second of audio, counted; RTF and ms: one thread's time for an utterance, measured

    \(line(Self.titles))
    """
  }

  func row(_ summary: Summary) -> String {
    func number(_ value: Double, _ decimals: Int) -> String {
      String(format: "%.\(decimals)f", value)
    }
    func percent(_ fraction: Double) -> String { number(fraction * 100, 2) }
    return line([
      summary.model, summary.policy, summary.mask, "\(summary.keptLayers)", percent(summary.wer),
      summary.werInterval.map { $0.map(percent).joined(separator: "-") } ?? "",
      "\(summary.substitutions)", "\(summary.deletions)", "\(summary.insertions)",
      percent(summary.cer), number(summary.gflopPerAudioSecond, 3),
      number(summary.realTimeFactor, 4), number(summary.latency.p50, 1),
      number(summary.latency.p95, 1),
    ])
  }

  private func line(_ cells: [String]) -> String {
    cells.indices.map { column in
      let pad = String(repeating: " ", count: max(0, widths[column] - cells[column].count))
      return column < Self.names ? cells[column] + pad : pad + cells[column]
    }.joined(separator: "  ")
  }
}
