// The mean square difference of hidden frames: PyTorch's mse_loss by its definition, and differences.

import Kernels
import TestSupport
import Testing

@Suite struct HiddenMatchingTests {
  /// torch.nn.functional.mse_loss(student, teacher) is 7.28125 for these, its gradient as below (2.13).
  @Test func agreesWithPyTorch() {
    let student = Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 4])
    let teacher = Tensor([1, 0, 0, 4, 0, 6, 7, 3.5], shape: [2, 4])
    // A weight of one over the frames makes the mean over all of them.
    let (loss, gradient) = HiddenMatching.lossAndGradient(
      student: student, teacher: teacher, weight: 0.5)
    expectClose(loss, 7.28125, relative: 1e-6)
    expectClose(
      gradient.values, [0, 0.5, 0.75, 0, 1.25, 0, 0, 1.125], relative: 1e-6, absolute: 1e-7)
  }

  @Test func gradientAgreesWithDifferences() {
    // Not a multiple of a vector's width.
    let student = randomTensor(5, 19, seed: 1)
    let teacher = randomTensor(5, 19, seed: 2)
    func loss(_ values: [Float]) -> Double {
      HiddenMatching.lossAndGradient(
        student: Tensor(values, shape: [5, 19]), teacher: teacher, weight: 0.3
      ).loss
    }
    let gradient = HiddenMatching.lossAndGradient(
      student: student, teacher: teacher, weight: 0.3
    ).gradient
    for index in [0, 18, 19, 50, 94] {
      var (more, less) = (student.values, student.values)
      more[index] += 1e-2
      less[index] -= 1e-2
      let slope = (loss(more) - loss(less)) / Double(more[index] - less[index])
      expectClose(Double(gradient.values[index]), slope, relative: 1e-3)
    }
  }
}
