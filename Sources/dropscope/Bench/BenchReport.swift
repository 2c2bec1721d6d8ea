// What `dropscope bench` found, as JSON and for people.

import Backbones
import Base
import Foundation
import Tradeoff

struct BenchReport: Encodable {
  var machine: String
  var threads: Int
  var dataset: String
  var split: String
  var model: String
  /// As in `Summary`, of recognition: each absent where nothing is spared by it.
  var rank: Double?
  var width: Double?
  var precision: Compute.Precision?
  /// Single-precision GFLOP/s of matrix products, one thread and `threads` threads.
  var sgemmGflops: Double
  var sgemmGflopsAllThreads: Double
  var recognition: [Recognition]
  /// Of the one recording, at its longest.
  var recordingSeconds: Double
  var recording: [RecordingSpeed]
  /// Nothing without rivals.
  var throughput: [SplitSpeed]
  /// The most that the process has had before training, in MiB.
  var peakMemoryMiB: Double?
  var training: [TrainingSpeed]
  /// Of what was timed beside it.
  var pytorchVersion: String?
  var onnxruntimeVersion: String?

  enum CodingKeys: String, CodingKey {
    case machine, threads, dataset, split, model, rank, width, precision, recognition, recording
    case throughput, training
    case sgemmGflops = "sgemm_gflops"
    case sgemmGflopsAllThreads = "sgemm_gflops_all_threads"
    case recordingSeconds = "recording_seconds"
    case peakMemoryMiB = "peak_memory_mib"
    case pytorchVersion = "pytorch_version"
    case onnxruntimeVersion = "onnxruntime_version"
  }

  func version(of rival: Rival) -> String? {
    switch rival {
    case .pytorch: pytorchVersion
    case .onnxruntime: onnxruntimeVersion
    }
  }

  struct Recognition: Encodable {
    /// As in `Summary`: absent where utterances have masks of their own, and then there is a mean.
    var mask: String?
    var keptLayers: Int
    var meanKeptLayers: Double?
    var utterances: Int
    var gflopPerAudioSecond: Double
    var realTimeFactor: Double
    var latencyMilliseconds: Summary.Percentiles
    var gflops: Double
    /// Of the machine's single-thread peak.
    var shareOfPeak: Double

    enum CodingKeys: String, CodingKey {
      case mask, utterances, gflops
      case keptLayers = "kept_layers"
      case meanKeptLayers = "mean_kept_layers"
      case gflopPerAudioSecond = "gflop_per_audio_second"
      case realTimeFactor = "real_time_factor"
      case latencyMilliseconds = "latency_ms"
      case shareOfPeak = "share_of_peak"
    }
  }

  func show() throws {
    let recognitionTable = TextTable(
      ["mask", "keep", "GFLOP/s of audio", "RTF", "p50 ms", "p95 ms", "GFLOP/s", "of peak"],
      names: recognition.map { [$0.mask ?? Walk.ownMasks] }, numbers: [4, 6, 6, 6, 6, 7, 7])
    let compares = training.contains { $0.pytorchAudioSecondsPerSecond != nil }
    let trainingTable = TextTable(
      ["recipe", "steps", "audio s/s", "GFLOP/s", "of peak"]
        + (compares ? ["PyTorch s/s", "ratio"] : []),
      names: training.map { [$0.recipe] },
      numbers: [5, 7, 7, 7] + (compares ? [7, 5] : []))
    try StandardOutput.show(
      """
      \(machine)
      sgemm: \(TextTable.number(sgemmGflops, 1)) GFLOP/s with one thread, \
      \(TextTable.number(sgemmGflopsAllThreads, 1)) with \(threads)
      """)
    if !recognition.isEmpty {
      try StandardOutput.show(
        """

        recognition: \(model)\(Compute(fields: (rank, width, precision)).remark), \
        \(recognition[0].utterances) utterances of \
        \(dataset) \(split), one thread
        \(recognitionTable.heading)
        """)
    }
    for row in recognition {
      try StandardOutput.show(
        recognitionTable.line([
          row.mask ?? Walk.ownMasks, "\(row.keptLayers)",
          TextTable.number(row.gflopPerAudioSecond, 3),
          TextTable.number(row.realTimeFactor, 4), TextTable.number(row.latencyMilliseconds.p50, 1),
          TextTable.number(row.latencyMilliseconds.p95, 1), TextTable.number(row.gflops, 1),
          TextTable.number(100 * row.shareOfPeak, 0) + " %",
        ]))
    }
    for table in [recordingTable, throughputTable] where !table.isEmpty {
      try StandardOutput.show("")
      for line in table { try StandardOutput.show(line) }
    }
    if let memory = peakMemoryMiB, !recording.isEmpty {
      try StandardOutput.show(
        "memory: \(TextTable.number(memory, 0)) MiB at most, data set included")
    }
    guard !training.isEmpty else { return }
    try StandardOutput.show(
      """

      training: \(threads) threads\(compares ? "; PyTorch \(pytorchVersion ?? "") with as many" : "")
      \(trainingTable.heading)
      """)
    for row in training {
      try StandardOutput.show(
        trainingTable.line(
          [
            row.recipe, "\(row.steps)", TextTable.number(row.audioSecondsPerSecond, 1),
            TextTable.number(row.gflops, 1), TextTable.number(100 * row.shareOfPeak, 0) + " %",
          ]
            + (compares
              ? [
                row.pytorchAudioSecondsPerSecond.map { TextTable.number($0, 1) } ?? "",
                row.ratioToPytorch.map { TextTable.number($0, 2) } ?? "",
              ] : [])))
    }
  }
}
