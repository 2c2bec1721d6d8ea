// A backbone that can also learn: forward keeps what backward needs.

import Base
import Foundation
import Kernels
import Speech

/// What one worker's forward and backward pass of a training step depend on besides the batch.
package struct TrainingPass: Sendable {
  package var mask: LayerMask
  /// Depths, ascending, each in 1..<N: after that many places of the stack the head speaks as well,
  /// as if the rest were skipped by the identity.
  package var exits: [Int]
  /// Draws the dropout masks; seeded by (run seed, step, worker).
  package var random: RandomGenerator
  /// Sums BatchNorm statistics over the step's workers; a group of one when there is one worker.
  package var reduce: AllReduce
  package var worker: Int

  package init(
    mask: LayerMask, exits: [Int] = [], random: RandomGenerator,
    reduce: AllReduce = AllReduce(workers: 1),
    worker: Int = 0
  ) {
    self.mask = mask
    self.exits = exits
    self.random = random
    self.reduce = reduce
    self.worker = worker
  }
}

/// Owns the weights while they change. Forward and backward may run on several threads at once, each
/// with its own shard, between two updates of `weights`.
package protocol TrainableBackbone: AnyObject, Sendable {
  associatedtype Activations
  associatedtype Inference: FeatureBackbone
  var layout: ParameterLayout { get }
  /// Trainable values, laid out by `layout`. Changed only between steps.
  var weights: ParameterBuffer { get }
  /// Running statistics and other values saved with the model but not trained, same idea.
  var stateLayout: ParameterLayout { get }
  var state: ParameterBuffer { get }
  var layerCount: Int { get }
  var tokenCount: Int { get }
  /// The token that stands for nothing.
  var blank: Int { get }
  /// What the model card calls it, and its sizes in a few words.
  var kind: String { get }
  var sizes: String { get }
  /// Mono samples to what `forward` takes.
  var features: FeatureExtractor { get }
  /// Output frames for that many rows of features.
  func outputFrames(featureFrames: Int) -> Int

  /// features: packed utterances (total feature frames x columns). Returns logits before the softmax
  /// (total output frames x tokens) of the whole stack and then of each of the pass's exits, all with
  /// the same output lengths, and what `backward` needs. Worker 0 also moves the running statistics
  /// of the layers that ran.
  func forward(_ features: HiddenFrames, _ pass: inout TrainingPass) -> (
    logits: [HiddenFrames], activations: Activations
  )
  /// What came out of the whole stack in a forward pass: total output frames x width.
  func encoded(_ activations: Activations) -> Tensor
  /// Adds d(loss)/d(parameter) to `gradients` (laid out by `layout`), given d(loss)/d(logits) in
  /// `forward`'s order and, where the loss asks for it, d(loss)/d(`encoded`) besides what comes
  /// through the head.
  func backward(
    _ logitGradients: [Tensor], encodedGradient: Tensor?, through activations: Activations,
    _ pass: TrainingPass, into gradients: ParameterBuffer)
  /// An immutable copy in evaluation mode (BatchNorm folded).
  func inference() -> Inference
  /// A trainable copy of the same shapes and values.
  func copy() -> Self
  /// The tokens alone, in the files where this kind of model keeps them.
  func writeTokens(_ tokenizer: Tokenizer, to folder: URL) throws
  /// config.json, model.safetensors (float16 when asked) and the tokens, each renamed into place.
  func write(to folder: URL, tokenizer: Tokenizer, as type: ElementType, metadata: [String: String])
    throws
}

extension TrainableBackbone {
  /// The same for a loss of the logits alone.
  package func backward(
    _ logitGradients: [Tensor], through activations: Activations, _ pass: TrainingPass,
    into gradients: ParameterBuffer
  ) {
    backward(
      logitGradients, encodedGradient: nil, through: activations, pass, into: gradients)
  }
}
