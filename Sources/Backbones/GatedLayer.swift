// A layer that is open part of the way, and the gradient of how far.

import Kernels

/// y = skip(x) + g (layer(x) - skip(x)): with g = 1 the layer, with g = 0 what happens when it is skipped.
package struct GatedLayer {
  package let output: HiddenFrames
  private let gate: Float
  /// layer(x) - skip(x).
  private let difference: Tensor
  private let throughLayer, throughSkip: (Tensor) -> Tensor

  /// - Parameters:
  ///   - full: what the layer makes of `input`, in its shape.
  ///   - skipped: what skipping makes of it.
  ///   - throughLayer: d(loss)/d(input) of the layer from d(loss)/d(output); of skipping `throughSkip`.
  package init(
    _ input: HiddenFrames, full: Tensor, skipped: Tensor, gate: Float,
    throughLayer: @escaping (Tensor) -> Tensor, throughSkip: @escaping (Tensor) -> Tensor
  ) {
    self.gate = gate
    (self.throughLayer, self.throughSkip) = (throughLayer, throughSkip)
    difference = full.adding(skipped, scale: -1)
    var output = input
    output.values = skipped.adding(difference, scale: gate)
    self.output = output
  }

  /// d(loss)/d(input) and d(loss)/d(gate) from d(loss)/d(output).
  package func backward(_ gradient: Tensor) -> (input: Tensor, gate: Double) {
    let (g, d) = (gradient.pointer, difference.pointer)
    let slope = (0..<gradient.count).reduce(0.0) { $0 + Double(g[$1] * d[$1]) }
    var input = throughLayer(gradient.scaled(by: gate))
    input.add(throughSkip(gradient.scaled(by: 1 - gate)))
    return (input, slope)
  }
}

/// A network whose layers can be opened part of the way, in evaluation mode, its weights staying as they are.
package protocol GateableBackbone: Sendable {
  var layout: ParameterLayout { get }
  /// - Parameters:
  ///   - index: of the layer, from 0.
  ///   - gate: 1 runs it, 0 skips it.
  ///   - scratch: laid out by `layout`, for gradients of weights that nobody asks for; of one thread.
  func gated(
    _ index: Int, _ input: HiddenFrames, gate: Float, scratch: ParameterBuffer
  ) -> GatedLayer
}
