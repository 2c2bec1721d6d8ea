// Training the exits of the policy `exit`, and the thresholds that they leave by.

import Backbones
import Base
import Kernels
import Speech
import Synchronization

extension PolicyFinder {
  /// Floats of hidden frames that exits are trained on at most: 512 MiB.
  private static let exitFloats = 1 << 27

  /// nil where no exits can be trained.
  var exitBackbone: (any DifferentiableHeadBackbone)? {
    layers > 1 && data.readable.count > 1
      ? recognizer.backbone as? any DifferentiableHeadBackbone : nil
  }

  /// The frames at every exit are computed once; then exits are trained side by side on one half of the
  /// speakers, and thresholds are searched on the other half.
  func exits() -> (exits: TrainedExits, layerRuns: Int, trainingSteps: Int)? {
    guard let backbone = exitBackbone else { return nil }
    let depths = TrainedExits.depths(of: layers)
    let walk = AtlasWalk(recognizer, data, masks: [])
    let count = exitBatches(walk, exits: depths.count)
    let chosen = (0..<count).map { $0 * walk.batches.count / count }
    let parts = each(of: count, for: ExitPolicy.self) {
      walk.exitExamples(batch: chosen[$0], depths: depths, isCancelled: isCancelled)
    }
    guard let examples = parts?.flatMap({ $0 }) else { return nil }
    let utterances = chosen.flatMap { walk.batches[$0] }.map { data.dataset.utterances[$0] }
    let halves = ExitTraining.halves(utterances.map(\.speaker))
    let training = ExitTraining(
      backbone: backbone, heard: halves.heard.map { examples[$0] },
      unheard: halves.unheard.map { examples[$0] })
    let steps = Double(depths.count * ExitTraining.steps)
    let done = Mutex(0)
    let trained = each(of: depths.count, for: ExitPolicy.self, tells: false) { exit in
      training.block(exit: exit, isCancelled: isCancelled) {
        let now = done.withLock { done in
          done += 1
          return done
        }
        progress(ExitPolicy.name, Double(now) / steps)
      }
    }
    guard let trained else { return nil }
    let blocks = trained.map(\.block)
    let scored = score(blocks, training, words: halves.unheard.map { utterances[$0].words })
    let search = ExitSearch(
      depths: depths, layerCount: layers, confidences: scored.confidences, errors: scored.errors)
    return (
      TrainedExits(
        depths: depths, blocks: blocks,
        thresholds: (0...layers).map { count in
          (1..<layers).contains(count)
            ? search.thresholds(keeping: count)
            : depths.map { _ in TrainedExits.never }
        }, losses: trained.map(\.losses)),
      layers * utterances.count, depths.count * ExitTraining.steps
    )
  }

  /// How many batches' frames are kept.
  private func exitBatches(_ walk: AtlasWalk, exits: Int) -> Int {
    let backbone = recognizer.backbone
    let frames = data.readable.reduce(0) {
      $0 + backbone.frameCount(sampleCount: data.samples[$1].count)
    }
    let width = walk.batch(0).start.values.columns
    let floats = Double(frames) * Double(exits * width + backbone.tokenCount)
    let share = min(1, Double(Self.exitFloats) / max(1, floats))
    // One may be a single utterance, and there are two halves.
    return max(min(2, walk.batches.count), Int(Double(walk.batches.count) * share))
  }

  /// What exits say of the utterances that they were not trained on: by utterance and exit how sure they are,
  /// and the errors that they make, last those of all layers.
  private func score(
    _ blocks: [ExitBlock], _ training: ExitTraining, words: [[String]]
  ) -> (confidences: [[Float]], errors: [[Int]]) {
    let decoder = GreedyCTCDecoder(
      tokenizer: recognizer.tokenizer, frameSeconds: recognizer.backbone.frameSeconds)
    var (confidences, errors): ([[Float]], [[Int]]) = ([], [])
    for (example, words) in zip(training.unheard, words) {
      let said = blocks.indices.map { exit in
        training.said(by: blocks[exit], HiddenFrames(packing: [example.frames[exit]]))
      }
      confidences.append(said.map { Float(Confidence.mean($0, rows: 0..<$0.rows)) })
      errors.append(
        (said + [example.whole]).map {
          let heard = decoder.decode($0).normalized(by: data.dataset.normalization)
          return Alignment.count(words, heard.words.map(\.word)).errors
        })
    }
    return (confidences, errors)
  }
}
