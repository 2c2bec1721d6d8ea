// The one shape every network has here: front end, droppable layers, head.

import Kernels
import Speech

/// What a skipped layer does to its input.
package enum SkipRule: String, Codable, Sendable, CaseIterable {
  /// y = x: the paper's `y + g f(y)` with g = 0.
  case identity
  /// y = LayerNorm_final(x): LDASR keeps the Conformer layer's last LayerNorm.
  case normalized
}

/// A speech encoder with a CTC head whose layers can be skipped one by one, in evaluation mode.
/// Implementations are immutable after loading, so any number of threads may run them at once.
package protocol Backbone: Sendable {
  /// `model_type` in config.json.
  static var modelType: String { get }
  var layerCount: Int { get }
  var tokenCount: Int { get }
  /// The token that CTC emits between others and for nothing.
  var blank: Int { get }
  var parameterCount: Int { get }
  var skipRule: SkipRule { get }
  /// Whether its folders have tokens.txt, and nothing else in its place.
  static var needsTokensFile: Bool { get }
  /// Seconds of audio from one output frame to the next.
  var frameSeconds: Double { get }
  /// Samples per second the front end expects.
  var sampleRate: Int { get }
  /// What is worth saying of its files, in a sentence; of most nothing.
  var remark: String? { get }
  /// What its files call its layers, by which some can be cut out; nil where they cannot.
  var layerNames: LayerNames? { get }

  /// Audio to hidden frames, for one or more utterances of mono samples at `sampleRate`.
  func frontEnd(_ utterances: [[Float]]) -> HiddenFrames
  /// Runs layer `index` (zero-based).
  func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames
  /// What happens instead when layer `index` is skipped.
  func skip(_ index: Int, _ input: HiddenFrames) -> HiddenFrames
  /// Hidden frames to token log-probabilities: total frames x tokens.
  func head(_ input: HiddenFrames) -> Tensor

  /// Parameters of each stage.
  var parameters: StageValues { get }
  /// Floating point operations (a multiply and an add are two) of each stage for an utterance of
  /// `sampleCount` samples, from shapes alone.
  func operations(sampleCount: Int) -> StageValues
  /// Output frames for an utterance of `sampleCount` samples.
  func frameCount(sampleCount: Int) -> Int
}

/// A backbone whose network other runtimes have as well, which are given its input ready-made.
package protocol SharedBackbone: Backbone {
  /// What its network takes of an utterance: frames x bins, or samples x 1.
  func input(_ samples: [Float]) -> Tensor
}

/// A backbone whose front end can start from features made elsewhere, as a teacher's does from its
/// student's.
package protocol FeatureBackbone: SharedBackbone {
  /// Samples to what `frontEnd(features:)` takes.
  var features: FeatureExtractor { get }
  /// Packed features (total frames x bins, or total samples x 1) to hidden frames.
  func frontEnd(features: HiddenFrames) -> HiddenFrames
}

/// A backbone through whose head gradients go back: what is put in front of it can be trained, while the head
/// stays as it is.
package protocol DifferentiableHeadBackbone: Backbone {
  /// d(loss)/d(hidden frames), frames x hidden size.
  /// - Parameters:
  ///   - logitGradient: d(loss)/d(logits before the softmax): frames x tokens.
  ///   - input: what the head was given: frames x hidden size.
  func headGradient(_ logitGradient: Tensor, of input: Tensor) -> Tensor
}

extension FeatureBackbone {
  package var sampleRate: Int { features.sampleRate }

  package func input(_ samples: [Float]) -> Tensor { features(samples) }

  package func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    frontEnd(features: HiddenFrames(packing: utterances.map { features($0) }))
  }

  /// What every layer together makes of packed features: the frames that go into the head.
  package func encoded(features: HiddenFrames) -> HiddenFrames {
    (0..<layerCount).reduce(frontEnd(features: features)) { layer($1, $0) }
  }

  /// Token log-probabilities (total frames x tokens) of packed features, with every layer.
  package func logProbabilities(features: HiddenFrames) -> Tensor {
    head(encoded(features: features))
  }
}

/// A part of an utterance that is attended over at once.
package struct Piece: Sendable {
  /// With what it hears of its neighbours.
  package var samples: [Float]
  /// Which of its frames are the utterance's: those of all pieces, one after the other, are all.
  package var own: Range<Int>
}

extension Backbone {
  package var parameterCount: Int { Int(parameters.total(.full(layerCount))) }

  package var skipRule: SkipRule { .identity }
  package static var needsTokensFile: Bool { false }
  package var remark: String? { nil }
  package var layerNames: LayerNames? { nil }

  /// The identity, as most backbones have it.
  package func skip(_ index: Int, _ input: HiddenFrames) -> HiddenFrames { input }

  /// One step through the stack: the layer when the mask keeps it, else the skip rule.
  package func step(_ index: Int, _ input: HiddenFrames, _ mask: LayerMask) -> HiddenFrames {
    mask[index] ? layer(index, input) : skip(index, input)
  }

  /// An utterance in pieces short enough to attend over.
  package func pieces(_ samples: [Float]) -> [Piece] {
    let frame = max(1, Int((frameSeconds * Double(sampleRate)).rounded()))
    return LongAudio.pieces(samples, sampleRate: sampleRate, frame: frame).map { piece in
      let end =
        piece.own.upperBound == samples.count
        ? frameCount(sampleCount: piece.heard.count)
        : (piece.own.upperBound - piece.heard.lowerBound) / frame
      let start = min(end, (piece.own.lowerBound - piece.heard.lowerBound) / frame)
      return Piece(samples: Array(samples[piece.heard]), own: start..<end)
    }
  }

  /// The front end over an utterance's pieces, one by one: also over what a piece only hears.
  package func frontEnd(pieces: [Piece]) -> HiddenFrames {
    let parts = pieces.map { frontEnd([$0.samples]) }
    var frames = HiddenFrames(packing: parts.map(\.values))
    // What the longest piece needs serves all.
    frames.shared = parts.max { $0.values.rows < $1.values.rows }?.shared
    return frames
  }

  /// Token log-probabilities (the pieces' own frames x tokens) of what the layers made of pieces, which may
  /// be of several utterances.
  package func head(_ frames: HiddenFrames, of pieces: [Piece]) -> Tensor {
    frames.own(pieces, of: head(frames))
  }

  /// Token log-probabilities (total frames x tokens) at a mask.
  package func logProbabilities(_ utterances: [[Float]], mask: LayerMask) -> Tensor {
    head((0..<layerCount).reduce(frontEnd(utterances)) { step($1, $0, mask) })
  }

  /// The same of one utterance of any length: piece by piece, so that memory does not grow with it.
  package func logProbabilities(ofLong samples: [Float], mask: LayerMask) -> Tensor {
    HiddenFrames(
      packing: pieces(samples).map {
        logProbabilities([$0.samples], mask: mask).rows($0.own)
      }
    ).values
  }
}
