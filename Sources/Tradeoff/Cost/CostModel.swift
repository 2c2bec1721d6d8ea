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
  /// Between which lengths, in seconds of audio, the middle half of the utterances lies.
  package var middleHalf: ClosedRange<Double>?

  package init(stages: StageValues) { self.stages = stages }

  /// Averages the backbone's exact counts over utterances of these lengths.
  package init(_ backbone: any Backbone, sampleCounts: [Int]) {
    self.init(
      backbone, backbone.parameters, sampleCounts: sampleCounts, backbone.operations(sampleCount:))
  }

  /// The same of a model of which less is computed; nil where that cannot be.
  package init?(_ recognizer: Recognizer, at compute: Compute, sampleCounts: [Int]) {
    guard let (parameters, operations) = recognizer.counts(at: compute) else { return nil }
    self.init(recognizer.backbone, parameters, sampleCounts: sampleCounts, operations)
  }

  private init(
    _ backbone: any Backbone, _ parameters: StageValues, sampleCounts: [Int],
    _ operations: (_ sampleCount: Int) -> StageValues
  ) {
    let seconds = Double(sampleCounts.reduce(0, +)) / Double(backbone.sampleRate)
    let none = StageValues.zero(layers: backbone.layerCount)
    let sum = sampleCounts.reduce(none) { $0.adding(operations($1), scale: 1) }
    stages = none.adding(sum, scale: 1 / max(seconds, 1e-9))
    self.parameters = parameters
    utteranceSeconds = seconds / Double(max(sampleCounts.count, 1))
    let lengths = sampleCounts.sorted().map { Double($0) / Double(backbone.sampleRate) }
    func rank(_ share: Double) -> Double { Summary.Percentiles.rank(share, of: lengths) }
    middleHalf = lengths.isEmpty ? nil : rank(0.25)...rank(0.75)
  }

  /// Before the data set's lengths are known: for utterances of 10 seconds.
  package init(_ backbone: any Backbone) {
    self.init(backbone, sampleCounts: Self.usualSampleCounts(backbone))
  }

  /// What is counted with until the data set's lengths are known.
  package static func usualSampleCounts(_ backbone: any Backbone) -> [Int] {
    [10 * backbone.sampleRate]
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
