// A fully connected layer by its parameters, forward and backward.

import Kernels

/// `torch.nn.Linear`, or a pointwise `Conv1d`, with or without a bias.
struct Projection: Sendable {
  /// outputs x inputs, and ones for what a convolution has of taps.
  let weight: Parameter
  let bias: Parameter?

  /// x is rows x inputs; returns rows x outputs. Where the weights have only a part, of each as many as that
  /// has.
  func callAsFunction(_ x: Tensor, _ w: Weights) -> Tensor {
    if let part = w.part(weight) { return part(x) }
    return Linear.forward(
      x, weight: w[weight], bias: bias.map { w[$0] }, outputs: weight.shape[0])
  }

  /// The same of rows that lie close together, where the weights are laid out for products; on the calling
  /// thread alone. Returns the number of outputs.
  @discardableResult
  func rows(
    _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>, _ w: Weights
  ) -> Int {
    let part = w.laidOut(weight)
    part.rows(x, stride: part.inputs, count: count, into: y)
    return part.outputs
  }

  /// All of the weight, outputs x inputs.
  func matrix(_ w: Weights) -> Tensor {
    if let part = w.part(weight) {
      guard let whole = part.wholeWeight else {
        preconditionFailure("\(weight.name) is not whole any more")
      }
      return whole
    }
    let outputs = weight.shape[0]
    return w.tensor(weight).reshaped(outputs, weight.count / outputs)
  }

  /// All of it, with values of its own.
  func whole(_ w: Weights) -> ThinLinear {
    let matrix = matrix(w)
    return ThinLinear(
      .whole(matrix), bias: bias.map { w.tensor($0) }, inputs: matrix.columns,
      outputs: matrix.rows)
  }

  /// FLOPs of the product for a row.
  func operationsPerRow(_ w: Weights) -> Double { 2 * Double(w.count(weight)) }

  /// Adds to the parameters' gradients and returns d/dx.
  func backward(
    _ gradient: Tensor, input: Tensor, _ w: Weights, into g: ParameterBuffer
  ) -> Tensor {
    Linear.backward(
      gradient, input: input, weight: w[weight], weightGradient: g[weight],
      biasGradient: bias.map { g[$0] })
  }
}

extension Projection {
  /// d/dx alone, where the layer stays as it is.
  func inputGradient(_ gradient: Tensor, _ w: Weights) -> Tensor {
    let inputs = weight.count / weight.shape[0]
    guard w.part(weight) != nil else {
      return Linear.inputGradient(gradient, weight: w[weight], inputs: inputs)
    }
    let matrix = matrix(w)
    return withExtendedLifetime(matrix) {
      Linear.inputGradient(gradient, weight: matrix.pointer, inputs: inputs)
    }
  }
}

extension Projection {
  init(
    _ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true, isConvolution: Bool = false,
    in layout: inout ParameterLayout
  ) {
    weight =
      isConvolution
      ? layout.add("\(name).weight", outputs, inputs, 1)
      : layout.add("\(name).weight", outputs, inputs)
    self.bias = bias ? layout.add("\(name).bias", outputs) : nil
  }
}
