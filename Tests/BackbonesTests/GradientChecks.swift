// What every backbone that learns is held against.

import Backbones
import Kernels
import TestSupport
import Testing

/// The gradient of a loss that is linear in the logits (`directions`, in `forward`'s order) and in the
/// frames that go into the head, at three values of each parameter, against central differences of
/// `step`.
func expectGradientsOfDifferences(
  _ model: some TrainableBackbone, _ features: HiddenFrames, _ directions: [Tensor],
  _ start: TrainingPass, step: Float, _ comment: String
) {
  var pass = start
  let activations = model.forward(features, &pass).activations
  let encoded = model.encoded(activations)
  let direction = randomTensor(encoded.rows, encoded.columns, seed: 77)
  func loss() -> Double {
    var pass = start
    let (logits, activations) = model.forward(features, &pass)
    let terms = zip(logits.map(\.values), directions) + [(model.encoded(activations), direction)]
    return terms.reduce(0) { sum, pair in
      zip(pair.0.values, pair.1.values).reduce(sum) { $0 + Double($1.0) * Double($1.1) }
    }
  }
  let gradients = ParameterBuffer(count: model.layout.count)
  model.backward(
    directions, encodedGradient: direction, through: activations, pass, into: gradients)
  for parameter in model.layout.parameters {
    let indices = [0, parameter.count / 2, parameter.count - 1].map { parameter.offset + $0 }
    expectClose(
      indices.map { gradients.pointer[$0] },
      numericalGradient(model.weights, at: indices, step: step, loss), relative: 2e-2,
      absolute: 4e-3, "\(comment) \(parameter.name)")
  }
}
