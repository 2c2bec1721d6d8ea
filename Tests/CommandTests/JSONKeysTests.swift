// The keys that programs read: names in Swift may change, these may not.

import Backbones
import Base
import Foundation
import Testing
import Tradeoff

@testable import dropscope

@Suite struct JSONKeysTests {
  private func keys(_ value: some Encodable) throws -> [String] {
    let data = Data(try JSON.line(value).utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return object.keys.sorted()
  }

  private let latency = Summary.Percentiles(milliseconds: [1, 2])

  @Test func bench() throws {
    let recognition = BenchReport.Recognition(
      mask: "1", keptLayers: 1, utterances: 1, gflopPerAudioSecond: 1, realTimeFactor: 1,
      latencyMilliseconds: latency, gflops: 1, shareOfPeak: 1)
    func beside(_ rival: Rival) -> RivalResult { RivalResult(rival, theirs: [2], ours: [1]) }
    let recording = RecordingSpeed(
      mask: "1", keptLayers: 1, seconds: 1, threads: 1, realTimeFactor: 1,
      latencyMilliseconds: latency,
      rivals: Rival.allCases.map {
        RecordingSpeed.Beside(result: beside($0), milliseconds: 1, difference: 1)
      })
    let throughput = SplitSpeed(
      mask: "1", keptLayers: 1, threads: 1, utterances: 1, audioSecondsPerSecond: 1,
      rivals: Rival.allCases.map {
        SplitSpeed.Beside(result: beside($0), way: "threads", audioSecondsPerSecond: 1)
      })
    var training = TrainingSpeed(
      recipe: "dld", steps: 1, audioSecondsPerSecond: 1, gflops: 1, shareOfPeak: 1)
    training.compare(with: 2)
    var report = BenchReport(
      machine: "m", threads: 1, dataset: "d", split: "s", model: "m", sgemmGflops: 1,
      sgemmGflopsAllThreads: 1, recognition: [recognition], recordingSeconds: 1,
      recording: [recording], throughput: [throughput], peakMemoryMiB: 1, training: [training],
      pytorchVersion: "2", onnxruntimeVersion: "1")
    #expect(
      try keys(report) == [
        "dataset", "machine", "model", "onnxruntime_version", "peak_memory_mib", "pytorch_version",
        "recognition", "recording", "recording_seconds", "sgemm_gflops", "sgemm_gflops_all_threads",
        "split", "threads", "throughput", "training",
      ])
    (report.rank, report.width, report.precision) =
      Compute(rank: 0.5, width: 0.75, precision: .int8).fields
    #expect(try keys(report).count == 18)
    #expect(try Set(keys(report)).isSuperset(of: ["rank", "width", "precision"]))
    #expect(
      try keys(recognition) == [
        "gflop_per_audio_second", "gflops", "kept_layers", "latency_ms", "mask",
        "real_time_factor", "share_of_peak", "utterances",
      ])
    #expect(
      try keys(recording) == [
        "audio_seconds", "kept_layers", "largest_difference", "latency_ms", "mask",
        "onnxruntime_difference", "onnxruntime_latency_ms", "pytorch_difference",
        "pytorch_latency_ms", "ratio_to_onnxruntime", "ratio_to_onnxruntime_spread",
        "ratio_to_pytorch", "ratio_to_pytorch_spread", "real_time_factor", "threads",
      ])
    #expect(
      try keys(throughput) == [
        "audio_seconds_per_second", "kept_layers", "mask", "onnxruntime_audio_seconds_per_second",
        "onnxruntime_way", "pytorch_audio_seconds_per_second", "pytorch_way",
        "ratio_to_onnxruntime", "ratio_to_onnxruntime_spread", "ratio_to_pytorch",
        "ratio_to_pytorch_spread", "threads", "utterances",
      ])
    #expect(try keys(beside(.pytorch).ratio) == ["p10", "p50", "p90"])
    #expect(
      try keys(training) == [
        "audio_seconds_per_second", "gflops", "pytorch_audio_seconds_per_second",
        "ratio_to_pytorch",
        "recipe", "share_of_peak", "steps",
      ])
  }

  @Test func transcribe() throws {
    var result = TranscribeCommand.Result(
      file: "a", text: "b", audioSeconds: 1, seconds: 1, mask: "1", words: [])
    let always = ["audio_seconds", "file", "mask", "seconds", "text", "words"]
    #expect(try keys(result) == always)
    (result.rank, result.width, result.precision) = (0.5, 0.75, .int8)
    #expect(try keys(result) == (always + ["precision", "rank", "width"]).sorted())
    (result.rank, result.width, result.precision) = Compute.full.fields
    (result.decoder, result.beam, result.lm, result.lmWeight) = ("beam", 1, "words.arpa", 1)
    (result.wordBonus, result.decodeSeconds) = (1, 1)
    #expect(
      try keys(result) == [
        "audio_seconds", "beam", "decode_seconds", "decoder", "file", "lm", "lm_weight", "mask",
        "seconds", "text", "word_bonus", "words",
      ])
  }

  @Test func tuning() throws {
    #expect(
      try keys(LanguageModelTuning.Entry(lmWeight: 1, wordBonus: 1, wer: 1))
        == ["lm_weight", "wer", "word_bonus"])
  }
}
