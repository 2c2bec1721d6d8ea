// The evaluator's threads: complete, in one order, quick to drop what is no longer wanted.

import Backbones
import Foundation
import Synchronization
import Testing

@testable import Tradeoff

/// Events as they came.
private final class Log: Sendable {
  private let events = Mutex<[EvaluationEvent]>([])

  func post(_ event: EvaluationEvent) { events.withLock { $0.append(event) } }
  var all: [EvaluationEvent] { events.withLock { $0 } }

  func results(_ id: Int) -> [UtteranceResult] {
    all.compactMap { if case .utterance(id, let result) = $0 { result } else { nil } }
  }

  func isFinished(_ id: Int) -> Bool {
    all.contains { if case .finished(id) = $0 { true } else { false } }
  }

  /// Of any request.
  static func id(_ event: EvaluationEvent) -> Int {
    switch event {
    case .started(let id, _), .utterance(let id, _), .finished(let id), .failed(let id, _): id
    }
  }
}

/// Waits for something that must come; a loaded machine may take its time.
private func wait(_ what: String, until condition: () -> Bool) {
  let end = ContinuousClock.now + .seconds(60)
  while !condition() {
    guard ContinuousClock.now < end else {
      Issue.record("waited 60 s for \(what)")
      return
    }
    Thread.sleep(forTimeInterval: 0.001)
  }
}

private func start(_ backbone: FakeBackbone, utterances: Int, workers: Int) throws
  -> (EvaluationWorker, Log)
{
  let (recognizer, data) = try fake(backbone, utterances: utterances)
  let log = Log()
  let worker = EvaluationWorker(recognizer: recognizer, dataset: data, workers: workers) {
    log.post($0)
  }
  return (worker, log)
}

@Suite(.serialized) struct EvaluationWorkerTests {
  @Test(arguments: [1, 2, 5])
  func everyUtteranceOnceBetweenStartAndFinish(workers: Int) throws {
    let backbone = FakeBackbone()
    let (worker, log) = try start(backbone, utterances: 40, workers: workers)
    worker.request(
      EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy)))
    wait("the end") { log.isFinished(1) }
    #expect(worker.stop())
    let events = log.all
    #expect(events.count == 42)
    guard case .started(1, 40)? = events.first, case .finished(1)? = events.last else {
      Issue.record("wrong first or last event")
      return
    }
    #expect(log.results(1).map(\.index).sorted() == Array(0..<40))
    // What the threads found is what one thread finds.
    let (recognizer, data) = try fake(backbone, utterances: 40)
    let evaluator = Evaluator(recognizer, data)
    for result in log.results(1) {
      let alone = try #require(evaluator.evaluate(result.index, .full(6)))
      #expect(result.transcript == alone.transcript && result.counts == alone.counts)
    }
  }

  @Test func orderIsShuffledAndAlwaysTheSame() throws {
    func order() throws -> [Int] {
      let (worker, log) = try start(FakeBackbone(), utterances: 40, workers: 1)
      defer { worker.stop() }
      worker.request(
        EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy)))
      wait("the end") { log.isFinished(1) }
      return log.results(1).map(\.index)
    }
    let first = try order()
    #expect(first == (try order()))
    #expect(first != Array(0..<40))
  }

  @Test func nothingOfAnOlderRequestAfterANewerOne() throws {
    let backbone = FakeBackbone()
    let (worker, log) = try start(backbone, utterances: 30, workers: 2)
    defer { worker.stop() }
    for id in 1...300 {
      worker.request(
        EvaluationRequest(
          id: id,
          OperatingPoint(
            model: 0, walk: Walk(LayerMask(layerCount: 6, keeping: 0..<(id % 7))), decoding: .greedy
          )))
      // Everything after this point must be of this id.
      let before = log.all.count
      if id % 10 == 0 { Thread.sleep(forTimeInterval: 0.001) }
      #expect(log.all.dropFirst(before).allSatisfy { Log.id($0) == id })
    }
    wait("the last request") { log.isFinished(300) }
    #expect(log.results(300).map(\.index).sorted() == Array(0..<30))
    let ids = log.all.map(Log.id)
    #expect(ids == ids.sorted())
  }

  @Test func whatIsKnownIsNeitherComputedNorAnswered() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (worker, log) = try start(backbone, utterances: 20, workers: 2)
    defer { worker.stop() }
    worker.request(
      EvaluationRequest(
        id: 1, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy), known: [0, 3, 19]))
    wait("request 1") { log.isFinished(1) }
    #expect(Set(log.results(1).map(\.index)) == Set(0..<20).subtracting([0, 3, 19]))
    #expect(backbone.frontEndCalls == 17)
    worker.request(
      EvaluationRequest(
        id: 2, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy), known: Set(0..<20)))
    wait("request 2") { log.isFinished(2) }
    #expect(log.results(2).isEmpty && backbone.frontEndCalls == 17)
  }

  @Test func limitsAreOfWhatIsNotKnownYet() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (worker, log) = try start(backbone, utterances: 5, workers: 2)
    defer { worker.stop() }
    var known: Set<Int> = []
    for id in 1...7 {
      worker.request(
        EvaluationRequest(
          id: id, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy), known: known,
          limit: 1))
      wait("request \(id)") { log.isFinished(id) }
      let results = log.results(id).map(\.index)
      #expect(results.count == (id <= 5 ? 1 : 0) && known.isDisjoint(with: results))
      known.formUnion(results)
    }
    #expect(known.count == 5 && backbone.frontEndCalls == 5)
  }

  @Test func anewEverythingRunsAgain() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (worker, log) = try start(backbone, utterances: 4, workers: 2)
    defer { worker.stop() }
    for (id, calls) in [(1, 4), (2, 8), (3, 12)] {
      worker.request(
        EvaluationRequest(
          id: id, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy), isAnew: id > 1))
      wait("request \(id)") { log.isFinished(id) }
      #expect(log.results(id).count == 4)
      #expect(backbone.frontEndCalls == calls && backbone.layerCalls.count == calls * 6)
    }
  }

  /// What it could have gone on from is not in memory while another model computes.
  @Test func restedItBeginsWithTheSamples() throws {
    let backbone = FakeBackbone(layerCount: 6)
    let (worker, log) = try start(backbone, utterances: 4, workers: 2)
    defer { worker.stop() }
    for (id, calls) in [(1, 4), (2, 4), (3, 8)] {
      if id == 3 { worker.rest() }
      worker.request(
        EvaluationRequest(id: id, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy)))
      wait("request \(id)") { log.isFinished(id) }
      #expect(log.results(id).count == 4)
      #expect(backbone.frontEndCalls == calls && backbone.layerCalls.count == calls * 6)
    }
  }

  @Test func stopEndsTheThreadsSoon() throws {
    let backbone = FakeBackbone(layerCount: 12, layerSeconds: 0.01)
    let (worker, log) = try start(backbone, utterances: 100, workers: 3)
    worker.request(
      EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(12), decoding: .greedy)))
    wait("work") { !backbone.layerCalls.isEmpty }
    #expect(worker.stop(limit: 30))
    let (calls, events) = (backbone.layerCalls.count, log.all.count)
    worker.request(
      EvaluationRequest(id: 2, OperatingPoint(model: 0, walk: .full(12), decoding: .greedy)))
    Thread.sleep(forTimeInterval: 0.05)
    #expect(backbone.layerCalls.count == calls && log.all.count == events)
    #expect(!log.isFinished(1))
  }

  @Test func stopGivesUpAtItsTimeLimit() throws {
    let backbone = FakeBackbone(layerCount: 1, layerSeconds: 2)
    let (worker, _) = try start(backbone, utterances: 2, workers: 1)
    worker.request(
      EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(1), decoding: .greedy)))
    wait("work") { !backbone.layerCalls.isEmpty }
    #expect(!worker.stop(limit: 0.05))
    #expect(worker.stop(limit: 30))
  }

  @Test func emptyDataSetFinishesAtOnce() throws {
    let (worker, log) = try start(FakeBackbone(), utterances: 0, workers: 2)
    defer { worker.stop() }
    worker.request(
      EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy)))
    wait("the end") { log.isFinished(1) }
    #expect(log.all.count == 2)
  }
}

