// Everything that decides what a training run computes; saved in its checkpoints and model card.

import Backbones
import Foundation

/// Over what the per-frame KL divergence is averaged before lambda multiplies it.
package enum KLReduction: String, Codable, Sendable, CaseIterable {
  /// Mean over all output frames of the batch: about as large as the CTC term per target token.
  case frame
  /// Sum over the frames, mean over the batch's utterances: torch's "batchmean" over utterances.
  case utterance
}

/// How random gates are drawn.
package enum GateDistribution: String, Codable, Sendable, CaseIterable {
  /// Each layer on its own with the keep probability; a draw that keeps none is drawn again.
  case bernoulli
  /// The same, but deeper layers are dropped more often: the probability falls by equal steps, with
  /// the keep probability as its mean.
  case linear
  /// First how many layers to keep, uniform in 1...N, then which.
  case uniform
  /// First how many, uniform in 1...N-1, then in every other step the evenly spread ones (the masks
  /// of the policy `spread`), else any.
  case spread
  /// The same, but how many is in 2...N-1 with a probability proportional to 1 / how many: few layers
  /// have most to learn, and cost least.
  case shallow
  /// Few layers most often as well, and the evenly spread ones in three steps of four: the masks that
  /// will be used learn most, the others enough to be told apart.
  case ladder
}

/// The options of `dropscope train` that change the resulting weights. How often to log, to
/// validate and to save is in `TrainingPace`, because it changes nothing.
package struct TrainingOptions: Codable, Sendable, Equatable {
  package var recipe = "reference"
  package var seed: UInt64 = 1
  /// Threads, each with its share of every batch. Fixed by option, never by the machine, because
  /// the order of summation, and so the last bits of the weights, depend on it.
  package var shards = 2

  package var epochs: Int = 20
  /// Stops (and ends the schedule) after that many steps instead of after `epochs`.
  package var steps: Int?
  /// Audio of one batch, before speed changes.
  package var batchSeconds: Double = 40
  /// Batches are cut within that many classes of length. 1 mixes all lengths, the default: frames
  /// are packed without padding, so equal lengths would save nothing.
  package var lengthBuckets = 1

  package var learningRate: Double = 1.5e-3
  /// Steps of linear warm-up; at most a tenth of the run.
  package var warmup = 500
  /// The cosine ends at this fraction of the peak rate.
  package var finalRate: Double = 0.01
  package var weightDecay: Double = 0.01
  package var beta1: Double = 0.9
  package var beta2: Double = 0.98
  package var epsilon: Double = 1e-8
  /// Largest global norm of the gradient.
  package var clip: Double = 1
  /// Decay of the moving average of the weights that is exported; 0 exports the weights themselves.
  package var average: Double = 0

  package var gates = GateDistribution.bernoulli
  package var keepProbability: Double = 0.5
  /// The same layers in every step, as `LayerMask` is written, in place of gates that are drawn.
  package var fixedMask: String?
  package var klWeight: Double = 1
  package var klReduction = KLReduction.frame
  /// Weight of the mean square difference of the frames that go into the head from the teacher's.
  @AddedLater<Zero<Double>> package var hiddenWeight: Double
  package var temperature: Double = 1
  /// Weight in the divergence of frames that the guide takes for blank with 95 % or more.
  package var blankWeight: Double = 1
  /// Of each pass with some layers in the loss of a step of `dld-plus`; the full pass counts 1.
  package var partialWeight: Double = 1
  /// Passes with some layers in a step of `dld-plus`, each with its own mask.
  @AddedLater<One> package var partialPasses: Int
  /// Depths, drawn in each step, at which the full pass of `dld-plus` speaks as well.
  @AddedLater<Zero<Int>> package var exits: Int

  package var specAugment = SpecAugment()
  package var waveform = WaveformAugmentation()

  /// Data sets as `TrainingData` reads them, with absolute paths, so that a resumed run finds them.
  package var data: [String] = []
  /// The layout of those of `data` that name none; nil: as recognised.
  package var format: String?
  package var split = "train"
  package var developmentSplit = "dev"
  package var teacher: String?
  /// Whether the teacher hears each utterance once, clean, and what it said is kept; its speed is then
  /// drawn once, too. Else it hears what the student hears, in every step.
  @AddedLater<Off> package var cachesTeacher: Bool
  package var initial: String?
  /// Whether the initial model gives everything but its tokens and output layer.
  package var hasFreshOutput = false
  package var tokens: String?
  package var tokenCount = 256

  package var layers = 12
  package var width = 128
  package var heads = 4
  package var feedForward = 512
  package var kernel = 31
  package var skipRule = SkipRule.identity
  package var dropout: Double = 0.1
  /// The layers that learn, from 1, while everything else stays as the initial model has it; nil:
  /// everything.
  package var trainedLayers: [Int]?
  /// Whether the convolutions over samples stay as they are.
  @AddedLater<Off> package var freezesFrontEnd: Bool

  package init() {}

  package var matchesHidden: Bool { hiddenWeight > 0 }
}

/// When a run reports, validates and saves: none of it changes the weights.
package struct TrainingPace: Sendable, Equatable {
  package var checkpointMinutes: Double = 5
  package var validateMinutes: Double = 10
  /// Utterances of the held-out set used while training goes on; all of it is used at the end.
  package var validationUtterances = 200
  package var logEverySteps = 10
  /// Stops cleanly after that many minutes of this process; `--resume` goes on.
  package var minutes: Double?

  package init() {}
}
