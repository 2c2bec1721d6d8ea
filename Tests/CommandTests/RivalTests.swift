// What is said of rivals: which models they can be given, ratios and their spread, and the tables.

import Backbones
import Base
import Testing
import Tradeoff

@testable import dropscope

@Suite struct RivalTests {
  @Test func aRatioIsOfTheSameRound() {
    // The machine's pace halves in the middle, which changes no ratio.
    let steady = RivalResult(.pytorch, theirs: [20, 20, 40, 40], ours: [10, 10, 20, 20])
    #expect([steady.ratio.p10, steady.ratio.p50, steady.ratio.p90] == [2, 2, 2])
    let ours = [Double](repeating: 10, count: 11)
    let varied = RivalResult(.pytorch, theirs: (10...20).map(Double.init), ours: ours)
    #expect([varied.ratio.p10, varied.ratio.p50, varied.ratio.p90] == [1.1, 1.5, 1.9])
    #expect(varied.ratio.description == "1.10-1.90")
  }

  @Test func whatTheyCanBeGiven() throws {
    for rival in Rival.allCases {
      try rival.check(.full)
      for (other, compute) in [
        ("--rank", Compute(rank: 0.5)), ("--width", Compute(width: 0.5)),
        ("--precision bfloat16", Compute(precision: .bfloat16)),
      ] {
        let error = #expect(throws: UsageError.self) { try rival.check(compute) }
        #expect(error?.description == "--\(rival.option) and \(other) cannot be given together")
      }
    }
    try Rival.onnxruntime.check(Compute(precision: .int8))
    #expect(throws: UsageError.self) { try Rival.pytorch.check(Compute(precision: .int8)) }
  }

  private func report(lengths: [Double], rivals: [Rival]) -> BenchReport {
    let results = rivals.enumerated().map { index, rival in
      RivalResult(rival, theirs: [Double(10 + index)], ours: [10])
    }
    return BenchReport(
      machine: "m", threads: 2, dataset: "heldout", split: "dev", model: "m", sgemmGflops: 1,
      sgemmGflopsAllThreads: 2, recognition: [], recordingSeconds: lengths[0],
      recording: lengths.map { length in
        RecordingSpeed(
          mask: "101", keptLayers: 2, seconds: length, threads: 2, realTimeFactor: 0.01,
          latencyMilliseconds: Summary.Percentiles(milliseconds: [10]),
          rivals: results.map {
            RecordingSpeed.Beside(result: $0, milliseconds: 12.34, difference: 2e-6)
          })
      },
      throughput: rivals.isEmpty
        ? []
        : [
          SplitSpeed(
            mask: "101", keptLayers: 2, threads: 2, utterances: 7, audioSecondsPerSecond: 300,
            rivals: results.map {
              SplitSpeed.Beside(result: $0, way: "sessions", audioSecondsPerSecond: 250)
            })
        ],
      training: [], pytorchVersion: rivals.contains(.pytorch) ? "2.1" : nil,
      onnxruntimeVersion: rivals.contains(.onnxruntime) ? "1.2" : nil)
  }

  @Test func oneLengthAloneIsInTheHeading() {
    let report = report(lengths: [10], rivals: [])
    #expect(
      report.recordingTable.map(\.text) == [
        "one recording of 10.0 s, 2 threads",
        "mask  keep     RTF   p50 ms",
        "101      2  0.0100     10.0",
      ])
    #expect(report.throughputTable.isEmpty)
  }

  @Test func rivalsHaveColumns() {
    let report = report(lengths: [1, 2.5], rivals: [.pytorch, .onnxruntime])
    #expect(
      report.recordingTable.map(\.text) == [
        "one recording; in turns with PyTorch 2.1 and ONNX Runtime 1.2",
        "mask  keep  seconds  threads     RTF   p50 ms  PyTorch ms  ratio      10-90 %  difference"
          + "  ONNX Runtime ms  ratio      10-90 %  difference",
        "101      2      1.0        2  0.0100     10.0        12.3   1.00    1.00-1.00       2e-06"
          + "             12.3   1.10    1.10-1.10       2e-06",
        "101      2      2.5        2  0.0100     10.0        12.3   1.00    1.00-1.00       2e-06"
          + "             12.3   1.10    1.10-1.10       2e-06",
      ])
    #expect(
      report.throughputTable.map(\.text) == [
        "throughput: 7 utterances of heldout dev, 2 threads; in turns with PyTorch 2.1 and ONNX Runtime 1.2",
        "mask  keep  audio s/s  PyTorch s/s  ratio      10-90 %        by  ONNX Runtime s/s  ratio"
          + "      10-90 %        by",
        "101      2      300.0        250.0   1.00    1.00-1.00  sessions             250.0   1.10"
          + "    1.10-1.10  sessions",
      ])
  }
}
