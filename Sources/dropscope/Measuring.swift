// Measuring a whole split at a mask and waiting for it: what evaluate and sweep share.

import Backbones
import Base
import Foundation
import Speech
import Synchronization
import Tradeoff

/// One model's evaluator, waited for.
final class Measuring: Sendable {
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

/// Data sets with their audio, each read once for every sample rate the models ask for.
final class LoadedDatasets {
  private var known: [String: LoadedDataset] = [:]

  func data(_ dataset: Dataset, for recognizer: Recognizer) throws -> LoadedDataset {
    let key = "\(dataset.split) \(recognizer.backbone.sampleRate)"
    let data = try known[key] ?? LoadedDataset(dataset, for: recognizer)
    known[key] = data
    return data
  }
}
