// The best token of each frame, repeats and blanks removed: CTC's simplest decoding.

import Foundation
import Kernels

package struct GreedyCTCDecoder: CTCDecoder {
  let tokenizer: Tokenizer
  /// Seconds from one frame to the next.
  let frameSeconds: Double

  package init(tokenizer: Tokenizer, frameSeconds: Double) {
    self.tokenizer = tokenizer
    self.frameSeconds = frameSeconds
  }

  package func decode(_ logProbabilities: Tensor) -> Transcript {
    Transcript(
      emissions: emissions(logProbabilities, rows: 0..<logProbabilities.rows),
      tokenizer: tokenizer, frameSeconds: frameSeconds)
  }

  /// The tokens of an utterance, whose frames are some rows of packed ones.
  package func tokens(_ logProbabilities: Tensor, rows: Range<Int>) -> [Int] {
    emissions(logProbabilities, rows: rows).map(\.token)
  }

  private func emissions(_ logProbabilities: Tensor, rows: Range<Int>) -> [CTCEmission] {
    let tokens = logProbabilities.columns
    let p = logProbabilities.pointer + rows.lowerBound * tokens
    var emissions: [CTCEmission] = []
    var previous = tokenizer.blank
    for frame in 0..<rows.count {
      let row = p + frame * tokens
      var best = 0
      for token in 1..<max(tokens, 1) where row[token] > row[best] { best = token }
      if best != tokenizer.blank {
        if best == previous {
          emissions[emissions.count - 1].last = frame
          emissions[emissions.count - 1].score = max(emissions.last!.score, row[best])
        } else {
          emissions.append(CTCEmission(token: best, first: frame, last: frame, score: row[best]))
        }
      }
      previous = best
    }
    return emissions
  }
}
