// The small network against PyTorch.

import Kernels
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct SmallNetworkTests {
  private let x = Tensor([1, 2, -1, 0.5, 0.5, -1.5], shape: [3, 2])

  private func network() -> SmallNetwork {
    SmallNetwork(
      inputs: 2, hidden: 3, outputs: 2,
      weights: [0.5, -1, 1, 0.25, -0.5, 0.75] + [0.1, -0.2, 0.3]
        + [1, -0.5, 0.25, -0.75, 0.5, 1] + [0, 0.1])
  }

  /// Values of torch.optim.AdamW(lr 0.05, betas (0.9, 0.99), weight decay 0.1 of the matrices only), with the
  /// sum of squares for a loss.
  @Test func itLearnsAsPyTorchHasIt() {
    var network = network()
    expectClose(network(x).values, [-0.325, 2.05, 0.29375, 1.275, 1.85, -1.2875])
    let goals: [Float] = [1, 0, 0, 1, -1, 0.5]
    var told: [Int] = []
    network.train(
      on: x, steps: 4, decay: 0.1, rate: { _ in 0.05 },
      gradient: { said in
        Tensor(zip(said.values, goals).map { 2 * ($0 - $1) }, shape: [3, 2])
      },
      done: { step, _ in told.append(step) })
    #expect(told == [1, 2, 3, 4])
    expectClose(
      network(x).values,
      [-0.1103579, 0.604328, 0.2658189, 0.864434, 0.7678134, -0.6501012])
    expectClose(
      network.weights.values,
      [
        0.2949199, -0.7849946, 0.7891892, 0.0540771, -0.6739092, 0.5522333, -0.096641, -0.3924343,
        0.1160609, 0.7860255, -0.2977449, 0.4347574, -0.5404961, 0.305761, 0.797907, -0.1976702,
        0.0137959,
      ])
  }

  @Test func withoutAStepItStaysAsItIs() {
    var network = network()
    network.train(on: x, steps: 0, decay: 1, rate: { _ in 1 }, gradient: { $0 })
    #expect(network == self.network())
  }

  @Test func itTakesInputsAsTheyCome() {
    let (mean, scale): ([Float], [Float]) = ([3, -1], [2, 0.5])
    let scaled = Tensor(
      x.values.enumerated().map { ($1 - mean[$0 % 2]) / scale[$0 % 2] }, shape: [3, 2])
    expectClose(
      network().taking(mean: mean, scale: scale)(x).values, network()(scaled).values)
  }

  /// Nothing is said before anything was learnt, and a seed gives the same weights.
  @Test func newOnesSayNothing() {
    let network = SmallNetwork(inputs: 2, hidden: 3, outputs: 2, seed: 1)
    #expect(network(x).values == [0, 0, 0, 0, 0, 0])
    #expect(network == SmallNetwork(inputs: 2, hidden: 3, outputs: 2, seed: 1))
    #expect(network != SmallNetwork(inputs: 2, hidden: 3, outputs: 2, seed: 2))
    #expect(network.operations == 2 * 3 * (2 + 2))
  }
}
