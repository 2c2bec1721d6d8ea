// The smallest backbone that can learn, so that the trainer is tested without the Conformer.

import Backbones
import Base
import Foundation
import Kernels
import Speech

/// Averages four feature frames, then Linear, N layers y = x + tanh(W x), Linear. One running
/// statistic, the mean of the first hidden frames, which evaluation adds to the head's input scaled
/// by 0: saved and reduced over workers like BatchNorm's, and of no influence.
final class TinyBackbone: TrainableBackbone {
  struct Shape {
    var bins = 80
    var hidden = 24
    var layers = 3
    var tokens = 8
  }

  let shape: Shape
  let layout: ParameterLayout
  let stateLayout: ParameterLayout
  let weights: ParameterBuffer
  let state: ParameterBuffer
  let features = FeatureExtractor.logMel(LogMel(LogMelConfiguration()))
  /// Sleeps a random while in each pass, to shake the order in which threads arrive.
  let jitter: Bool
  private let input: Parameter
  private let stack: [Parameter]
  private let head: Parameter
  private let mean: Parameter

  var layerCount: Int { shape.layers }
  var tokenCount: Int { shape.tokens }
  var blank: Int { 0 }
  var kind: String { "tiny" }
  var sizes: String { "width \(shape.hidden)" }

  init(_ shape: Shape = Shape(), seed: UInt64 = 1, jitter: Bool = false) {
    self.shape = shape
    self.jitter = jitter
    var layout = ParameterLayout()
    input = layout.add("input", shape.hidden, shape.bins)
    var stack: [Parameter] = []
    for i in 0..<shape.layers {
      stack.append(layout.add("layers.\(i)", shape.hidden, shape.hidden))
    }
    self.stack = stack
    head = layout.add("head", shape.tokens, shape.hidden)
    self.layout = layout
    var stateLayout = ParameterLayout()
    mean = stateLayout.add("mean", shape.hidden)
    self.stateLayout = stateLayout
    weights = ParameterBuffer(count: layout.count)
    state = ParameterBuffer(count: stateLayout.count)
    var random = RandomGenerator(seed: seed)
    for parameter in layout.parameters {
      let bound = 1 / Float(parameter.shape[1]).squareRoot()
      for i in 0..<parameter.count {
        weights[parameter][i] = random.uniform(-bound...bound)
      }
    }
  }

  func outputFrames(featureFrames: Int) -> Int { (featureFrames + 3) / 4 }

  struct Activations {
    var pooled: Tensor
    /// Input of each layer, and of the head at the end.
    var inputs: [Tensor]
    var tanhs: [Tensor?]
  }

  func forward(_ features: HiddenFrames, _ pass: inout TrainingPass) -> (
    logits: [HiddenFrames], activations: Activations
  ) {
    if jitter { usleep(UInt32.random(in: 0...3000)) }
    let (pooled, lengths) = Self.pool(features)
    var x = Linear.forward(pooled, weight: weights[input], bias: nil, outputs: shape.hidden)
    moveMean(x, pass)
    var activations = Activations(pooled: pooled, inputs: [], tanhs: [])
    for (i, parameter) in stack.enumerated() {
      activations.inputs.append(x)
      guard pass.mask[i] else {
        activations.tanhs.append(nil)
        continue
      }
      let t = tanh(x, weights[parameter])
      activations.tanhs.append(t)
      x = Self.sum(x, t)
    }
    activations.inputs.append(x)
    let logits = ([stack.count] + pass.exits).map { depth in
      Linear.forward(
        activations.inputs[depth], weight: weights[head], bias: nil, outputs: shape.tokens)
    }
    return (logits.map { HiddenFrames(values: $0, lengths: lengths) }, activations)
  }

  func encoded(_ activations: Activations) -> Tensor { activations.inputs[stack.count] }

  func backward(
    _ logitGradients: [Tensor], encodedGradient: Tensor?, through a: Activations,
    _ pass: TrainingPass, into gradients: ParameterBuffer
  ) {
    if jitter { usleep(UInt32.random(in: 0...3000)) }
    func intoHead(_ place: Int, depth: Int) -> Tensor {
      Linear.backward(
        logitGradients[place], input: a.inputs[depth], weight: weights[head],
        weightGradient: gradients[head], biasGradient: nil)
    }
    var dx = intoHead(0, depth: stack.count)
    if let encodedGradient { dx = Self.sum(dx, encodedGradient) }
    for i in stack.indices.reversed() {
      if let exit = pass.exits.firstIndex(of: i + 1) {
        dx = Self.sum(dx, intoHead(exit + 1, depth: i + 1))
      }
      guard var inner = a.tanhs[i] else { continue }
      let values = inner.mutablePointer
      for k in 0..<inner.count { values[k] = (1 - values[k] * values[k]) * dx.pointer[k] }
      let through = Linear.backward(
        inner, input: a.inputs[i], weight: weights[stack[i]],
        weightGradient: gradients[stack[i]], biasGradient: nil)
      dx = Self.sum(dx, through)
    }
    _ = Linear.backward(
      dx, input: a.pooled, weight: weights[input], weightGradient: gradients[input],
      biasGradient: nil)
  }

