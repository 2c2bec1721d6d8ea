// What a walk costs: FLOPs and parameters from shapes, time from a measurement on this machine.

import Backbones

package struct CostModel: Sendable, Equatable {
  /// FLOPs per second of audio of each stage, averaged over the data set's audio.
  package var stages: StageValues
  /// Parameters of each stage.
  package var parameters: StageValues?
  /// nil until this machine has been measured.
  package var latency: LatencyModel?
  /// Mean seconds of audio of an utterance: what `seconds` is about.
  package var utteranceSeconds = 0.0
  /// Hidden frames per second of audio.
  private var frameRate = 0.0
  /// Between which lengths, in seconds of audio, the middle half of the utterances lies.
  package var middleHalf: ClosedRange<Double>?

  package init(stages: StageValues) { self.stages = stages }

  /// Averages the backbone's exact counts over utterances of these lengths.
  package init(_ backbone: any Backbone, sampleCounts: [Int]) {
    let seconds = Double(sampleCounts.reduce(0, +)) / Double(backbone.sampleRate)
    let none = StageValues.zero(layers: backbone.layerCount)
    let sum = sampleCounts.reduce(none) {
      $0.adding(backbone.operations(sampleCount: $1), scale: 1)
    }
    let frames = sampleCounts.reduce(0) { $0 + backbone.frameCount(sampleCount: $1) }
    stages = none.adding(sum, scale: 1 / max(seconds, 1e-9))
    frameRate = Double(frames) / max(seconds, 1e-9)
    parameters = backbone.parameters
    utteranceSeconds = seconds / Double(max(sampleCounts.count, 1))
    let lengths = sampleCounts.sorted().map { Double($0) / Double(backbone.sampleRate) }
    func rank(_ share: Double) -> Double { Summary.Percentiles.rank(share, of: lengths) }
    middleHalf = lengths.isEmpty ? nil : rank(0.25)...rank(0.75)
  }

  /// Before the data set's lengths are known: for utterances of 10 seconds.
  package init(_ backbone: any Backbone) {
    self.init(backbone, sampleCounts: [10 * backbone.sampleRate])
  }

  /// The same, without times, where less of its model is computed; nil where that cannot be. Feed-forward parts
  /// do as much in every frame: what one of them is spared tells what all utterances are, however many.
  package func thinned(to compute: Compute, of recognizer: Recognizer) -> CostModel? {
    guard let less = recognizer.counts(at: compute), let all = recognizer.counts(at: .full)
    else { return nil }
    let sampleCount = recognizer.backbone.sampleRate
    let frames = Double(max(1, recognizer.backbone.frameCount(sampleCount: sampleCount)))
    let spared = all.operations(sampleCount).adding(less.operations(sampleCount), scale: -1)
    var result = self
    result.stages = stages.adding(spared, scale: -frameRate / frames)
    (result.parameters, result.latency) = (less.parameters, nil)
    return result
  }

  /// Of a walk whose masks depend on the utterance an estimate, as if every layer ran equally often.
  package func gflopPerAudioSecond(_ walk: Walk) -> Double {
    stages.total(StageValues(usesOf: walk)) / 1e9
  }

  /// Parameters a walk uses: a mask's, or all of them where another utterance may need another layer; nil
  /// when unknown.
  package func activeParameters(_ walk: Walk) -> Double? {
    parameters?.total(walk.mask ?? .full(walk.layerCount))
  }

  /// Seconds of one thread for an utterance, of mean length unless another is given, decoded greedily; nil
  /// before this machine has been measured.
  /// - Parameter looks: `UtteranceResult.looks`.
  package func seconds(
    _ mask: LayerMask, looks: [Int] = [], audioSeconds: Double? = nil
  ) -> Double? {
    latency?.seconds(
      StageValues(usesOf: mask, looks: looks), audioSeconds: [audioSeconds ?? utteranceSeconds]
    ).first
  }

  /// The same stage by stage, decoding apart.
  package var stageSeconds: StageValues? { latency?.seconds(audioSeconds: utteranceSeconds) }
  /// From log-probabilities to words, greedily.
  package var decodingSeconds: Double? {
    latency?.decodingSeconds(audioSeconds: utteranceSeconds)
  }
}
