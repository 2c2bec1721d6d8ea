// What the front over all axes is measured with: the split that choices are made on, and its evaluators.

import Backbones
import Base
import Dashboard
import Foundation
import Speech
import Synchronization
import Tradeoff

/// Answers requests for single ways, each on its model; the split is read when it is first asked for.
final class FrontMeasuring: Sendable {
  private struct State {
    var workers: [Int: EvaluationWorker] = [:]
    /// Models whose evaluators are being made.
    var opening: Set<Int> = []
    /// What came last, unless something else has come since.
    var newest: EvaluationRequest?
    /// By sample rate; what is on the screen as well is not here.
    var data: [Int: LoadedDataset] = [:]
    var isClosed = false
  }

  /// Masks are chosen on it, and so is how much of each layer.
  private static let split = "dev"

  private let recognizers: [Recognizer]
  private let others: @Sendable () throws -> [Dataset]
  private let threads: Int
  private let isStrict: Bool
  private let post: @Sendable (Message) -> Void
  private let state = Mutex(State())

  /// - Parameter others: the other splits of the data set on the screen.
  init(
    _ recognizers: [Recognizer], others: @escaping @Sendable () throws -> [Dataset], threads: Int,
    isStrict: Bool, post: @escaping @Sendable (Message) -> Void
  ) {
    self.recognizers = recognizers
    self.others = others
    self.threads = threads
    self.isStrict = isStrict
    self.post = post
  }

  /// Replaces what is being evaluated.
  /// - Parameter shown: the split on the screen for that model, which is taken where the data set has no `dev`.
  func request(_ request: EvaluationRequest, shown: LoadedDataset) {
    let model = request.point.model
    state.withLock { state in
      state.newest = request
      for (index, worker) in state.workers where index != model { worker.rest() }
      if let worker = state.workers[model] {
        worker.request(request)
      } else if !state.isClosed, state.opening.insert(model).inserted {
        WorkerThread.start("front") { [self] in open(model, shown) }
      }
    }
  }

  /// Drops the present work, and the memory that went with it.
  func rest() {
    state.withLock { state in
      state.newest = nil
      for worker in state.workers.values { worker.rest() }
    }
  }

  func close() {
    let workers = state.withLock { state in
      defer { state = State(isClosed: true) }
      return Array(state.workers.values)
    }
    for worker in workers { worker.stop() }
  }

  /// Makes a model's evaluator, and goes on with what is wanted of it by then.
  private func open(_ model: Int, _ shown: LoadedDataset) {
    do {
      let data = try data(for: recognizers[model], shown)
      post(
        .frontGround(
          FrontState.Ground(split: data.dataset.split, utterances: data.readable.count)))
      let worker = EvaluationWorker(
        recognizer: recognizers[model], dataset: data, workers: threads
      ) { [post] in post(.evaluator($0)) }
      let isClosed = state.withLock { state in
        state.opening.remove(model)
        if state.isClosed { return true }
        state.workers[model] = worker
        if let newest = state.newest, newest.point.model == model { worker.request(newest) }
        return false
      }
      if isClosed { worker.stop() }
    } catch {
      let newest = state.withLock { state in
        state.opening.remove(model)
        return state.newest
      }
      if let newest { post(.evaluator(.failed(id: newest.id, "\(error)"))) }
    }
  }

  private func data(
    for recognizer: Recognizer, _ shown: LoadedDataset
  ) throws -> LoadedDataset {
    if shown.dataset.split == Self.split { return shown }
    let rate = recognizer.backbone.sampleRate
    if let known = state.withLock({ $0.data[rate] }) { return known }
    guard let dataset = try others().first(where: { $0.split == Self.split }) else { return shown }
    let data = try LoadedDataset(dataset, for: recognizer, isStrict: isStrict)
    state.withLock { $0.data[rate] = data }
    return data
  }
}
