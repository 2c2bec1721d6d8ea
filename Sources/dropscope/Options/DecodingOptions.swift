// How words are found in what the network says: the same for every subcommand that transcribes.

import Base
import Foundation
import Speech

/// `--lm`, `--beam`, `--lm-weight` and `--word-bonus`; greedy decoding without any of them.
struct DecodingOptions: CommandSettings {
  private var languageModel: URL?
  private var beam: Int?
  private var lmWeight: Double?
  private var wordBonus: Double?

  private static let standard = BeamSearchDecoder.Options()

  static var groups: [OptionGroup<Self>] { [group()] }

  /// - Parameter more: what else is to be said of them.
  static func group(_ more: String = "") -> OptionGroup<Self> {
    let lm = Option<Self>(
      "lm", "FILE", \.languageModel, .url,
      "a beam search with this word n-gram model, in ARPA format")
    let beam = Option<Self>(
      "beam", "N", \.beam, .integer(in: 1...100_000),
      "keep N hypotheses; without --\(lm.name) a beam search over the network alone",
      absent: "\(standard.beam) with --\(lm.name)")
    let weight = Option<Self>(
      "lm-weight", "W", \.lmWeight, .number(in: 0...100),
      "of the model's log-probabilities beside the network's",
      absent: String(format: "%g", standard.lmWeight))
    let bonus = Option<Self>(
      "word-bonus", "B", \.wordBonus, .number(in: -100...100),
      "added for every word, in nats",
      absent: String(format: "%g with --\(lm.name), else 0", standard.wordBonus))
    return OptionGroup(
      "Decoding",
      ["The best token of each frame without --lm or --beam.", more]
        .filter { !$0.isEmpty }.joined(separator: " ")
    ) {
      lm
      beam
      weight
      bonus
    } check: { settings, _ in
      if settings.lmWeight != nil, settings.languageModel == nil {
        throw UsageError("option --\(weight.name) goes with \(lm.usage)")
      }
      if settings.wordBonus != nil, settings.languageModel == nil, settings.beam == nil {
        throw UsageError("option --\(bonus.name) goes with \(lm.usage) or \(beam.usage)")
      }
    }
  }

  var hasLanguageModel: Bool { languageModel != nil }

  /// Reads the language model. `InputError` where it is none.
  func decoding() throws -> Decoding {
    guard languageModel != nil || beam != nil else { return .greedy }
    var options = Self.standard
    options.model = try languageModel.map { try NGramModel(arpa: $0) }
    options.beam = beam ?? options.beam
    options.lmWeight = lmWeight ?? options.lmWeight
    options.wordBonus = wordBonus ?? (options.model == nil ? 0 : options.wordBonus)
    return .beam(options)
  }
}
