// All utterances of a split, one after the other on every thread: timed for `dropscope bench` in turns with
// rivals.

import Backbones
import Base
import Foundation
import Tradeoff

/// How fast a split is recognised at one mask.
struct SplitSpeed: Encodable {
  var mask: String
  var keptLayers: Int
  var threads: Int
  var utterances: Int
  /// Median.
  var audioSecondsPerSecond: Double
  var rivals: [Beside]

  struct Beside {
    var result: RivalResult
    /// The fastest of its ways.
    var way: String
    var audioSecondsPerSecond: Double
  }

  func encode(to encoder: any Encoder) throws {
    var row = encoder.container(keyedBy: AnyKey.self)
    try row.encode(mask, forKey: AnyKey("mask"))
    try row.encode(keptLayers, forKey: AnyKey("kept_layers"))
    try row.encode(threads, forKey: AnyKey("threads"))
    try row.encode(utterances, forKey: AnyKey("utterances"))
    try row.encode(audioSecondsPerSecond, forKey: AnyKey("audio_seconds_per_second"))
    for rival in rivals {
      let name = rival.result.rival.rawValue
      try row.encode(
        rival.audioSecondsPerSecond, forKey: AnyKey("\(name)_audio_seconds_per_second"))
      try row.encode(rival.way, forKey: AnyKey("\(name)_way"))
      try rival.result.encode(into: &row)
    }
  }
}

struct SplitBench {
  let recognizer: Recognizer
  let utterances: [(id: String, samples: [Float])]
  let threads: Int

  private var audioSeconds: Double {
    utterances.reduce(0) { $0 + Double($1.samples.count) }
      / Double(recognizer.backbone.sampleRate)
  }

  /// - Returns: nil for a walk that gives utterances masks of their own, which rivals cannot.
  func run(_ walk: Walk, beside rivals: [RivalRecognition]) throws -> SplitSpeed? {
    guard let mask = walk.mask else { return nil }
    for rival in rivals { try rival.open(mask, threads: threads) }
    let theirWays = rivals.flatMap { rival in rival.ways.map { (rival: rival, way: $0) } }
    let times = try Turns(count: 1 + theirWays.count).take(Turns.ofSplits) { turn in
      if turn == 0 { return seconds(walk) }
      let other = theirWays[turn - 1]
      return try other.rival.seconds(way: other.way)
    }
    let audio = audioSeconds
    func pace(_ seconds: [Double]) -> Double {
      audio / Summary.Percentiles.rank(0.5, of: seconds.sorted())
    }
    return SplitSpeed(
      mask: mask.description, keptLayers: mask.keptCount, threads: threads,
      utterances: utterances.count, audioSecondsPerSecond: pace(times[0]),
      rivals: rivals.compactMap { rival in
        let best = theirWays.indices.filter { theirWays[$0].rival === rival }
          .max { pace(times[$0 + 1]) < pace(times[$1 + 1]) }
        return best.map { best in
          SplitSpeed.Beside(
            result: RivalResult(rival.rival, theirs: times[best + 1], ours: times[0]),
            way: theirWays[best].way, audioSecondsPerSecond: pace(times[best + 1]))
        }
      })
  }

  /// Whole utterances side by side, each in one thread.
  private func seconds(_ walk: Walk) -> Double {
    let (backbone, utterances) = (recognizer.backbone, utterances)
    return ContinuousClock().measure {
      WorkerTeam.each(of: utterances.count, workers: threads) { index in
        _ = backbone.passage(utterances[index].samples, by: walk, of: utterances[index].id)
      }
    }.seconds
  }
}
