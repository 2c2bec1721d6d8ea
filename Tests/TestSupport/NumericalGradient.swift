// Gradients by central differences, to hold hand-written ones against.

import Base
import Kernels

/// d(function)/d(input) at each of `indices` (default: everywhere), by central differences of
/// half-width `step`. The function should sum in Double: its rounding error is divided by `step`.
package func numericalGradient(
  _ input: Tensor, at indices: [Int]? = nil, step: Float = 1e-2, _ function: (Tensor) -> Double
) -> [Float] {
  (indices ?? Array(0..<input.count)).map { index in
    var values = input.values
    let original = values[index]
    values[index] = original + step
    let above = values[index]
    let upper = function(Tensor(values, shape: input.shape))
    values[index] = original - step
    let below = values[index]
    let lower = function(Tensor(values, shape: input.shape))
    // The step that was really taken, after rounding.
    return Float((upper - lower) / (Double(above) - Double(below)))
  }
}

/// The same through a parameter buffer, changed in place and restored.
package func numericalGradient(
  _ buffer: ParameterBuffer, at indices: [Int], step: Float = 1e-2, _ function: () -> Double
) -> [Float] {
  indices.map { index in
    let original = buffer.pointer[index]
    defer { buffer.pointer[index] = original }
    buffer.pointer[index] = original + step
    let above = buffer.pointer[index]
    let upper = function()
    buffer.pointer[index] = original - step
    let below = buffer.pointer[index]
    let lower = function()
    return Float((upper - lower) / (Double(above) - Double(below)))
  }
}

/// A tensor of standard normal values.
package func randomTensor(_ shape: Int..., seed: UInt64, scale: Float = 1) -> Tensor {
  var random = RandomGenerator(seed: seed)
  return Tensor((0..<shape.reduce(1, *)).map { _ in scale * random.normal() }, shape: shape)
}