/// Runs by itself: the name says so to the test command.
@Suite(.serialized) struct EvaluationTimingTests {
  @Test(arguments: [1, 3])
  func newerRequestStopsTheOlderWithinOneLayer(workers: Int) throws {
    let backbone = FakeBackbone(layerCount: 12, layerSeconds: 0.005)
    let (worker, log) = try start(backbone, utterances: 200, workers: workers)
    defer { worker.stop() }
    for round in 0..<5 {
      let id = 2 * round + 1
      worker.request(
        EvaluationRequest(
          id: id,
          OperatingPoint(
            model: 0, walk: Walk(LayerMask(layerCount: 12, keeping: 0..<(12 - round))),
            decoding: .greedy)))
      wait("work") { !log.results(id).isEmpty }
      // Each worker may be just about to start one layer; after that layer it must see the change.
      let asked = ContinuousClock.now
      worker.cancel()
      let returned = ContinuousClock.now - asked
      let calls = backbone.layerCalls.count
      let events = log.all.count
      Thread.sleep(forTimeInterval: 0.1)
      #expect(backbone.layerCalls.count <= calls + workers)
      #expect(log.all.count == events, "posted after cancel")
      #expect(returned < .milliseconds(50))
    }
  }

  @Test func unfinishedRequestIsTakenUpWhereItStopped() throws {
    let backbone = FakeBackbone(layerCount: 6, layerSeconds: 0.002)
    let (worker, log) = try start(backbone, utterances: 20, workers: 1)
    defer { worker.stop() }
    worker.request(
      EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy)))
    wait("some results") { log.results(1).count >= 5 }
    worker.cancel()
    let done = log.results(1).count
    worker.request(
      EvaluationRequest(
        id: 2, OperatingPoint(model: 0, walk: .full(6), decoding: .greedy),
        known: Set(log.results(1).map(\.index))))
    wait("request 2") { log.isFinished(2) }
    #expect(done < 20)
    // Every layer of every utterance ran once, whatever was interrupted.
    #expect(backbone.layerCalls.count == 20 * 6)
    #expect(backbone.frontEndCalls == 20)
  }
}
