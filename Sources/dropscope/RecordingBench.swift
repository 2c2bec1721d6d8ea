// One recording that somebody waits for, recognised with every thread: timed for `dropscope bench`.

import Backbones
import Base
import Foundation
import Kernels
import Tradeoff

/// How fast one recording is recognised at one mask.
struct RecordingSpeed: Codable {
  var mask: String
  var keptLayers: Int
  var realTimeFactor: Double
  /// From samples to log-probabilities.
  var latencyMilliseconds: Summary.Percentiles
  /// Median, from prepared samples to logits.
  var pytorchLatencyMilliseconds: Double?
  /// PyTorch's time over ours.
  var ratioToPytorch: Double?
  /// Of log-probabilities from PyTorch's, relative to the largest.
  var largestDifference: Double?

  enum CodingKeys: String, CodingKey {
    case mask
    case keptLayers = "kept_layers"
    case realTimeFactor = "real_time_factor"
    case latencyMilliseconds = "latency_ms"
    case pytorchLatencyMilliseconds = "pytorch_latency_ms"
    case ratioToPytorch = "ratio_to_pytorch"
    case largestDifference = "largest_difference"
  }
}

struct RecordingBench {
  private static let repetitions = 5
  /// What walks know the recording by.
  private static let utterance = "recording"
  /// Of the largest log-probability; rounding alone is a hundredth of it.
  private static let tolerance = 1e-3
  let recognizer: Recognizer
  /// Mono samples of the whole recording.
  let samples: [Float]
  let walks: [Walk]
  /// What each walk makes of the recording.
  let masks: [LayerMask]
  let threads: Int

  /// The first `seconds` of a data set's audio, or all there is.
  init(
    _ recognizer: Recognizer, _ data: LoadedDataset, walks: [Walk], seconds: Double,
    threads: Int
  ) {
    self.recognizer = recognizer
    self.walks = walks
    self.threads = threads
    let count = Int(seconds * Double(data.sampleRate))
    let samples = Array(data.samples.lazy.joined().prefix(count))
    self.samples = samples
    masks = walks.map {
      $0.mask(of: Self.utterance)
        ?? recognizer.backbone.passage(samples, by: $0, of: Self.utterance).mask
    }
  }

  var seconds: Double { Double(samples.count) / Double(recognizer.backbone.sampleRate) }

  /// What makes a model's input, where there is a script that runs it in PyTorch.
  static func features(_ recognizer: Recognizer) -> FeatureExtractor? {
    guard let features = (recognizer.backbone as? any FeatureBackbone)?.features,
      case .waveform = features
    else { return nil }
    return features
  }

  /// Without PyTorch; milliseconds of every repetition by each walk. The first, which warms up, does
  /// not count.
  private func times() -> [[Double]] {
    walks.map { walk in
      (0...Self.repetitions).map { _ in
        ContinuousClock().measure { _ = logProbabilities(walk) }.seconds * 1000
      }.dropFirst().map { $0 }
    }
  }

  private func logProbabilities(_ walk: Walk) -> Tensor {
    Parallel.with(threads: threads) {
      recognizer.backbone.passage(samples, by: walk, of: Self.utterance).logProbabilities
    }
  }

  private struct Plan: Encodable {
    var model: String
    var threads: Int
    var repetitions: Int
    var masks: [String]
  }

  private struct Answer: Decodable {
    var version: String
    var milliseconds: [String: [Double]]
    var differences: [String: Double]
  }

  /// - Parameter interpreter: runs the model in PyTorch too; only models that take samples are in
  ///   that comparison.
  /// - Returns: a row a mask, and PyTorch's version where it was asked.
  func run(pytorch interpreter: String?) throws -> (rows: [RecordingSpeed], version: String?) {
    var times = times()
    var answer: Answer?
    if let interpreter, let features = Self.features(recognizer) {
      let script = try PyTorchScript("pytorch_recognition.py", interpreter: interpreter)
      let plan = Plan(
        model: recognizer.folder.path, threads: threads, repetitions: 2 * Self.repetitions,
        masks: masks.map(\.description))
      answer = try script.run(plan, answer: Answer.self) { folder in
        try SafetensorsWriter.write(
          [("samples", features(samples))]
            + zip(masks, walks).map { ($0.description, logProbabilities($1)) },
          as: .float32, metadata: [:], to: folder.appendingPathComponent("input.safetensors"))
      }
      if let worst = answer?.differences.max(by: { $0.value < $1.value }),
        !(worst.value <= Self.tolerance)
      {
        throw InputError(
          script.script.path, expected: "our log-probabilities at mask \(worst.key)",
          found: "others, off by \(worst.value) of the largest: this is another model")
      }
      // Before PyTorch and after it, so that a machine whose pace changes favours neither.
      times = zip(times, self.times()).map { $0 + $1 }
    }
    let rows = zip(masks, times).map { mask, times in
      let name = mask.description
      let own = Summary.Percentiles(milliseconds: times)
      let other = answer?.milliseconds[name].map { Summary.Percentiles(milliseconds: $0).p50 }
      return RecordingSpeed(
        mask: name, keptLayers: mask.keptCount, realTimeFactor: own.p50 / 1000 / seconds,
        latencyMilliseconds: own, pytorchLatencyMilliseconds: other,
        ratioToPytorch: other.map { $0 / own.p50 },
        largestDifference: answer?.differences[name])
    }
    return (rows, answer?.version)
  }
}
