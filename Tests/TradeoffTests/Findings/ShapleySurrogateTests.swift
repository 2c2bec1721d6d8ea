// Shapley values by a surrogate, where the exact ones are known.

import Backbones
import Testing

@testable import Tradeoff

@Suite struct ShapleySurrogateTests {
  private let worth = [9.0, 1, 4, 2, 6, 3, 8, 5]

  /// Layers add up, but two of them only together; without any layer all is lost.
  private func loss(_ mask: LayerMask) -> Double {
    if mask.keptCount == 0 { return 200 }
    let alone = worth.indices.reduce(0) { mask[$1] ? $0 : $0 + worth[$1] }
    return alone + (mask[2] && mask[5] ? 0 : 4)
  }

  @Test func itIsNearTheExactValues() throws {
    let atlas = madeUpAtlas(8, loss)
    let exact = try #require(atlas.shapleyValues())
    let values = try #require(ShapleySurrogate(atlas)).values()
    for (value, exact) in zip(values, exact) { #expect(abs(value - exact) < 0.2) }
    // 200 without layers, 0 with all of them.
    #expect(abs(values.reduce(0, +) - 200) < 1e-9)
    #expect(try #require(ShapleySurrogate(atlas)).values() == values)
  }

  /// Of 20 layers 10 masks of each depth, where there are so many.
  @Test func deepModelsHaveSomeToo() throws {
    let numbers = (1..<20).flatMap { depth in
      (0..<UInt64(10)).map {
        RandomPolicy.mask(keeping: depth, in: PolicyContext(layerCount: 20), seed: $0).number
      }
    }
    let atlas = madeUpAtlas(20, numbers: Set(numbers + [0, 1 << 20 - 1]).sorted()) { mask in
      Double((0..<20).reduce(0) { mask[$1] ? $0 : $0 + $1 })
    }
    #expect(atlas.shapleyValues() == nil)
    let values = try #require(ShapleySurrogate(atlas)).values()
    // Layer n is worth n.
    for (layer, value) in values.enumerated() { #expect(abs(value - Double(layer)) < 1) }
    #expect(abs(values.reduce(0, +) - 190) < 1e-9)
  }

  @Test(arguments: [0, 3, 7]) func withoutADepthThereAreNone(depth: Int) {
    let all = madeUpAtlas(7, { Double($0.number) })
    let some = MaskAtlas(
      key: all.key, points: all.points.filter { $0.mask.keptCount != depth }, fewestErrors: [])
    #expect(ShapleySurrogate(some) == nil && ShapleySurrogate(all) != nil)
  }

  /// Nothing but a surrogate's values.
  private func findings(_ values: [Double]) -> AtlasFindings {
    AtlasFindings(
      sensitivities: values.map { _ in 1 },
      segments: Array(repeating: nil, count: values.count + 1), surrogateValues: values,
      chooser: nil, costs: [])
  }

  /// The policy takes what it was told where not all masks are known.
  @Test func thePolicyTakesThem() throws {
    var atlas = sampledAtlas(24, each: 5)
    #expect(ModelPolicies(layerCount: 24, atlas: .success(atlas)).refusal("shapley") != nil)
    atlas.findings = findings((0..<24).map { Double($0) })
    let policies = ModelPolicies(layerCount: 24, atlas: .success(atlas))
    #expect(
      try policies.askedWalk("shapley", seed: 1, keeping: 3)
        == Walk(LayerMask(layerCount: 24, keeping: 21..<24)))
    // Where all are known it does not need it.
    var whole = madeUpAtlas(4) { mask in Double((0..<4).reduce(0) { mask[$1] ? $0 : $0 + 4 - $1 }) }
    whole.findings = findings([0, 1, 2, 3])
    #expect(
      ModelPolicies(layerCount: 4, atlas: .success(whole)).walk("shapley", seed: 1, keeping: 1)
        == Walk(LayerMask(layerCount: 4, keeping: [0])))
  }
}
