// Measuring a whole split by a walk and waiting for it: what evaluate and sweep share.

import Backbones
import Base
import Foundation
import Speech
import Synchronization

/// One model's evaluator, waited for.
package final class Measuring: Sendable {
  private let worker: EvaluationWorker
  private let inbox: Inbox
  private let nextID = Mutex(0)
  /// What was measured first: policies choose the same walk again and again. About 2 kB a result.
  private let known = Mutex<(results: [OperatingPoint: [UtteranceResult]], count: Int)>(([:], 0))
  private static let mostKnownResults = 1 << 15

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

  package init(_ recognizer: Recognizer, _ data: LoadedDataset, threads: Int) {
    let inbox = Inbox()
    self.inbox = inbox
    worker = EvaluationWorker(recognizer: recognizer, dataset: data, workers: threads) {
      inbox.post($0)
    }
  }

  /// Every utterance by `walk`, at one compute, decoded in one way, in the data set's order. Throws
  /// `InputError` when measuring failed.
  /// - Parameter progress: told after each utterance how many are done, of how many, and their errors.
  package func run(
    _ walk: Walk, compute: Compute = .full, decoding: Decoding = .greedy,
    progress: (_ done: Int, _ total: Int, _ counts: ErrorCounts) -> Void = { _, _, _ in }
  ) throws -> [UtteranceResult] {
    let point = OperatingPoint(model: 0, walk: walk, compute: compute, decoding: decoding)
    if let results = known.withLock({ $0.results[point] }) {
      let counts = results.reduce(ErrorCounts()) { $0 + $1.counts }
      progress(results.count, max(1, results.count), counts)
      return results
    }
    let id = nextID.withLock {
      $0 += 1
      return $0
    }
    worker.request(EvaluationRequest(id: id, point))
    var total = 1
    var results: [UtteranceResult] = []
    var counts = ErrorCounts()
    while true {
      switch inbox.next() {
      case .started(id, let count): total = max(1, count)
      case .utterance(id, let result):
        results.append(result)
        counts += result.counts
        progress(results.count, total, counts)
      case .finished(id):
        results.sort { $0.index < $1.index }
        keep(results, of: point)
        return results
      case .failed(id, let sentence): throw InputError(sentence)
      default: break
      }
    }
  }

  private func keep(_ results: [UtteranceResult], of point: OperatingPoint) {
    known.withLock { known in
      guard known.count + results.count <= Self.mostKnownResults else { return }
      known.results[point] = results
      known.count += results.count
    }
  }

  package func stop() { worker.stop() }
}
