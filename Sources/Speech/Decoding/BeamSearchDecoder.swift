// CTC prefix beam search over a word n-gram model: the words that the network and the model together
// find likeliest.

import Foundation
import Kernels

/// Prefix beam search (Hannun et al. 2014): hypotheses that spell the same words so far are summed over
/// their alignments, and each word that ends adds `lmWeight` times its log-probability in the language
/// model, and `wordBonus`. A word that the model does not know, or letters that none of its words begins
/// with, cost `unknownPenalty`.
package struct BeamSearchDecoder: CTCDecoder {
  package struct Options: Sendable, Hashable {
    /// Without one it is a beam search over the network's log-probabilities alone.
    package var model: NGramModel?
    /// Hypotheses kept from frame to frame.
    package var beam = 100
    /// Of the language model's natural log-probabilities.
    package var lmWeight = 0.5
    /// Added for each word, against the model's liking for few.
    package var wordBonus = 1.5
    /// Tokens of a frame below this log-probability are not tried, but for the best one.
    package var tokenFloor = -5.0
    /// Hypotheses this far below the best one are dropped.
    package var beamMargin = 10.0
    /// Of a word that the language model does not know, a logarithm to base 10 as in the ARPA file.
    package var unknownPenalty = -10.0

    package init() {}
  }

  let tokenizer: Tokenizer
  /// Seconds from one frame to the next.
  let frameSeconds: Double
  let options: Options
  /// By token: what it adds to a word.
  let spellings: [Spelling]

  struct Spelling: Sendable {
    var startsWord: Bool
    var bytes: [UInt8]
  }

  package init(tokenizer: Tokenizer, frameSeconds: Double, options: Options) {
    self.tokenizer = tokenizer
    self.frameSeconds = frameSeconds
    self.options = options
    spellings = tokenizer.pieces.indices.map { token in
      if token == tokenizer.blank || tokenizer.silent.contains(token) {
        return Spelling(startsWord: false, bytes: [])
      }
      if let bytes = tokenizer.fragments[token] {
        // A fragment that begins with the bytes of the word's mark begins a word.
        let mark = Array(String(Tokenizer.wordStart).utf8)
        return bytes.starts(with: mark)
          ? Spelling(startsWord: true, bytes: Array(bytes.dropFirst(mark.count)))
          : Spelling(startsWord: false, bytes: bytes)
      }
      let startsWord = tokenizer.startsWord(token)
      let letters = tokenizer.pieces[token].unicodeScalars.dropFirst(startsWord ? 1 : 0)
      return Spelling(startsWord: startsWord, bytes: Array(String(letters).utf8))
    }
  }

  package func decode(_ logProbabilities: Tensor) -> Transcript {
    var search = BeamSearch(self)
    let (frames, tokens) = (logProbabilities.rows, logProbabilities.columns)
    for frame in 0..<frames {
      search.advance(
        UnsafeBufferPointer(start: logProbabilities.pointer + frame * tokens, count: tokens),
        frame: frame)
    }
    return Transcript(
      emissions: search.finish(), tokenizer: tokenizer, frameSeconds: frameSeconds)
  }
}
