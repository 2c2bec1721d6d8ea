// Every policy of the catalogue keeps its budget, at every size, and a new one is one type.

import Backbones
import Testing

@testable import Tradeoff

@Suite struct PolicyTests {
  /// What every policy promises, by an atlas of all masks where it needs one.
  private func check(_ policy: any LayerPolicy.Type) throws {
    #expect(!policy.name.isEmpty && !policy.name.contains { $0.isWhitespace || $0 == "," })
    #expect(!policy.summary.isEmpty && !policy.summary.contains("\n"))
    var differing = false
    for layerCount in [1, 2, 3, 6, 12, 13, 24, 64] {
      // Nobody has all masks of more.
      if policy.needsAtlas, layerCount > 13 { continue }
      let context =
        policy.needsAtlas
        ? PolicyContext(
          layerCount: layerCount, atlas: .success(drawnAtlas(layerCount)),
          split: TestedSplit(digest: "d", normalization: "none"))
        : PolicyContext(layerCount: layerCount)
      for count in 0...layerCount {
        let walks = try (UInt64(0)..<4).map {
          try policy.walk(keeping: count, in: context, seed: $0)
        }
        #expect(walks.allSatisfy { $0.keptCount == count && $0.layerCount == layerCount })
        #expect(try walks[1] == policy.walk(keeping: count, in: context, seed: 1))
        differing = differing || Set(walks).count > 1
        if layerCount <= 13 { try checkMasks(walks[1], of: policy, in: context) }
      }
    }
    #expect(differing == policy.isDrawn, "\(policy.name)")
  }

  /// Exactly the depth asked for, or on the average over utterances: within 2 % of the layers. The same
  /// whenever it is asked.
  private func checkMasks(
    _ walk: Walk, of policy: any LayerPolicy.Type, in context: PolicyContext
  ) throws {
    let (count, layers) = (walk.keptCount, walk.layerCount)
    if let mask = walk.mask {
      #expect(mask.keptCount == count && mask.layerCount == layers && walk == Walk(mask))
      #expect(["a", "b", ""].allSatisfy { walk.mask(of: $0) == mask })
      return
    }
    #expect(0 < count && count < layers && walk.maker?.policy == policy.name)
    let utterances = (0..<12_000 / layers).map { "utterance \($0)" }
    let masks = utterances.compactMap(walk.mask(of:))
    // Of those that look there are tests of their own.
    if masks.isEmpty { return }
    let mean = Double(masks.reduce(0) { $0 + $1.keptCount }) / Double(masks.count)
    #expect(abs(mean - Double(count)) <= 0.02 * Double(layers), "\(walk): \(mean)")
    #expect(Set(masks).count > 1)
    // In another order, by a walk made anew.
    let again = try policy.walk(keeping: count, in: context, seed: 1)
    #expect(again == walk)
    #expect(Array(utterances.reversed().compactMap(again.mask(of:)).reversed()) == masks)
  }

  @Test(arguments: PolicyCatalog.names)
  func keepsItsPromises(name: String) throws {
    try check(try #require(PolicyCatalog.all.find(name)))
  }

  @Test func namesAreDistinct() {
    #expect(Set(PolicyCatalog.names).count == PolicyCatalog.all.count)
    #expect(PolicyCatalog.all.find("manual") == nil && !PolicyCatalog.isDrawn("manual"))
    #expect(!PolicyCatalog.needsAtlas("manual"))
    #expect(
      PolicyCatalog.namesWithoutAtlas + PolicyCatalog.namesWithAtlas == PolicyCatalog.names)
  }

  /// As a newcomer writes it: the middle layers.
  private enum MiddlePolicy: MaskPolicy {
    static let name = "middle"
    static let summary = "those in the middle"

    static func mask(
      keeping count: Int, in context: PolicyContext, seed: UInt64
    ) -> LayerMask {
      let start = (context.layerCount - count) / 2
      return LayerMask(layerCount: context.layerCount, keeping: start..<start + count)
    }
  }

  @Test func aNewPolicyIsOneType() throws {
    try check(MiddlePolicy.self)
    let mask = MiddlePolicy.mask(keeping: 4, in: PolicyContext(layerCount: 6), seed: 1)
    let backbone = FakeBackbone()
    let (recognizer, data) = try fake(backbone, utterances: 1)
    #expect(Evaluator(recognizer, data).evaluate(0, Walk(mask)) != nil)
    #expect(backbone.layerCalls == [1, 2, 3, 4])
  }

  /// Of the layers that run.
  private func indices(_ mask: LayerMask) -> [Int] { (0..<mask.layerCount).filter { mask[$0] } }

  @Test(arguments: 2...64)
  func spreadHasBothEndsAndEvenSteps(layerCount: Int) {
    for count in 2...layerCount {
      let context = PolicyContext(layerCount: layerCount)
      let kept = indices(SpreadPolicy.mask(keeping: count, in: context, seed: 1))
      #expect(kept.first == 0 && kept.last == layerCount - 1)
      let steps = zip(kept, kept.dropFirst()).map { $1 - $0 }
      #expect(steps.max()! - steps.min()! <= 1, "\(count) of \(layerCount): \(kept)")
    }
  }

  @Test func masksOfTwelve() {
    func mask(_ name: String, _ count: Int) -> String {
      ModelPolicies(layerCount: 12).walk(name, seed: 1, keeping: count).description
    }
    #expect(mask("spread", 6) == "101010010101")
    #expect(mask("spread", 1) == "100000000000")
    #expect(mask("first", 4) == "111100000000")
    #expect(mask("last", 4) == "000000001111")
  }

  @Test func randomMasksAreNestedAndDependOnTheSeed() {
    let context = PolicyContext(layerCount: 12)
    let masks = (0...12).map { RandomPolicy.mask(keeping: $0, in: context, seed: 3) }
    for (smaller, larger) in zip(masks, masks.dropFirst()) {
      #expect(Set(indices(smaller)).isSubset(of: indices(larger)))
    }
    #expect(Set((1...8).map { RandomPolicy.mask(keeping: 6, in: context, seed: $0) }).count > 4)
  }

  @Test func dropRatioLeavesAtLeastOneLayer() {
    func kept(_ ratio: Double, _ layers: Int) -> Int {
      PolicyCatalog.keptCount(dropRatio: ratio, layerCount: layers)
    }
    #expect(kept(0, 12) == 12 && kept(0.5, 12) == 6 && kept(1, 12) == 1 && kept(0.99, 12) == 1)
    #expect(kept(0.3, 12) == 8 && kept(0.5, 1) == 1)
  }
}
