// What was said: words with their times, and the tokens that they were made of.

import Foundation

/// A recognised word with its place in the audio.
package struct TimedWord: Codable, Sendable, Equatable {
  package var word: String
  /// Seconds from the start of the audio; `end` is where the last frame of the word ends.
  package var start: Double
  package var end: Double
  /// Geometric mean of the posteriors of the word's tokens, 0 to 1.
  package var confidence: Double

  package init(word: String, start: Double, end: Double, confidence: Double) {
    self.word = word
    self.start = start
    self.end = end
    self.confidence = confidence
  }
}

/// What was said.
package struct Transcript: Sendable, Equatable {
  package var tokens: [Int]
  package var words: [TimedWord]
  package var text: String { words.map(\.word).joined(separator: " ") }

  package init(tokens: [Int], words: [TimedWord]) {
    self.tokens = tokens
    self.words = words
  }
}

/// A token of a CTC path, repeats taken together.
struct CTCEmission {
  var token: Int
  /// Its first and last frame.
  var first: Int
  var last: Int
  /// The highest log-posterior within its run of frames.
  var score: Float
}

extension Transcript {
  /// The words that a path spells, in order.
  init(emissions: [CTCEmission], tokenizer: Tokenizer, frameSeconds: Double) {
    var words: [TimedWord] = []
    var current: [CTCEmission] = []
    func finish() {
      let word = tokenizer.decode(current.map(\.token))
      if !word.isEmpty {
        let mean = current.reduce(0) { $0 + Double($1.score) } / Double(current.count)
        words.append(
          TimedWord(
            word: word, start: Double(current[0].first) * frameSeconds,
            end: Double(current.last!.last + 1) * frameSeconds,
            confidence: min(1, exp(mean))))
      }
      current = []
    }
    for emission in emissions {
      if tokenizer.startsWord(emission.token) { finish() }
      current.append(emission)
    }
    finish()
    self.init(tokens: emissions.map(\.token), words: words)
  }
}
