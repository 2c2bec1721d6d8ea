// What a walk costs: FLOPs and parameters from shapes, time from a calibration on this machine.

import Backbones
import Base
import Foundation

package struct CostModel: Sendable, Equatable {
  /// FLOPs per second of audio of each stage, averaged over the data set's audio.
  package var stages: StageValues
  /// Parameters of each stage.
  package var parameters: StageValues?
  /// nil until this machine has been measured.
  package var latency: LatencyModel?
  /// Mean seconds of audio of an utterance: what `estimatedSeconds` is about.
  package var utteranceSeconds = 0.0

  package init(stages: StageValues) { self.stages = stages }

  /// Averages the backbone's exact counts over utterances of these lengths.
  package init(_ backbone: any Backbone, sampleCounts: [Int]) {
    let seconds = Double(sampleCounts.reduce(0, +)) / Double(backbone.sampleRate)
    var sum = StageValues(
      frontEnd: 0, layers: Array(repeating: 0, count: backbone.layerCount),
      skipped: Array(repeating: 0, count: backbone.layerCount), head: 0)
    for count in sampleCounts {
      sum = sum.adding(backbone.operations(sampleCount: count), scale: 1)
    }
    stages = StageValues.zero(layers: backbone.layerCount).adding(
      sum, scale: 1 / max(seconds, 1e-9))
    parameters = backbone.parameters
    utteranceSeconds = seconds / Double(max(sampleCounts.count, 1))
  }

  /// Before the data set's lengths are known: for utterances of 10 seconds.
  package init(_ backbone: any Backbone) {
    self.init(backbone, sampleCounts: [10 * backbone.sampleRate])
  }

  /// Of a walk whose masks depend on the utterance an estimate, as if every layer ran equally often.
  package func gflopPerAudioSecond(_ walk: Walk) -> Double { stages.total(walk) / 1e9 }

  /// Parameters a walk uses: a mask's, or all of them where another utterance may need another layer; nil
  /// when unknown.
  package func activeParameters(_ walk: Walk) -> Double? {
    parameters?.total(walk.mask ?? .full(walk.layerCount))
  }

  /// An estimate: seconds of one thread for an utterance of mean length; nil before calibration.
  package func estimatedSeconds(_ walk: Walk) -> Double? {
    latency?.seconds(audioSeconds: utteranceSeconds).total(walk)
  }
}

/// Seconds of each stage against the length of the audio, measured on this machine with one thread
/// while nothing else of this program computes; straight lines between the measured lengths.
package struct LatencyModel: Sendable, Equatable {
  /// (audio seconds, seconds of each stage), shortest first.
  private(set) var points: [Point]

  package struct Point: Sendable, Equatable {
    var audioSeconds: Double
    var stages: StageValues
  }

  /// Runs noise of a few lengths through every stage and keeps the fastest of `repeats` times.
  package init(
    calibrating backbone: any Backbone, audioSeconds: [Double] = [1, 3, 8], repeats: Int = 3
  ) {
    let clock = ContinuousClock()
    var random = RandomGenerator(seed: 1)
    let measured = audioSeconds.map { length in
      let samples = (0..<Int(length * Double(backbone.sampleRate))).map { _ in
        random.uniform(-0.1...0.1)
      }
      var best = StageValues.zero(layers: backbone.layerCount, value: .infinity)
      for _ in 0..<repeats {
        var frames: HiddenFrames?
        func fastest(_ best: inout Double, _ body: () -> Void) {
          best = min(best, clock.measure(body).seconds)
        }
        fastest(&best.frontEnd) { frames = backbone.frontEnd([samples]) }
        for layer in 0..<backbone.layerCount {
          let input = frames!
          fastest(&best.skipped[layer]) { _ = backbone.skip(layer, input) }
          fastest(&best.layers[layer]) { frames = backbone.layer(layer, input) }
        }
        fastest(&best.head) { _ = backbone.head(frames!) }
      }
      return (length, best)
    }
    self.init(measured)
  }

  /// From what each stage took at two lengths or more, shortest first.
  package init(_ measured: [(audioSeconds: Double, stages: StageValues)]) {
    precondition(measured.count >= 2, "a straight line needs two lengths")
    points = measured.map { Point(audioSeconds: $0.audioSeconds, stages: $0.stages) }
  }

  /// Estimated seconds of each stage for audio of that length.
  package func seconds(audioSeconds: Double) -> StageValues {
    let upper = max(1, points.firstIndex { $0.audioSeconds >= audioSeconds } ?? points.count - 1)
    let (a, b) = (points[upper - 1], points[upper])
    let share = (audioSeconds - a.audioSeconds) / (b.audioSeconds - a.audioSeconds)
    return StageValues.zero(layers: a.stages.layers.count)
      .adding(a.stages, scale: 1 - share).adding(b.stages, scale: share)
      .atLeastZero
  }
}

extension StageValues {
  /// A mask's, or where utterances have their own the mean if every layer runs equally often.
  fileprivate func total(_ walk: Walk) -> Double {
    if let mask = walk.mask { return total(mask) }
    let share = 1 - walk.dropRatio
    return layers.indices.reduce(frontEnd + head) {
      $0 + share * layers[$1] + (1 - share) * skipped[$1]
    }
  }

  static func zero(layers: Int, value: Double = 0) -> StageValues {
    StageValues(
      frontEnd: value, layers: Array(repeating: value, count: layers),
      skipped: Array(repeating: value, count: layers), head: value)
  }

  func adding(_ other: StageValues, scale: Double) -> StageValues {
    StageValues(
      frontEnd: frontEnd + scale * other.frontEnd,
      layers: zip(layers, other.layers).map { $0 + scale * $1 },
      skipped: zip(skipped, other.skipped).map { $0 + scale * $1 },
      head: head + scale * other.head)
  }

  /// Extrapolation to very short audio must not go negative.
  var atLeastZero: StageValues {
    StageValues(
      frontEnd: max(0, frontEnd), layers: layers.map { max(0, $0) },
      skipped: skipped.map { max(0, $0) }, head: max(0, head))
  }
}