  func inference() -> TinyInference { TinyInference(copy()) }

  func copy() -> TinyBackbone {
    let result = TinyBackbone(shape)
    result.weights.pointer.update(from: weights.pointer, count: weights.count)
    result.state.pointer.update(from: state.pointer, count: state.count)
    return result
  }

  func write(
    to folder: URL, tokenizer: Tokenizer, as type: ElementType, metadata: [String: String]
  ) throws {
    try SafetensorsWriter.write(
      layout.parameters.map { ($0.name, weights.tensor($0)) }, as: type, metadata: metadata,
      to: folder.appendingPathComponent(ModelFolder.weightsName))
    try writeTokens(tokenizer, to: folder)
  }

  func writeTokens(_ tokenizer: Tokenizer, to folder: URL) throws {
    try tokenizer.write(to: folder.appendingPathComponent(ModelFolder.tokensName))
  }

  fileprivate func frontEnd(_ features: HiddenFrames) -> HiddenFrames {
    let (pooled, lengths) = Self.pool(features)
    return HiddenFrames(
      values: Linear.forward(pooled, weight: weights[input], bias: nil, outputs: shape.hidden),
      lengths: lengths)
  }

  fileprivate func layer(_ index: Int, _ x: Tensor) -> Tensor {
    Self.sum(x, tanh(x, weights[stack[index]]))
  }

  fileprivate func logits(_ x: Tensor) -> Tensor {
    Linear.forward(x, weight: weights[head], bias: nil, outputs: shape.tokens)
  }

  private func moveMean(_ x: Tensor, _ pass: TrainingPass) {
    var sums = [Float](repeating: 0, count: shape.hidden + 1)
    for i in 0..<x.count { sums[i % shape.hidden] += x.pointer[i] }
    sums[shape.hidden] = Float(x.rows)
    pass.reduce.sum(&sums, count: sums.count, worker: pass.worker)
    guard pass.worker == 0 else { return }
    for i in 0..<shape.hidden {
      state[mean][i] += 0.1 * (sums[i] / sums[shape.hidden] - state[mean][i])
    }
  }

  private func tanh(_ x: Tensor, _ weight: UnsafePointer<Float>) -> Tensor {
    var y = Linear.forward(x, weight: weight, bias: nil, outputs: shape.hidden)
    let values = y.mutablePointer
    for i in 0..<y.count { values[i] = Foundation.tanh(values[i]) }
    return y
  }

  private static func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
    var result = a
    let values = result.mutablePointer
    for i in 0..<a.count { values[i] += b.pointer[i] }
    return result
  }

  /// Means of four frames within each utterance.
  private static func pool(_ features: HiddenFrames) -> (Tensor, [Int]) {
    let bins = features.values.columns
    let lengths = features.lengths.map { ($0 + 3) / 4 }
    var result = Tensor(zeros: lengths.reduce(0, +), bins)
    let target = result.mutablePointer
    var (from, to) = (0, 0)
    for (length, pooled) in zip(features.lengths, lengths) {
      for frame in 0..<length {
        for bin in 0..<bins {
          target[(to + frame / 4) * bins + bin] +=
            0.25 * features.values.pointer[(from + frame) * bins + bin]
        }
      }
      from += length
      to += pooled
    }
    return (result, lengths)
  }
}

/// The tiny backbone in evaluation mode.
struct TinyInference: FeatureBackbone {
  static let modelType = "tiny"
  private let model: TinyBackbone

  fileprivate init(_ model: TinyBackbone) { self.model = model }

  var layerCount: Int { model.layerCount }
  var tokenCount: Int { model.tokenCount }
  var blank: Int { model.blank }
  var frameSeconds: Double { 0.04 }
  var features: FeatureExtractor { model.features }

  func frontEnd(features: HiddenFrames) -> HiddenFrames { model.frontEnd(features) }
  func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    HiddenFrames(values: model.layer(index, input.values), lengths: input.lengths)
  }
  func skip(_ index: Int, _ input: HiddenFrames) -> HiddenFrames { input }
  func head(_ input: HiddenFrames) -> Tensor { LogSoftmax.forward(model.logits(input.values)) }

  var parameters: StageValues { StageValues(frontEnd: 0, layers: [], skipped: [], head: 0) }
  func operations(sampleCount: Int) -> StageValues { parameters }
  func frameCount(sampleCount: Int) -> Int {
    model.outputFrames(featureFrames: features.frameCount(sampleCount: sampleCount))
  }
}
