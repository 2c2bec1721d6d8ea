// What every backbone that learns is held against.

import Backbones
import Kernels
import TestSupport
import Testing

/// The gradient of a loss that is linear in the logits (`directions`, in `forward`'s order), at three
/// values of each parameter, against central differences of `step`.
func expectGradientsOfDifferences(
  _ model: some TrainableBackbone, _ features: HiddenFrames, _ directions: [Tensor],
  _ start: TrainingPass, step: Float, _ comment: String
) {
  func loss() -> Double {
    var pass = start
    return zip(model.forward(features, &pass).logits, directions).reduce(0) { sum, pair in
      zip(pair.0.values.values, pair.1.values).reduce(sum) { $0 + Double($1.0) * Double($1.1) }
    }
  }
  var pass = start
  let activations = model.forward(features, &pass).activations
  let gradients = ParameterBuffer(count: model.layout.count)
  model.backward(directions, through: activations, pass, into: gradients)
  for parameter in model.layout.parameters {
    let indices = [0, parameter.count / 2, parameter.count - 1].map { parameter.offset + $0 }
    expectClose(
      indices.map { gradients.pointer[$0] },
      numericalGradient(model.weights, at: indices, step: step, loss), relative: 2e-2,
      absolute: 4e-3, "\(comment) \(parameter.name)")
  }
}
