// What a frozen teacher said about each utterance, kept so that it is asked once.

import Backbones
import Foundation
import Kernels
import Synchronization

/// The teacher's token distributions on the corpus itself: clean sound and unmasked features, while
/// the student hears them with noise and masks. From the second epoch on a distillation step costs no
/// more than one without a teacher.
///
/// Of each frame the `kept` likeliest tokens are held, log-probabilities in half precision; the
/// others share the rest of the probability evenly. Each utterance goes through the teacher on its
/// own, so what is held does not depend on the batch that first asked for it.
package final class TeacherCache: Sendable {
  private struct Entry {
    /// frames x kept.
    var tokens: [UInt16]
    var logProbabilities: [Float16]
  }

  /// Tokens held of a frame.
  package let kept: Int
  private let teacher: any FeatureBackbone
  private let entries: Mutex<[Entry?]>

  package init(_ teacher: any FeatureBackbone, utterances: Int, kept: Int = 16) {
    self.teacher = teacher
    self.kept = min(kept, teacher.tokenCount)
    entries = Mutex([Entry?](repeating: nil, count: utterances))
  }

  /// Log-probabilities (total frames x tokens) of utterances, packed in this order. `features` is
  /// called with those that the teacher has yet to hear.
  package func logProbabilities(
    of utterances: [Int], features: (Int) -> Tensor
  ) -> Tensor {
    let found = utterances.map { utterance in
      if let entry = entries.withLock({ $0[utterance] }) { return entry }
      let entry = entry(
        teacher.logProbabilities(features: HiddenFrames(packing: [features(utterance)])))
      entries.withLock { $0[utterance] = entry }
      return entry
    }
    let tokens = teacher.tokenCount
    var result = Tensor(
      uninitialized: found.reduce(0) { $0 + $1.tokens.count } / kept, tokens)
    var row = result.mutablePointer
    for entry in found {
      for start in stride(from: 0, to: entry.tokens.count, by: kept) {
        let named = entry.logProbabilities[start..<start + kept]
        let rest = max(1 - named.reduce(0) { $0 + exp(Float($1)) }, 1e-9)
        row.update(repeating: log(rest / Float(max(tokens - kept, 1))), count: tokens)
        for place in start..<start + kept {
          row[Int(entry.tokens[place])] = Float(entry.logProbabilities[place])
        }
        row += tokens
      }
    }
    return result
  }

  private func entry(_ logProbabilities: Tensor) -> Entry {
    var entry = Entry(tokens: [], logProbabilities: [])
    for frame in 0..<logProbabilities.rows {
      let row = UnsafeBufferPointer(
        start: logProbabilities.pointer + frame * logProbabilities.columns,
        count: logProbabilities.columns)
      // Likeliest first; of equals the first token.
      var best: [Int] = []
      for token in row.indices where best.count < kept || row[token] > row[best[kept - 1]] {
        let place = best.firstIndex { row[token] > row[$0] } ?? best.count
        best.insert(token, at: place)
        if best.count > kept { best.removeLast() }
      }
      for token in best {
        entry.tokens.append(UInt16(token))
        entry.logProbabilities.append(Float16(row[token]))
      }
    }
    return entry
  }
}
