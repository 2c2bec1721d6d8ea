// Word error rates on held-out utterances while training goes on.

import Backbones
import Base
import Speech
import Synchronization

/// The errors at one mask.
package struct ValidationResult: Sendable {
  package var mask: LayerMask
  /// Of each utterance.
  package var counts: [ErrorCounts]
  package var total: ErrorCounts { counts.reduce(into: ErrorCounts()) { $0 += $1 } }
}

/// Decodes with layers skipped, greedily unless told otherwise, through the same path as the dashboard:
/// samples in.
package struct Validation: Sendable {
  package let corpus: TrainingCorpus
  package let tokenizer: Tokenizer
  package let workers: Int
  package let decoding: Decoding

  package init(
    corpus: TrainingCorpus, tokenizer: Tokenizer, workers: Int, decoding: Decoding = .greedy
  ) {
    self.corpus = corpus
    self.tokenizer = tokenizer
    self.workers = workers
    self.decoding = decoding
  }

  /// Errors over the whole corpus for each mask; the front end runs once for all masks.
  package func callAsFunction(_ backbone: some Backbone, masks: [LayerMask]) -> [ValidationResult] {
    let decoder = decoding.decoder(for: tokenizer, frameSeconds: backbone.frameSeconds)
    let rows = Mutex([[ErrorCounts]](repeating: [], count: corpus.count))
    WorkerTeam.each(of: corpus.count, workers: workers) { index in
      let pieces = backbone.pieces(PCM.samples(corpus.samples[index]))
      let reference = corpus.transcripts[index].words
      let start = backbone.frontEnd(pieces: pieces)
      let counts = masks.map { mask in
        let last = (0..<backbone.layerCount).reduce(start) { backbone.step($1, $0, mask) }
        let text = decoder.decode(backbone.head(last, of: pieces)).text
        return Alignment.count(reference, text.words)
      }
      rows.withLock { $0[index] = counts }
    }
    return rows.withLock { rows in
      masks.indices.map { mask in
        ValidationResult(mask: masks[mask], counts: rows.map { $0[mask] })
      }
    }
  }
}
