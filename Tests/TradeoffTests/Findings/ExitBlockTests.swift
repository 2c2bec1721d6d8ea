// The light layer of an exit against PyTorch (make_exit.py) and against differences.

import Backbones
import Kernels
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct ExitBlockTests {
  private static let names = [
    "norm.weight", "norm.bias", "in.weight", "in.bias", "taps.weight", "taps.bias", "out.weight",
    "out.bias",
  ]

  /// Six values wide, three inside; utterances of 20, 1 and 9 frames.
  private func loaded() throws -> (file: SafetensorsFile, block: ExitBlock, lengths: [Int]) {
    let file = try SafetensorsFile(contentsOf: fixture("exit.safetensors"))
    var weights = Tensor(zeros: ExitBlock.weightCount(width: 6, inner: 3))
    let layout = ExitBlock.Layout(width: 6, inner: 3)
    #expect(layout.all.parameters.map(\.name) == Self.names)
    for parameter in layout.all.parameters {
      let values = try file.tensor(parameter.name)
      #expect(values.count == parameter.count)
      (weights.mutablePointer + parameter.offset).update(
        from: values.pointer, count: parameter.count)
    }
    return (
      file, ExitBlock(width: 6, inner: 3, weights: weights),
      try file.tensor("lengths").values.map { Int($0) }
    )
  }

  @Test func outputAndGradientsAreThoseOfPyTorch() throws {
    let (file, block, lengths) = try loaded()
    let (output, activations) = block.forward(try file.tensor("x"), lengths: lengths)
    expectClose(output, try file.tensor("y"))
    let gradients = block.gradients(try file.tensor("dy"), activations, lengths: lengths)
    for parameter in block.layout.all.parameters {
      let found = (0..<parameter.count).map { gradients.pointer[parameter.offset + $0] }
      expectClose(
        found, try file.tensor("\(parameter.name).grad").values, "\(parameter.name)")
    }
  }

  @Test func gradientsAreThoseOfDifferences() throws {
    let (file, block, lengths) = try loaded()
    let (x, dy) = (try file.tensor("x"), try file.tensor("dy"))
    let gradients = block.gradients(
      dy, block.forward(x, lengths: lengths).activations, lengths: lengths)
    let places = block.layout.all.parameters.flatMap { parameter in
      [0, parameter.count / 2, parameter.count - 1].map { parameter.offset + $0 }
    }
    expectClose(
      places.map { gradients.pointer[$0] },
      numericalGradient(block.weights, at: places) { weights in
        let other = ExitBlock(width: 6, inner: 3, weights: weights)
        let output = other.forward(x, lengths: lengths).output
        return zip(output.values, dy.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }, relative: 2e-3)
  }

  /// Nothing is changed before anything was learnt; a seed gives the same weights.
  @Test func newOnesAreTheIdentity() {
    let block = ExitBlock(width: 6, inner: 3, seed: 1)
    let x = HiddenFrames(values: randomTensor(5, 6, seed: 1), lengths: [3, 2])
    #expect(block(x).values.values == x.values.values && block(x).lengths == [3, 2])
    #expect(block == ExitBlock(width: 6, inner: 3, seed: 1))
    #expect(block != ExitBlock(width: 6, inner: 3, seed: 2))
    // Products of 6 with 3 and of 3 with 6, and 3 filters of 15.
    #expect(block.operationsPerFrame == 2 * (18 + 18 + 45))
  }
}
