// A network small enough to be trained within seconds: what policies learn with.

import Base
import Kernels

/// o = W2 max(0, W1 x + b1) + b2.
/// n rows, i inputs, h hidden values, o outputs; x is n x i.
struct SmallNetwork: Sendable, Equatable {
  let inputs, hidden, outputs: Int
  /// W1 (h x i), b1 (h), W2 (o x h) and b2 (o), one after the other.
  private(set) var weights: Tensor

  /// Says 0 to everything until it is trained.
  init(inputs: Int, hidden: Int, outputs: Int, seed: UInt64) {
    var random = RandomGenerator(seed: seed, streams: 0x5A11)
    // As He et al. (2015) have it before a ReLU.
    let scale = (2 / Float(inputs)).squareRoot()
    let first = (0..<hidden * inputs).map { _ in scale * random.normal() }
    let rest = [Float](repeating: 0, count: hidden + outputs * hidden + outputs)
    self.init(inputs: inputs, hidden: hidden, outputs: outputs, weights: first + rest)
  }

  /// - Parameter weights: `weightCount` of these numbers.
  init(inputs: Int, hidden: Int, outputs: Int, weights: [Float]) {
    (self.inputs, self.hidden, self.outputs) = (inputs, hidden, outputs)
    self.weights = Tensor(
      weights, shape: [Self.weightCount(inputs: inputs, hidden: hidden, outputs: outputs)])
  }

  static func weightCount(inputs: Int, hidden: Int, outputs: Int) -> Int {
    hidden * (inputs + 1) + outputs * (hidden + 1)
  }

  /// Where b1, W2 and b2 begin.
  private var places: (b1: Int, w2: Int, b2: Int) {
    let w2 = hidden * (inputs + 1)
    return (hidden * inputs, w2, w2 + outputs * hidden)
  }

  static func == (a: SmallNetwork, b: SmallNetwork) -> Bool {
    (a.inputs, a.hidden, a.outputs) == (b.inputs, b.hidden, b.outputs)
      && a.weights.values == b.weights.values
  }

  /// n x o.
  func callAsFunction(_ x: Tensor) -> Tensor { pass(x).outputs }

  /// FLOPs of one row.
  var operations: Double { Double(2 * hidden * (inputs + outputs)) }

  private func pass(_ x: Tensor) -> (hidden: Tensor, outputs: Tensor) {
    precondition(x.columns == inputs, "\(x.columns) inputs for a network of \(inputs)")
    let (w, places) = (weights.pointer, places)
    let inside = ReLU.forward(
      Linear.forward(x, weight: w, bias: w + places.b1, outputs: hidden))
    return (
      inside,
      Linear.forward(inside, weight: w + places.w2, bias: w + places.b2, outputs: outputs)
    )
  }

  /// By AdamW (Loshchilov & Hutter, ICLR 2019), all rows in every step; biases do not decay.
  /// - Parameters:
  ///   - rate: the learning rate of a step, counted from 1.
  ///   - gradient: of the loss by the outputs (n x o), from the outputs.
  ///   - done: told of the network after every step.
  mutating func train(
    on x: Tensor, steps: Int, decay: Float, rate: (_ step: Int) -> Float,
    gradient: (_ outputs: Tensor) -> Tensor, done: (_ step: Int, SmallNetwork) -> Void = { _, _ in }
  ) {
    let (count, places) = (weights.count, places)
    let ranges = [
      (0..<places.b1, decay), (places.b1..<places.w2, 0), (places.w2..<places.b2, decay),
      (places.b2..<count, 0),
    ]
    var (first, second) = (Tensor(zeros: count), Tensor(zeros: count))
    for step in 1...max(1, steps) where step <= steps {
      let (inside, outputs) = pass(x)
      var gradients = Tensor(zeros: count)
      let g = gradients.mutablePointer
      var dInside = Linear.backward(
        gradient(outputs), input: inside, weight: weights.pointer + places.w2,
        weightGradient: g + places.w2, biasGradient: g + places.b2)
      let d = dInside.mutablePointer
      for place in 0..<inside.count where inside.pointer[place] == 0 { d[place] = 0 }
      _ = Linear.backward(
        dInside, input: x, weight: weights.pointer, weightGradient: g,
        biasGradient: g + places.b1)
      let coefficients = AdamWUpdate.Coefficients(
        learningRate: rate(step), beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: step,
        gradientScale: 1)
      let (w, m, v) = (weights.mutablePointer, first.mutablePointer, second.mutablePointer)
      for (range, decay) in ranges {
        AdamWUpdate.apply(
          weights: w + range.lowerBound, gradients: g + range.lowerBound,
          firstMoment: m + range.lowerBound, secondMoment: v + range.lowerBound,
          count: range.count, weightDecay: decay, coefficients)
      }
      done(step, self)
    }
  }

  /// The same network for inputs as they come, where this one takes (x - mean) / scale.
  func taking(mean: [Float], scale: [Float]) -> SmallNetwork {
    var values = weights.values
    for row in 0..<hidden {
      for column in 0..<inputs {
        let place = row * inputs + column
        values[place] /= scale[column]
        values[places.b1 + row] -= values[place] * mean[column]
      }
    }
    return SmallNetwork(inputs: inputs, hidden: hidden, outputs: outputs, weights: values)
  }
}
