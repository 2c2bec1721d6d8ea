// CTC against PyTorch, against enumeration of all alignments, and against differences.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct CTCLossTests {
  /// One fixture of make_losses.py.
  private struct Case {
    let logProbabilities: Tensor
    let lengths: [Int]
    let targets: [[Int]]
    let weights: [Float]
    let losses: [Float]
    let gradient: Tensor

    init(_ name: String) throws {
      let file = try SafetensorsFile(contentsOf: fixture("\(name).safetensors"))
      func integers(_ name: String) throws -> [Int] { try file.tensor(name).values.map { Int($0) } }
      logProbabilities = try file.tensor("log_probabilities")
      lengths = try integers("lengths")
      var rest = try integers("targets")[...]
      targets = try integers("target_lengths").map { count in
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
      }
      weights = try file.tensor("weights").values
      losses = try file.tensor("losses").values
      gradient = try file.tensor("gradient")
    }

    func run() -> (losses: [Float], infeasible: [Int], logitGradient: Tensor) {
      CTCLoss.lossAndGradient(
        logProbabilities: logProbabilities, lengths: lengths, targets: targets, blank: 0,
        weights: weights)
    }
  }

  @Test(arguments: ["ctc-small", "ctc-long"])
  func agreesWithPyTorch(_ name: String) throws {
    let reference = try Case(name)
    let result = reference.run()
    for (actual, expected) in zip(result.losses, reference.losses) {
      expectClose(Double(actual), Double(expected), relative: 1e-6)
    }
    #expect(result.losses.count == reference.losses.count)
    // PyTorch's own float32 gradient is off by 5e-4 on the long ones.
    expectClose(result.logitGradient, reference.gradient, relative: 2e-5)
  }

  @Test func listsInfeasibleTargets() throws {
    #expect(try Case("ctc-small").run().infeasible == [3, 6])
    #expect(try Case("ctc-long").run().infeasible == [])
  }

  @Test func gradientRowsSumToZero() throws {
    let gradient = try Case("ctc-long").run().logitGradient
    for row in 0..<gradient.rows {
      let sum = gradient.rows(row..<row + 1).values.reduce(0, +)
      #expect(abs(sum) < 1e-5, "row \(row)")
    }
  }

  /// Sums the probability of every path of 3 tokens over 6 frames that collapses to the target.
  @Test(arguments: [[], [1], [1, 2], [2, 2], [1, 2, 1], [1, 1, 1], [2, 1, 1, 2]])
  func agreesWithEnumeration(_ target: [Int]) {
    let frames = 6
    let logProbabilities = LogSoftmax.forward(randomTensor(frames, 3, seed: 5, scale: 2))
    var probability = 0.0
    for code in 0..<729 {
      var rest = code
      var path: [Int] = []
      var score = 0.0
      for frame in 0..<frames {
        path.append(rest % 3)
        score += Double(logProbabilities[frame, rest % 3])
        rest /= 3
      }
      let collapsed = path.indices.filter { $0 == 0 || path[$0] != path[$0 - 1] }
        .map { path[$0] }.filter { $0 != 0 }
      if collapsed == target { probability += exp(score) }
    }
    let result = CTCLoss.lossAndGradient(
      logProbabilities: logProbabilities, lengths: [frames], targets: [target], blank: 0,
      weights: [1])
    expectClose(Double(result.losses[0]), -log(probability), relative: 1e-6)
  }

  @Test(arguments: [[], [3], [1, 2, 3], [1, 1, 2, 2]])
  func gradientAgreesWithDifferences(_ target: [Int]) {
    let logits = randomTensor(9, 5, seed: 7)
    func run(_ logits: Tensor) -> (losses: [Float], infeasible: [Int], logitGradient: Tensor) {
      CTCLoss.lossAndGradient(
        logProbabilities: LogSoftmax.forward(logits), lengths: [9], targets: [target],
        blank: 0, weights: [1.5])
    }
    expectClose(
      run(logits).logitGradient.values,
      numericalGradient(logits) { 1.5 * Double(run($0).losses[0]) }, relative: 2e-3)
  }

  /// Four minutes of frames: nothing may underflow, and the gradient still sums to zero.
  @Test func longUtterances() {
    let frames = 6_000
    let logProbabilities = LogSoftmax.forward(randomTensor(frames, 8, seed: 3, scale: 3))
    let target = (0..<1_400).map { 1 + ($0 * 5 + $0 / 7) % 7 }
    let result = CTCLoss.lossAndGradient(
      logProbabilities: logProbabilities, lengths: [frames], targets: [target], blank: 0,
      weights: [1])
    #expect(result.infeasible == [])
    #expect(result.losses[0].isFinite && result.losses[0] > 0)
    let values = result.logitGradient.values
    #expect(values.allSatisfy { $0.isFinite && abs($0) <= 1 })
    for row in stride(from: 0, to: frames, by: 97) {
      #expect(abs(values[row * 8..<row * 8 + 8].reduce(0, +)) < 1e-5)
    }
  }

  /// A token of probability 0 makes its target infeasible, not the gradient NaN.
  @Test func zeroProbabilities() {
    var logits = randomTensor(4, 3, seed: 1)
    for row in 0..<4 { logits.mutablePointer[row * 3 + 2] = -.infinity }
    let result = CTCLoss.lossAndGradient(
      logProbabilities: LogSoftmax.forward(logits), lengths: [4], targets: [[2]], blank: 0,
      weights: [1])
    #expect(result.losses == [0])
    #expect(result.infeasible == [0])
    #expect(result.logitGradient.values.allSatisfy { $0 == 0 })
    let other = CTCLoss.lossAndGradient(
      logProbabilities: LogSoftmax.forward(logits), lengths: [4], targets: [[1]], blank: 0,
      weights: [1])
    #expect(other.infeasible == [])
    #expect(other.logitGradient.values.allSatisfy { $0.isFinite })
  }

  /// A diverged network must not look like a good one.
  @Test func notANumberStaysVisible() {
    var logits = randomTensor(6, 3, seed: 1)
    logits.mutablePointer[7] = .nan
    let result = CTCLoss.lossAndGradient(
      logProbabilities: LogSoftmax.forward(logits), lengths: [6], targets: [[1, 2]], blank: 0,
      weights: [1])
    #expect(result.losses[0].isNaN)
    #expect(result.logitGradient.values.contains { $0.isNaN })
  }

  @Test func noFramesAndNoUtterances() {
    let empty = Tensor(zeros: 0, 5)
    let one = CTCLoss.lossAndGradient(
      logProbabilities: empty, lengths: [0, 0], targets: [[], [1]], blank: 0, weights: [1, 1])
    #expect(one.losses == [0, 0])
    #expect(one.infeasible == [1])
    let none = CTCLoss.lossAndGradient(
      logProbabilities: empty, lengths: [], targets: [], blank: 0, weights: [])
    #expect(none.losses.isEmpty && none.infeasible.isEmpty)
  }

  @Test func blankNeedNotBeTheFirstToken() throws {
    let logProbabilities = LogSoftmax.forward(randomTensor(6, 3, seed: 2))
    let rotated = Tensor(
      (0..<18).map { logProbabilities[$0 / 3, ($0 % 3 + 1) % 3] }, shape: [6, 3])
    let first = CTCLoss.lossAndGradient(
      logProbabilities: logProbabilities, lengths: [6], targets: [[1, 2]], blank: 0, weights: [1])
    let last = CTCLoss.lossAndGradient(
      logProbabilities: rotated, lengths: [6], targets: [[0, 1]], blank: 2, weights: [1])
    #expect(first.losses == last.losses)
  }
}
