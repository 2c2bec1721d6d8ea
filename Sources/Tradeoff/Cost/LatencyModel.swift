// How long a model takes on this machine: what every view's times come from.

import Backbones
import Base
import Foundation

/// Seconds of each stage against the length of the audio, of one thread, measured apart from the error
/// rates; straight lines between the measured lengths and on from them, and to nothing below the shortest.
/// A time is a sum of stages, layers of equal work share theirs, and longer audio takes no stage less: so
/// less work is never dearer.
package struct LatencyModel: Sendable, Equatable {
  /// Shortest first.
  private(set) var points: [Point]
  /// Whole passes against the sum of their stages' fastest times.
  package private(set) var slowdowns: Slowdowns
  /// How far the times of layers of equal work came out from the one they share, at most, as a share of
  /// it; nil where each layer has its own.
  package private(set) var unevenness: Double?
  /// The share of the machine's processors that other programs kept busy meanwhile, 0 to 1; nil where
  /// the system does not say.
  package var othersShare: Double?
  /// The day of an earlier start of the program, as 2026-01-31; nil when measured in this one.
  package var day: String?

  /// Audio of one length.
  package struct Point: Sendable, Equatable {
    package var audioSeconds: Double
    package var stages: StageValues
    /// From log-probabilities to words, greedily.
    package var decoding: Double

    package init(audioSeconds: Double, stages: StageValues, decoding: Double = 0) {
      self.audioSeconds = audioSeconds
      self.stages = stages
      self.decoding = decoding
    }
  }

  /// From what each stage took at two lengths or more, shortest first.
  package init(
    _ points: [Point], slowdowns: [Double] = [1], unevenness: Double? = nil,
    othersShare: Double? = nil
  ) {
    precondition(points.count >= 2, "a straight line needs two lengths")
    self.points = points
    self.slowdowns = Slowdowns(slowdowns)
    self.unevenness = unevenness
    self.othersShare = othersShare
  }

  package var layerCount: Int { points[0].stages.layers.count }

  /// Seconds of each stage for audio of that length, decoding apart.
  package func seconds(audioSeconds: Double) -> StageValues {
    weights(audioSeconds).reduce(StageValues.zero(layers: layerCount)) { sum, point in
      sum.adding(points[point.place].stages, scale: point.weight)
    }
  }

  /// From log-probabilities to words, greedily.
  package func decodingSeconds(audioSeconds: Double) -> Double {
    weights(audioSeconds).reduce(0) { $0 + points[$1.place].decoding * $1.weight }
  }

  /// Seconds at a mask for audio of each of these lengths, greedy decoding included.
  package func seconds(_ mask: LayerMask, audioSeconds: [Double]) -> [Double] {
    seconds(StageValues(usesOf: mask), audioSeconds: audioSeconds)
  }

  /// The same of what uses each stage so often.
  /// - Parameter isDecoded: whether greedy decoding is part of it.
  package func seconds(
    _ uses: StageValues, audioSeconds: [Double], isDecoded: Bool = true
  ) -> [Double] {
    let totals = points.map { $0.stages.total(uses) + (isDecoded ? $0.decoding : 0) }
    return audioSeconds.map { weights($0).reduce(0) { $0 + totals[$1.place] * $1.weight } }
  }

  /// The measured lengths beside one, and how much of each it is.
  private func weights(_ audioSeconds: Double) -> [(place: Int, weight: Double)] {
    if audioSeconds <= points[0].audioSeconds {
      return [(0, max(0, audioSeconds) / points[0].audioSeconds)]
    }
    let upper = points.firstIndex { $0.audioSeconds >= audioSeconds } ?? points.count - 1
    let (a, b) = (points[upper - 1].audioSeconds, points[upper].audioSeconds)
    let share = (audioSeconds - a) / (b - a)
    return [(upper - 1, 1 - share), (upper, share)]
  }

  /// Whether others used so much of the machine that times may have suffered: a tenth of it.
  package var isBusy: Bool { (othersShare ?? 0) > 0.1 }

  /// Whether audio of that length lies between the measured ones, or not far outside.
  package func covers(audioSeconds: Double) -> Bool {
    (points[0].audioSeconds / 2...points[points.count - 1].audioSeconds * 2).contains(audioSeconds)
  }
}

// MARK: - The pass

extension LatencyModel {
  /// What of a pass is timed.
  package enum Stage: Hashable, Sendable {
    case frontEnd, layer(Int), skip(Int), head, decoding
  }

