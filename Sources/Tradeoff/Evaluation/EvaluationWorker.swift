// The evaluator's threads: newest request first, older work dropped within one layer.

import Backbones
import Base
import Foundation
import Speech
import Synchronization

/// One coordinator thread and worker threads (one per core), each worker on whole utterances.
/// `request` returns at once; results come through `post`, called on these threads, one call at a
/// time. `post` must be quick and must not call back. Once `request`, `cancel` or `stop` has
/// returned, nothing more is posted for an older request.
///
/// Utterances are visited in one fixed shuffled order, so the running error rate is an unbiased
/// estimate from the first second on. No result is remembered here: who asks again says what it has.
/// The threads keep the evaluator alive until `stop`.
/// @unchecked Sendable: `state` is touched only under `condition`; everything else is immutable.
package final class EvaluationWorker: @unchecked Sendable {
  private struct State {
    var request: EvaluationRequest?
    /// The request the workers are on, and what is left of it.
    var current: EvaluationRequest?
    var waiting: [Int] = []
    var running = 0
    var isStopping = false
    var liveThreads = 0
    /// Of `current`.
    var recognizer: Recognizer
    var decoder: any CTCDecoder
  }

  private let evaluator: Evaluator
  private let order: [Int]
  private let post: @Sendable (EvaluationEvent) -> Void
  private let condition = NSCondition()
  private var state: State
  /// The newest request's id; read between layers without taking the lock.
  private let newest = Atomic<Int>(0)

  package init(
    recognizer: Recognizer, dataset: LoadedDataset, workers: Int,
    post: @escaping @Sendable (EvaluationEvent) -> Void
  ) {
    evaluator = Evaluator(recognizer, dataset)
    state = State(recognizer: recognizer, decoder: recognizer.decoder())
    var random = RandomGenerator(seed: 1, streams: 0xE7A1)
    order = dataset.readable.shuffled(using: &random)
    self.post = post
    state.liveThreads = 1 + workers
    WorkerThread.start("evaluator", coordinate)
    for index in 0..<workers { WorkerThread.start("evaluator \(index + 1)", work) }
  }

  /// Replaces whatever is being evaluated. Ids must grow.
  package func request(_ request: EvaluationRequest) {
    newest.store(request.id, ordering: .releasing)
    locked {
      $0.request = request
      $0.waiting = []
    }
  }

  /// Drops the present work; nothing more is posted for it.
  package func cancel() {
    newest.store(-1, ordering: .releasing)
    locked {
      $0.request = nil
      $0.waiting = []
    }
  }

  /// Drops the present work, and the hidden frames that later masks could go on from: another evaluator's
  /// turn has come.
  package func rest() {
    cancel()
    evaluator.forget()
  }

  /// Ends the threads and waits for them, at most `limit` seconds; true when all have ended.
  @discardableResult
  package func stop(limit: Double = 2) -> Bool {
    newest.store(-1, ordering: .releasing)
    locked {
      $0.isStopping = true
      $0.request = nil
      $0.waiting = []
    }
    let end = Date(timeIntervalSinceNow: limit)
    condition.lock()
    defer { condition.unlock() }
    while state.liveThreads > 0 {
      if !condition.wait(until: end) { return state.liveThreads == 0 }
    }
    return true
  }

  private func locked(_ change: (inout State) -> Void) {
    condition.lock()
    change(&state)
    condition.broadcast()
    condition.unlock()
  }

  private func isCurrent(_ id: Int) -> Bool { newest.load(ordering: .acquiring) == id }

  /// Posts unless a newer request came. The lock is what makes "nothing older after `request`" true.
  @discardableResult
  private func post(_ event: EvaluationEvent, of id: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    guard isCurrent(id) else { return false }
    post(event)
    return true
  }

  @Sendable private func coordinate() {
    defer { locked { $0.liveThreads -= 1 } }
    while let request = nextRequest() {
      let id = request.id
      guard post(.started(id: id, total: order.count), of: id) else { continue }
      if request.isAnew { evaluator.forget() }
      let unknown = order.filter { !request.known.contains($0) }
      if finish(request, Array(unknown.prefix(request.limit ?? unknown.count))) {
        post(.finished(id: id), of: id)
      }
    }
  }

  /// Waits for a request; nil when stopping.
  private func nextRequest() -> EvaluationRequest? {
    condition.lock()
    defer { condition.unlock() }
    while state.request == nil, !state.isStopping { condition.wait() }
    defer { state.request = nil }
    return state.isStopping ? nil : state.request
  }

  /// Hands the utterances to the workers and waits; false when a newer request came first, or when the model
  /// has no such compute.
  private func finish(_ request: EvaluationRequest, _ indices: [Int]) -> Bool {
    let recognizer: Recognizer
    do {
      recognizer = try evaluator.recognizer.at(request.point.compute)
    } catch {
      post(.failed(id: request.id, "\(error)"), of: request.id)
      return false
    }
    let decoder = recognizer.decoder(request.point.decoding)
    condition.lock()
    defer { condition.unlock() }
    guard isCurrent(request.id) else { return false }
    state.current = request
    state.recognizer = recognizer
    state.decoder = decoder
    state.waiting = indices.reversed()
    condition.broadcast()
    while !state.waiting.isEmpty || state.running > 0 {
      if !isCurrent(request.id), state.running == 0 { break }
      condition.wait()
    }
    state.current = nil
    return isCurrent(request.id)
  }

  @Sendable private func work() {
    defer { locked { $0.liveThreads -= 1 } }
    while let (request, recognizer, decoder, index) = nextUtterance() {
      let result = evaluator.evaluate(index, request.point.walk, by: recognizer, decoder: decoder) {
        !isCurrent(request.id)
      }
      // Posted before the utterance counts as done, so `finished` always comes last.
      if let result { post(.utterance(id: request.id, result), of: request.id) }
      locked { $0.running -= 1 }
    }
  }

  private func nextUtterance() -> (EvaluationRequest, Recognizer, any CTCDecoder, Int)? {
    condition.lock()
    defer { condition.unlock() }
    while !state.isStopping {
      if let current = state.current, isCurrent(current.id), let index = state.waiting.popLast() {
        state.running += 1
        return (current, state.recognizer, state.decoder, index)
      }
      condition.wait()
    }
    return nil
  }
}
