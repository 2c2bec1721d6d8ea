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
/// estimate from the first second on. Results are remembered and answered again without computing.
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
    /// By index in the data set: most settings are left after a few utterances.
    var known: [Setting: [Int: UtteranceResult]] = [:]
    /// In the order they were last asked for.
    var knownOrder: [Setting] = []
  }

  /// What results are of.
  private struct Setting: Hashable {
    var walk: Walk
    var compute: Compute
    var decoding: Decoding

    init(_ request: EvaluationRequest) {
      (walk, compute, decoding) = (request.walk, request.compute, request.decoding)
    }
  }

  private let evaluator: Evaluator
  private let order: [Int]
  private let post: @Sendable (EvaluationEvent) -> Void
  private let condition = NSCondition()
  private var state: State
  /// The newest request's id; read between layers without taking the lock.
  private let newest = Atomic<Int>(0)
  /// Settings whose results are remembered; those not asked for longest go first. A result takes about
  /// 2 kB, so all of them stay below 70 MB; of large data sets 32 are.
  private let rememberedSettings: Int

  package init(
    recognizer: Recognizer, dataset: LoadedDataset, workers: Int,
    post: @escaping @Sendable (EvaluationEvent) -> Void
  ) {
    evaluator = Evaluator(recognizer, dataset)
    state = State(recognizer: recognizer, decoder: recognizer.decoder())
    var random = RandomGenerator(seed: 1, streams: 0xE7A1)
    order = dataset.readable.shuffled(using: &random)
    self.post = post
    rememberedSettings = max(32, (1 << 15) / max(1, order.count))
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
      if request.isAnew {
        locked { $0.known[Setting(request)] = nil }
        evaluator.forget()
      }
      let remembered = remember(Setting(request))
      for index in order {
        guard let result = remembered[index] else { continue }
        guard post(.utterance(id: id, result), of: id) else { break }
      }
      let unknown = order.filter { remembered[$0] == nil }
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

  private func remember(_ setting: Setting) -> [Int: UtteranceResult] {
    condition.lock()
    defer { condition.unlock() }
    state.knownOrder.removeAll { $0 == setting }
    state.knownOrder.append(setting)
    if let known = state.known[setting] { return known }
    state.known[setting] = [:]
    if state.knownOrder.count > rememberedSettings {
      state.known[state.knownOrder.removeFirst()] = nil
    }
    return [:]
  }

  /// Hands the utterances to the workers and waits; false when a newer request came first, or when the model
  /// has no such compute.
  private func finish(_ request: EvaluationRequest, _ indices: [Int]) -> Bool {
    let recognizer: Recognizer
    do {
      recognizer = try evaluator.recognizer.at(request.compute)
    } catch {
      post(.failed(id: request.id, "\(error)"), of: request.id)
      return false
    }
    let decoder = recognizer.decoder(request.decoding)
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
      let result = evaluator.evaluate(index, request.walk, by: recognizer, decoder: decoder) {
        !isCurrent(request.id)
      }
      // Posted before the utterance counts as done, so `finished` always comes last.
      if let result {
        locked { $0.known[Setting(request)]?[index] = result }
        post(.utterance(id: request.id, result), of: request.id)
      }
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
