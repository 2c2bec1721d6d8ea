// One recording that somebody waits for: timed for `dropscope bench`, taking turns with rivals.

import Backbones
import Base
import Foundation
import Kernels
import Tradeoff

/// How fast one recording is recognised at one mask.
struct RecordingSpeed: Encodable {
  var mask: String
  var keptLayers: Int
  /// Of audio.
  var seconds: Double
  var threads: Int
  var realTimeFactor: Double
  /// From samples to log-probabilities.
  var latencyMilliseconds: Summary.Percentiles
  /// From what the network takes to log-probabilities.
  var rivals: [Beside] = []
  /// Of log-probabilities from the rivals', relative to the largest.
  var largestDifference: Double? { rivals.map(\.difference).max() }

  struct Beside {
    var result: RivalResult
    /// Median.
    var milliseconds: Double
    var difference: Double
  }

  func encode(to encoder: any Encoder) throws {
    var row = encoder.container(keyedBy: AnyKey.self)
    try row.encode(mask, forKey: AnyKey("mask"))
    try row.encode(keptLayers, forKey: AnyKey("kept_layers"))
    try row.encode(seconds, forKey: AnyKey("audio_seconds"))
    try row.encode(threads, forKey: AnyKey("threads"))
    try row.encode(realTimeFactor, forKey: AnyKey("real_time_factor"))
    try row.encode(latencyMilliseconds, forKey: AnyKey("latency_ms"))
    try row.encodeIfPresent(largestDifference, forKey: AnyKey("largest_difference"))
    for rival in rivals {
      let name = rival.result.rival.rawValue
      try row.encode(rival.milliseconds, forKey: AnyKey("\(name)_latency_ms"))
      try row.encode(rival.difference, forKey: AnyKey("\(name)_difference"))
      try rival.result.encode(into: &row)
    }
  }
}

struct RecordingBench {
  /// What walks know a recording by.
  private static let utterance = "recording"
  let recognizer: Recognizer
  /// Mono samples of each recording, shortest first.
  let recordings: [[Float]]
  /// As walks are counted, what they make of each recording.
  private let masks: [[LayerMask]]
  private let walks: [Walk]

  /// The first `seconds` of a data set's audio, or all there is, for each of several lengths.
  init(_ recognizer: Recognizer, _ data: LoadedDataset, walks: [Walk], seconds: [Double]) {
    self.recognizer = recognizer
    self.walks = walks
    let counts = seconds.map { Int($0 * Double(data.sampleRate)) }
    let samples = Array(data.samples.lazy.joined().prefix(counts.max() ?? 0))
    let recordings = Set(counts.map { min($0, samples.count) }).sorted().map {
      Array(samples.prefix($0))
    }
    self.recordings = recordings
    masks = walks.map { walk in
      recordings.map {
        walk.mask(of: Self.utterance)
          ?? recognizer.backbone.passage($0, by: walk, of: Self.utterance).mask
      }
    }
  }

  /// Of the longest.
  var seconds: Double { seconds(of: recordings.count - 1) }

  private func seconds(of recording: Int) -> Double {
    Double(recordings[recording].count) / Double(recognizer.backbone.sampleRate)
  }

  /// What rivals compare theirs with.
  var expected: [(mask: LayerMask, recording: Int, logProbabilities: Tensor)] {
    let all = walks.indices.flatMap { walk in
      recordings.indices.map { (mask: masks[walk][$0], recording: $0, walk: walk) }
    }
    var seen: Set<String> = []
    return all.filter { seen.insert("\($0.mask) \($0.recording)").inserted }.map {
      ($0.mask, $0.recording, logProbabilities($0.walk, $0.recording, threads: 1))
    }
  }

  private func logProbabilities(_ walk: Int, _ recording: Int, threads: Int) -> Tensor {
    Parallel.with(threads: threads) {
      recognizer.backbone.passage(recordings[recording], by: walks[walk], of: Self.utterance)
        .logProbabilities
    }
  }

  /// - Parameter walk: its place.
  /// - Returns: a row for each recording.
  func run(_ walk: Int, threads: Int, beside rivals: [RivalRecognition]) throws -> [RecordingSpeed]
  {
    try recordings.indices.map { recording in
      let mask = masks[walk][recording]
      for rival in rivals { try rival.open(mask, threads: threads) }
      // Both warm up.
      _ = logProbabilities(walk, recording, threads: threads)
      let differences = try rivals.map { try $0.difference(recording: recording) }
      let turns = Turns(count: 1 + rivals.count)
      let times = try turns.take(Turns.ofRecordings) { turn in
        if turn > 0 { return try rivals[turn - 1].milliseconds(recording: recording) }
        return ContinuousClock().measure {
          _ = logProbabilities(walk, recording, threads: threads)
        }.seconds * 1000
      }
      let own = Summary.Percentiles(milliseconds: times[0])
      let seconds = seconds(of: recording)
      return RecordingSpeed(
        mask: mask.description, keptLayers: mask.keptCount, seconds: seconds, threads: threads,
        realTimeFactor: own.p50 / 1000 / seconds, latencyMilliseconds: own,
        rivals: rivals.indices.map { index in
          let theirs = times[index + 1]
          return RecordingSpeed.Beside(
            result: RivalResult(rivals[index].rival, theirs: theirs, ours: times[0]),
            milliseconds: Summary.Percentiles(milliseconds: theirs).p50,
            difference: differences[index])
        })
    }
  }
}
