// A finished evaluation in the shared field names.

import Backbones
import Foundation
import Speech
import Testing
import TestSupport

@testable import Tradeoff

@Suite struct SummaryTests {
  private func summary(utterances: Int, walk: Walk) throws -> (Summary, [UtteranceResult]) {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: utterances)
    let evaluator = Evaluator(recognizer, data)
    var results = (0..<utterances).compactMap { evaluator.evaluate($0, walk) }
    // Times that a person can check: 1, 2, 3, ... milliseconds.
    for index in results.indices { results[index].seconds = Double(utterances - index) / 1000 }
    let summary = Summary(
      results, model: "fake", dataset: data.dataset, policy: "spread", walk: walk, threads: 2,
      machine: "paper")
    return (summary, results)
  }

  @Test func jsonHasTheSharedNames() throws {
    let (summary, _) = try summary(
      utterances: 20, walk: Walk(LayerMask("110110", layerCount: 6)))
    let data = try JSONEncoder().encode(summary)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "model", "dataset", "split", "policy", "mask", "kept_layers", "drop_ratio", "utterances",
        "words", "wer", "wer_ci95", "cer", "substitutions", "deletions", "insertions",
        "gflop_per_audio_second", "real_time_factor", "latency_ms", "threads", "machine",
        "skipped",
      ])
    let latency = try #require(object["latency_ms"] as? [String: Double])
    #expect(Set(latency.keys) == ["p50", "p95"])
    #expect((object["wer_ci95"] as? [Double])?.count == 2)
    #expect(object["mask"] as? String == "110110" && object["kept_layers"] as? Int == 4)
    #expect(try JSONDecoder().decode(Summary.self, from: data) == summary)
  }

  @Test func sumsItsResults() throws {
    let mask = try LayerMask("110110", layerCount: 6)
    let (summary, results) = try summary(utterances: 20, walk: Walk(mask))
    let counts = results.reduce(ErrorCounts()) { $0 + $1.counts }
    #expect(summary.wer == counts.rate && summary.words == counts.words)
    #expect(
      summary.substitutions + summary.deletions + summary.insertions == counts.errors)
    let interval = try #require(summary.werInterval)
    #expect(interval[0] <= summary.wer && summary.wer <= interval[1])
    expectClose(summary.dropRatio, 1.0 / 3)
    // 20 utterances of 1 to 20 ms: nearest ranks 10 and 19.
    expectClose(summary.latency.p50, 10)
    expectClose(summary.latency.p95, 19)
    let audio = results.reduce(0) { $0 + $1.audioSeconds }
    expectClose(summary.realTimeFactor, 0.21 / audio)
    expectClose(
      summary.gflopPerAudioSecond, results.reduce(0) { $0 + $1.operations } / audio / 1e9)
  }

  @Test func oneUtteranceHasNoInterval() throws {
    let (summary, _) = try summary(utterances: 1, walk: .full(6))
    #expect(summary.werInterval == nil && summary.latency.p50 == summary.latency.p95)
  }
}
