// The best token of each frame, repeats and blanks removed: CTC's simplest decoding.

import Foundation
import Kernels

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

package struct GreedyCTCDecoder: Sendable {
  let tokenizer: Tokenizer
  /// Seconds from one frame to the next.
  let frameSeconds: Double

  package init(tokenizer: Tokenizer, frameSeconds: Double) {
    self.tokenizer = tokenizer
    self.frameSeconds = frameSeconds
  }

  /// logProbabilities: frames x tokens of one utterance.
  package func decode(_ logProbabilities: Tensor) -> Transcript {
    struct Emission {
      var token: Int
      var first: Int
      var last: Int
      /// The highest log-posterior within its run of frames.
      var score: Float
    }
    let (frames, tokens) = (logProbabilities.rows, logProbabilities.columns)
    let p = logProbabilities.pointer
    var emissions: [Emission] = []
    var previous = tokenizer.blank
    for frame in 0..<frames {
      let row = p + frame * tokens
      var best = 0
      for token in 1..<max(tokens, 1) where row[token] > row[best] { best = token }
      if best != tokenizer.blank {
        if best == previous {
          emissions[emissions.count - 1].last = frame
          emissions[emissions.count - 1].score = max(emissions.last!.score, row[best])
        } else {
          emissions.append(Emission(token: best, first: frame, last: frame, score: row[best]))
        }
      }
      previous = best
    }
    var words: [TimedWord] = []
    var current: [Emission] = []
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
      if tokenizer.pieces[emission.token].first == Tokenizer.wordStart { finish() }
      current.append(emission)
    }
    finish()
    return Transcript(tokens: emissions.map(\.token), words: words)
  }
}