  /// Runs utterances of a few lengths through the stack with one thread, all depths in turn, round after
  /// round until there were `rounds` or `limit` seconds are over, and keeps the fastest time of every
  /// stage. Nil once `isCancelled` says so.
  /// - Parameters:
  ///   - utterances: samples to choose from; noise without.
  ///   - measure: runs what it is given and returns how many seconds that took.
  package init?(
    measuring recognizer: Recognizer, _ utterances: [[Float]], rounds: Int = 4,
    limit: Double = 0.6, isCancelled: () -> Bool = { false },
    measure: @escaping (Stage, () -> Void) -> Double = {
      ContinuousClock().measure($1).seconds
    }
  ) {
    let backbone = recognizer.backbone
    let chosen = Self.chosen(utterances, sampleRate: backbone.sampleRate)
    let layers = backbone.layerCount
    var best = chosen.map {
      Point(
        audioSeconds: Double($0.count) / Double(backbone.sampleRate),
        stages: .zero(layers: layers, value: .infinity), decoding: .infinity)
    }
    var passes: [(place: Int, mask: LayerMask, seconds: Double)] = []
    var elapsed = 0.0
    let before = ProcessorUse.now
    let decoder = recognizer.decoder()
    for round in 0..<rounds where round == 0 || elapsed < limit {
      for kept in (0...layers).reversed() {
        let mask = LayerMask.spread(keeping: kept, of: layers)
        for (place, samples) in chosen.enumerated() {
          if isCancelled() { return nil }
          var total = 0.0
          func fastest<Output>(
            _ best: inout Double, _ stage: Stage, _ body: () -> Output
          ) -> Output {
            var output: Output?
            let seconds = measure(stage) { output = body() }
            best = min(best, seconds)
            total += seconds
            guard let output else { preconditionFailure("\(stage) was timed and not run") }
            return output
          }
          var frames = fastest(&best[place].stages.frontEnd, .frontEnd) {
            backbone.frontEnd([samples])
          }
          for layer in 0..<layers {
            let input = frames
            if mask[layer] {
              frames = fastest(&best[place].stages.layers[layer], .layer(layer)) {
                backbone.layer(layer, input)
              }
            } else {
              frames = fastest(&best[place].stages.skipped[layer], .skip(layer)) {
                backbone.skip(layer, input)
              }
            }
          }
          let last = frames
          let logProbabilities = fastest(&best[place].stages.head, .head) { backbone.head(last) }
          _ = fastest(&best[place].decoding, .decoding) { decoder.decode(logProbabilities) }
          passes.append((place, mask, total))
          elapsed += total
        }
      }
    }
    let after = ProcessorUse.now
    var unevenness = 0.0
    for (place, samples) in chosen.enumerated() {
      let work = backbone.operations(sampleCount: samples.count)
      unevenness = max(unevenness, best[place].pool(work))
    }
    Self.makeGrow(&best)
    let slowdowns = passes.map {
      $0.seconds / max(1e-12, best[$0.place].stages.total($0.mask) + best[$0.place].decoding)
    }
    self.init(
      best, slowdowns: slowdowns, unevenness: unevenness,
      othersShare: before.flatMap { before in after.flatMap { $0.others(since: before) } })
  }

  /// No stage takes less time for longer audio.
  private static func makeGrow(_ points: inout [Point]) {
    let lengths = points.map(\.audioSeconds)
    var paths: [WritableKeyPath<Point, Double>] = [
      \.stages.frontEnd, \.stages.head, \.decoding,
    ]
    for layer in points[0].stages.layers.indices {
      paths += [\.stages.layers[layer], \.stages.skipped[layer]]
    }
    for path in paths {
      let fitted = Isotonic.fit(points.map { $0[keyPath: path] }, work: lengths)
      for (place, seconds) in fitted.enumerated() { points[place][keyPath: path] = seconds }
    }
  }

  /// Up to three utterances, each longer than the one before by a fifth at least; of what is very long the
  /// beginning. At least two.
  static func chosen(_ utterances: [[Float]], sampleRate: Int) -> [[Float]] {
    let sorted = utterances.map { $0.prefix(15 * sampleRate) }.filter { !$0.isEmpty }
      .sorted { $0.count < $1.count }
    var chosen: [[Float]] = []
    for share in [0.1, 0.5, 0.9] where !sorted.isEmpty {
      let one = sorted[Int((share * Double(sorted.count - 1)).rounded())]
      if Double(one.count) >= 1.2 * Double(chosen.last?.count ?? 0) { chosen.append(Array(one)) }
    }
    if chosen.count >= 2 { return chosen }
    var random = RandomGenerator(seed: 1)
    let long = chosen.first { $0.count >= sampleRate }
    let whole = long ?? (0..<3 * sampleRate).map { _ in random.uniform(-0.1...0.1) }
    return [Array(whole.prefix(whole.count / 2)), whole]
  }
}

extension LatencyModel.Point {
  /// Gives layers of equal work one time, and no layer one below that of less work; returns how far the
  /// times were from that, at most, as a share.
  fileprivate mutating func pool(_ work: StageValues) -> Double {
    let layers = Isotonic.fit(stages.layers, work: work.layers)
    let apart = zip(stages.layers, layers).map { abs($0 - $1) / max($1, 1e-12) }.max() ?? 0
    let skipped = Isotonic.fit(stages.skipped, work: work.skipped)
    stages.layers = layers
    // The identity takes no time worth a number, and never more than the layer.
    stages.skipped = zip(zip(skipped, work.skipped), layers).map { skip, layer in
      skip.1 > 0 ? min(skip.0, layer) : 0
    }
    return apart
  }
}

extension StageValues {
  package static func zero(layers: Int, value: Double = 0) -> StageValues {
    StageValues(
      frontEnd: value, layers: Array(repeating: value, count: layers),
      skipped: Array(repeating: value, count: layers), head: value)
  }

  package func adding(_ other: StageValues, scale: Double) -> StageValues {
    StageValues(
      frontEnd: frontEnd + scale * other.frontEnd,
      layers: zip(layers, other.layers).map { $0 + scale * $1 },
      skipped: zip(skipped, other.skipped).map { $0 + scale * $1 },
      head: head + scale * other.head)
  }
}
