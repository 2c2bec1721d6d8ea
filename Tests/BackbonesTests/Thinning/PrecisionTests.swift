// Linear layers in other numbers than float32: each against its floats, in every family.

import Base
import Kernels
import TestSupport
import Testing

@testable import Backbones

extension ThinningTests {
  private func random(columns: Int) -> Tensor {
    var random = RandomGenerator(seed: 3)
    return Tensor((0..<11 * columns).map { _ in random.normal() as Float }, shape: [11, columns])
  }

  /// Every linear layer of every layer: feed-forward, attention, pointwise convolutions.
  @Test(arguments: models) func linearLayersInBytes(model: String) throws {
    let backbone = try #require(try load(model) as? any ThinnableBackbone)
    let bytes = try #require(
      try NestedBackbone(backbone)?.at(Compute(precision: .int8)) as? any ThinnableBackbone)
    let offsets = Set(backbone.projections.map(\.weight.offset))
    #expect(offsets.count == backbone.projections.count)
    let expected = backbone.feedForwards.flatMap(\.projections).map(\.weight.offset)
    #expect(offsets.isSuperset(of: expected) && offsets.count >= expected.count + 2)
    for projection in backbone.projections {
      let part = try #require(bytes.weights.part(projection.weight))
      guard case .integers = part.weight else {
        Issue.record("\(projection.weight.name) is of floats")
        continue
      }
      let x = random(columns: part.inputs)
      expectClose(
        part(x), projection(x, backbone.weights), relative: 0.05, absolute: 1e-4,
        "\(projection.weight.name)")
    }
    let (whole, rounded) = (try said(backbone), try said(bytes))
    #expect(rounded.values != whole.values && rounded.values.allSatisfy(\.isFinite))
    expectClose(rounded, whole, relative: 0.3)
    // Operations are as many, of another kind.
    let samples = backbone.sampleRate
    #expect(bytes.operations(sampleCount: samples) == backbone.operations(sampleCount: samples))
    #expect(bytes.parameterCount == backbone.parameterCount)
  }

  @Test(arguments: models) func weightsInBFloat16(model: String) throws {
    let backbone = try #require(try load(model) as? any ThinnableBackbone)
    let rounded = try #require(
      try NestedBackbone(backbone)?.at(Compute(precision: .bfloat16)) as? any ThinnableBackbone)
    for projection in backbone.projections {
      guard let weight = rounded.weights.part(projection.weight)?.wholeWeight else {
        Issue.record("\(projection.weight.name) is not rounded")
        continue
      }
      let exact = projection.matrix(backbone.weights).values
      #expect(weight.values.allSatisfy { $0.bitPattern & 0xFFFF == 0 })
      #expect(zip(weight.values, exact).allSatisfy { abs($0 - $1) <= abs($1) / 256 })
    }
    expectClose(try said(rounded), try said(backbone), relative: 0.1)
  }

  /// All three together cost what rank and width cost.
  @Test(arguments: models) func lessInBytes(model: String) throws {
    let nested = try #require(NestedBackbone(try load(model)))
    let thin = try nested.at(Compute(rank: 0.75, width: 0.5))
    let bytes = try nested.at(Compute(rank: 0.75, width: 0.5, precision: .int8))
    let samples = thin.sampleRate
    #expect(bytes.operations(sampleCount: samples) == thin.operations(sampleCount: samples))
    #expect(bytes.parameterCount == thin.parameterCount)
    let (exact, rounded) = (try said(thin), try said(bytes))
    #expect(rounded.values != exact.values && rounded.values.allSatisfy(\.isFinite))
    expectClose(rounded, exact, relative: 0.3)
  }
}
