// The optimiser with clipping against ten steps of PyTorch, whole and in slices.

import Foundation
import Kernels
import TestSupport
import Testing
import Training

@Suite struct AdamWTests {
  /// Seven slices cut through parameters.
  @Test(arguments: [1, 2, 7])
  func agreesWithPyTorch(_ workers: Int) throws {
    let file = try SafetensorsFile(contentsOf: fixture("adamw.safetensors"))
    var layout = ParameterLayout()
    let parameters = [layout.add("matrix", 7, 9), layout.add("bias", 9)]
    let weights = ParameterBuffer(count: layout.count)
    let gradients = ParameterBuffer(count: layout.count)
    let optimizer = AdamW(.init(weightDecay: 0.1), layout: layout)
    for parameter in parameters {
      weights.set(parameter, to: try file.tensor("initial.\(parameter.name)"))
    }
    let norms = try file.tensor("norms").values
    let slices = AdamW.slices(count: layout.count, workers: workers)
    for step in 1...10 {
      for parameter in parameters {
        gradients.set(parameter, to: try file.tensor("gradient.\(step).\(parameter.name)"))
      }
      let squares = slices.map { GradientClipping.sumOfSquares(gradients, range: $0) }
      let norm = squares.reduce(0, +).squareRoot()
      expectClose(norm, Double(norms[step - 1]), relative: 1e-6)
      for slice in slices {
        optimizer.update(
          weights, gradients: gradients, range: slice, learningRate: 0.01 * Float(step),
          gradientScale: GradientClipping.scale(norm: norm, maximum: 1))
      }
      optimizer.advance()
    }
    #expect(optimizer.completedSteps == 10)
    for parameter in parameters {
      let name = parameter.name
      expectClose(weights.tensor(parameter), try file.tensor("final.\(name)"), relative: 1e-6)
      expectClose(
        optimizer.firstMoment.tensor(parameter), try file.tensor("first_moment.\(name)"),
        relative: 1e-6)
      expectClose(
        optimizer.secondMoment.tensor(parameter), try file.tensor("second_moment.\(name)"),
        relative: 1e-6)
    }
  }

  @Test(arguments: [(0, 2), (16, 3), (1000, 7), (5_000_000, 2), (48, 3)])
  func slicesCoverTheBufferOnce(_ count: Int, _ workers: Int) {
    let slices = AdamW.slices(count: count, workers: workers)
    #expect(slices.count == workers)
    #expect(slices.flatMap { [$0.lowerBound, $0.upperBound] }.first == 0)
    #expect(slices.last?.upperBound == count)
    for (slice, next) in zip(slices, slices.dropFirst()) {
      #expect(slice.upperBound == next.lowerBound)
      #expect(slice.upperBound % 16 == 0 || slice.upperBound == count)
    }
  }

  @Test func clippingNeverEnlarges() {
    #expect(GradientClipping.scale(norm: 0, maximum: 1) == 1)
    #expect(GradientClipping.scale(norm: 0.5, maximum: 1) == 1)
    expectClose(Double(GradientClipping.scale(norm: 4, maximum: 1)), 0.25)
    #expect(GradientClipping.scale(norm: .infinity, maximum: 1) == 0)
  }

  /// Small values after large ones still count.
  @Test func sumOfSquaresIsPrecise() {
    let count = 100_003
    let buffer = ParameterBuffer(count: count)
    for i in 0..<count { buffer.pointer[i] = i < 10 ? 100 : 0.01 }
    expectClose(
      GradientClipping.sumOfSquares(buffer, range: 0..<count), 1e5 + 99_993 * 1e-4, relative: 1e-5)
  }
}
