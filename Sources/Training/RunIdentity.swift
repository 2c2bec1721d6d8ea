// What a run was started with, besides its options: to notice that it goes on with something else.

import Base
import Speech

/// Data and tokens of a run. Samples are counted and not compared: where they are resampled, their last
/// bits depend on the processor.
package struct RunIdentity: Codable, Sendable, Equatable {
  package var utterances: Int
  /// Audio in all.
  package var seconds: Double
  /// Of every utterance's length, text, speaker and weight, in order.
  package var data: String
  package var tokenCount: Int
  /// Of every token, in order.
  package var tokens: String

  package init(_ corpus: TrainingCorpus, _ tokenizer: Tokenizer) {
    utterances = corpus.count
    seconds = corpus.totalSeconds
    var digest = Digest()
    // A separator that no text has, or two texts could be one.
    func add(_ parts: String...) { digest.add(parts.joined(separator: "\u{1F}") + "\u{1E}") }
    add("\(corpus.sampleRate)")
    for index in 0..<corpus.count {
      add(
        "\(corpus.samples[index].count)", corpus.transcripts[index], corpus.speakers[index],
        "\(corpus.weights[index])")
    }
    data = digest.description
    digest = Digest()
    for piece in tokenizer.pieces { add(piece) }
    tokenCount = tokenizer.count
    tokens = digest.description
  }

  /// Throws `InputError` that says which of them is another.
  func check(against now: RunIdentity, of checkpoint: String) throws {
    if data != now.data {
      let isLike = utterances == now.utterances && seconds == now.seconds
      throw InputError(
        checkpoint, expected: "the data of the run's start, \(amount)",
        found: isLike ? "other texts, speakers, weights or order" : "other data, \(now.amount)")
    }
    if tokens != now.tokens {
      throw InputError(
        checkpoint, expected: "the \(tokenCount) tokens of the run's start",
        found: tokenCount == now.tokenCount ? "others" : "\(now.tokenCount)")
    }
  }

  private var amount: String { "\(utterances) utterances of \(seconds) s" }
}
