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
    let (frames, tokens) = (logProbabilities.rows, logProbabilities.columns)
    let p = logProbabilities.pointer
    var emissions: [CTCEmission] = []
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
          emissions.append(CTCEmission(token: best, first: frame, last: frame, score: row[best]))
        }
      }
      previous = best
    }
    return Transcript(emissions: emissions, tokenizer: tokenizer, frameSeconds: frameSeconds)
  }
}
