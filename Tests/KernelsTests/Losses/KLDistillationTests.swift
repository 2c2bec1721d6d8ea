// The distillation loss against PyTorch and against differences.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct KLDistillationTests {
  @Test func sureBlanksWeighWhatTheyAreTold() {
    let teacher = Tensor(
      [0.96, 0.04, 0.94, 0.06, 0.5, 0.5, 0, 1].map { Float(log($0)) }, shape: [4, 2])
    #expect(
      KLDistillation.frameWeights(
        teacherLogProbabilities: teacher, weight: 2, blankWeight: 0.25, blank: 0) == [0.5, 2, 2, 2])
  }

  @Test(arguments: [1, 2])
  func agreesWithPyTorch(_ temperature: Int) throws {
    let file = try SafetensorsFile(contentsOf: fixture("divergence.safetensors"))
    let student = try file.tensor("student")
    for shift in [Float(0), 50] {
      // A shift of the logits changes nothing.
      let result = KLDistillation.lossAndGradient(
        studentLogits: Tensor(student.values.map { $0 + shift }, shape: student.shape),
        teacherLogProbabilities: try file.tensor("teacher"),
        frameWeights: try file.tensor("weights").values, temperature: Float(temperature))
      expectClose(
        result.loss, Double(try file.tensor("loss_\(temperature)").values[0]), relative: 1e-5)
      expectClose(
        result.logitGradient, try file.tensor("gradient_\(temperature)"), relative: 1e-5)
    }
  }

  @Test(arguments: [Float(1), 0.5, 3])
  func gradientAgreesWithDifferences(_ temperature: Float) {
    let teacher = LogSoftmax.forward(randomTensor(3, 19, seed: 1, scale: 2))
    func run(_ logits: Tensor) -> (loss: Double, logitGradient: Tensor) {
      KLDistillation.lossAndGradient(
        studentLogits: logits, teacherLogProbabilities: teacher, frameWeights: [1, 0, 2.5],
        temperature: temperature)
    }
    let logits = randomTensor(3, 19, seed: 2)
    expectClose(
      run(logits).logitGradient.values, numericalGradient(logits) { run($0).loss }, relative: 2e-3)
  }

  @Test func equalDistributionsCostNothing() {
    let logits = randomTensor(4, 256, seed: 3, scale: 3)
    let result = KLDistillation.lossAndGradient(
      studentLogits: logits, teacherLogProbabilities: LogSoftmax.forward(logits),
      frameWeights: [1, 1, 1, 1])
    #expect(abs(result.loss) < 1e-5)
    expectClose(result.logitGradient.values, [Float](repeating: 0, count: 1024), absolute: 1e-6)
  }

  @Test func teacherProbabilitiesOfZero() {
    let result = KLDistillation.lossAndGradient(
      studentLogits: Tensor([0, 0], shape: [1, 2]),
      teacherLogProbabilities: Tensor([0, -.infinity], shape: [1, 2]), frameWeights: [1])
    expectClose(result.loss, 0.693_147_18)
    expectClose(result.logitGradient.values, [-0.5, 0.5])
  }
}
