// Faulty copies of sweeps and traces: read or refused, in a sentence.

import Base
import Foundation
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct MutationTests {
  private func expectSentences(
    _ name: String, _ seeds: [String], _ read: (URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent(name)
      var mutations = Mutations(seeds)
      for _ in 0..<Mutations.count {
        let data = mutations.next()
        try data.write(to: file)
        do {
          try read(file)
        } catch let error as InputError {
          #expect(error.description == error.description.harmless)
        } catch {
          Issue.record("\(error) of \(data.base64EncodedString())")
        }
      }
    }
  }

  @Test func sweeps() throws {
    let line = """
      {"cer":0.01,"dataset":"d","deletions":6,"drop_ratio":0,"gflop_per_audio_second":0.25,\
      "insertions":5,"kept_layers":4,"latency_ms":{"p50":23.5,"p95":30.75},"machine":"m",\
      "mask":"1111","model":"dld","point":0,"points":1,"policy":"random",\
      "real_time_factor":0.06,"seed":1,"split":"t","substitutions":56,"sweep":"1a",\
      "threads":2,"utterances":258,"wer":0.25,"wer_ci95":[0.125,0.375],"words":1550}
      """
    try expectSentences("a.jsonl", [line + "\n"]) { file in
      let merged = try SweepFile.merge([("a", try SweepFile.read(file))])
      _ = SweepPoint.csv(merged)
      _ = SavedSweep.of(SweepGroup.of(merged)).map(\.points)
      _ = SweepGroup.of(merged).map { ($0.range, $0.deviation) }
    }
  }

  @Test func traces() throws {
    try expectSentences("a.csv", ["seconds,speed\n10,0.5\r\n2.5,1\n"]) { file in
      let trace = try ComputeTrace(csv: file)
      for time in [0, 1e-3, 12.4, 1e9] { #expect((0...1).contains(trace.speed(at: time))) }
    }
  }
}
