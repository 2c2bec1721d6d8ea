// What turns a network's log-probabilities into words, and which way was chosen.

import Kernels

/// One utterance's log-probabilities to a transcript. Any number of threads may call it.
package protocol CTCDecoder: Sendable {
  /// logProbabilities: frames x tokens of one utterance, natural logarithms.
  func decode(_ logProbabilities: Tensor) -> Transcript
}

/// A way of decoding: part of what a measurement is of. Results of one are never those of another.
package enum Decoding: Sendable, Hashable {
  /// The best token of each frame: the default, and the paper's measure.
  case greedy
  case beam(BeamSearchDecoder.Options)

  package func decoder(for tokenizer: Tokenizer, frameSeconds: Double) -> any CTCDecoder {
    switch self {
    case .greedy: GreedyCTCDecoder(tokenizer: tokenizer, frameSeconds: frameSeconds)
    case .beam(let options):
      BeamSearchDecoder(tokenizer: tokenizer, frameSeconds: frameSeconds, options: options)
    }
  }

  /// What the beam search was told; nil for greedy decoding.
  package var beam: BeamSearchDecoder.Options? {
    if case .beam(let options) = self { options } else { nil }
  }

  /// `greedy`, or `beam 100 with words.arpa`.
  package var description: String {
    beam.map { "beam \($0.beam)" + ($0.model.map { " with \($0.name)" } ?? "") } ?? "greedy"
  }

  /// As JSON names it, all nil for greedy decoding: `beam`, the language model's file, and the options of
  /// the search; the model's weight only where there is a model.
  package var fields:
    (decoder: String?, lm: String?, beam: Int?, lmWeight: Double?, wordBonus: Double?)
  {
    guard let beam else { return (nil, nil, nil, nil, nil) }
    return (
      "beam", beam.model?.name, beam.beam, beam.model == nil ? nil : beam.lmWeight, beam.wordBonus
    )
  }

  /// Empty for greedy decoding; else all that its results depend on besides the log-probabilities, the
  /// contents of the language model included.
  package var identifier: String {
    guard let beam else { return "" }
    let numbers = [
      beam.lmWeight, beam.wordBonus, beam.tokenFloor, beam.beamMargin, beam.unknownPenalty,
    ]
    return (["beam \(beam.beam)", beam.model?.digest ?? "no model"] + numbers.map { "\($0)" })
      .joined(separator: " ")
  }
}
