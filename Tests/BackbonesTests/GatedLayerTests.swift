// Layers that are open part of the way: their ends, and their gradients against differences.

import Base
import Kernels
import TestSupport
import Testing

@testable import Backbones

@Suite struct GatedLayerTests {
  static let names = [
    "conformer-identity", "conformer-normalized", "wavlm-small", "wavlm-stable", "wav2vec2-small",
  ]

  private func world(
    _ name: String
  ) throws -> (network: any GateableBackbone, backbone: any Backbone, frames: HiddenFrames) {
    let folder = fixture(name)
    let model = try TrainableCatalog.family(of: folder).load(folder)
    let backbone = try BackboneCatalog.load(folder)
    var random = RandomGenerator(seed: 6)
    let samples = [0.4, 0.3].map { seconds in
      (0..<Int(seconds * Double(backbone.sampleRate))).map { _ in 0.1 * random.normal() }
    }
    return (
      try #require(model as? any GateableBackbone), backbone, backbone.frontEnd(samples)
    )
  }

  /// Running statistics, no dropout: what evaluation does, run or skipped.
  @Test(arguments: names) func openAndClosedAreThoseOfTheBackbone(name: String) throws {
    let (network, backbone, frames) = try world(name)
    let scratch = ParameterBuffer(count: network.layout.count)
    for layer in 0..<backbone.layerCount {
      let open = network.gated(layer, frames, gate: 1, scratch: scratch).output
      expectClose(open.values, backbone.layer(layer, frames).values, relative: 1e-4)
      let closed = network.gated(layer, frames, gate: 0, scratch: scratch).output
      expectClose(closed.values, backbone.skip(layer, frames).values, relative: 1e-5)
      #expect(open.lengths == frames.lengths)
    }
  }

  @Test(arguments: names) func gradientsAreThoseOfDifferences(name: String) throws {
    let (network, _, frames) = try world(name)
    let scratch = ParameterBuffer(count: network.layout.count)
    let direction = randomTensor(frames.values.rows, frames.values.columns, seed: 8)
    func value(_ input: Tensor, _ gate: Float) -> Double {
      let output = network.gated(
        1, HiddenFrames(values: input, lengths: frames.lengths), gate: gate, scratch: scratch
      ).output
      return zip(output.values.values, direction.values).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    let (input, gate) = network.gated(1, frames, gate: 0.6, scratch: scratch).backward(direction)
    let slope = (value(frames.values, 0.61) - value(frames.values, 0.59)) / 0.02
    expectClose(gate, slope, relative: 1e-2, absolute: 1e-2)
    let places = stride(from: 0, to: frames.values.count, by: max(1, frames.values.count / 20))
      .map { $0 }
    expectClose(
      places.map { input.pointer[$0] },
      numericalGradient(frames.values, at: places, step: 3e-3) { value($0, 0.6) },
      relative: 2e-2, absolute: 4e-3)
  }
}
