// Every policy of the catalogue keeps its budget, at every size, and a new one is one type.

import Backbones
import Testing

@testable import Tradeoff

@Suite struct PolicyTests {
  /// What every policy promises.
  private func check(_ policy: any LayerPolicy.Type) {
    #expect(!policy.name.isEmpty && !policy.name.contains { $0.isWhitespace || $0 == "," })
    #expect(!policy.summary.isEmpty && !policy.summary.contains("\n"))
    var differing = false
    for layerCount in [1, 2, 3, 6, 12, 13, 24, 64] {
      for count in 0...layerCount {
        let masks = (UInt64(0)..<4).map {
          policy.mask(keeping: count, of: layerCount, seed: $0)
        }
        #expect(masks.allSatisfy { $0.keptCount == count && $0.layerCount == layerCount })
        #expect(masks[1] == policy.mask(keeping: count, of: layerCount, seed: 1))
        differing = differing || Set(masks).count > 1
      }
    }
    #expect(differing == policy.isDrawn, "\(policy.name)")
  }

  @Test(arguments: PolicyCatalog.names)
  func keepsItsPromises(name: String) throws {
    check(try #require(PolicyCatalog.all.find(name)))
  }

  @Test func namesAreDistinct() {
    #expect(Set(PolicyCatalog.names).count == PolicyCatalog.all.count)
    #expect(PolicyCatalog.all.find("manual") == nil && !PolicyCatalog.isDrawn("manual"))
  }

  /// As a newcomer writes it: the middle layers.
  private enum MiddlePolicy: LayerPolicy {
    static let name = "middle"
    static let summary = "those in the middle"

    static func mask(keeping count: Int, of layerCount: Int, seed: UInt64) -> LayerMask {
      let start = (layerCount - count) / 2
      return LayerMask(layerCount: layerCount, keeping: start..<start + count)
    }
  }

  @Test func aNewPolicyIsOneType() throws {
    check(MiddlePolicy.self)
    let mask = MiddlePolicy.mask(keeping: 4, of: 6, seed: 1)
    let backbone = FakeBackbone()
    let (recognizer, data) = try fake(backbone, utterances: 1)
    #expect(Evaluator(recognizer, data).evaluate(0, mask) != nil)
    #expect(backbone.layerCalls == [1, 2, 3, 4])
  }

  /// Of the layers that run.
  private func indices(_ mask: LayerMask) -> [Int] { (0..<mask.layerCount).filter { mask[$0] } }

  @Test(arguments: 2...64)
  func spreadHasBothEndsAndEvenSteps(layerCount: Int) {
    for count in 2...layerCount {
      let kept = indices(SpreadPolicy.mask(keeping: count, of: layerCount, seed: 1))
      #expect(kept.first == 0 && kept.last == layerCount - 1)
      let steps = zip(kept, kept.dropFirst()).map { $1 - $0 }
      #expect(steps.max()! - steps.min()! <= 1, "\(count) of \(layerCount): \(kept)")
    }
  }

  @Test func masksOfTwelve() {
    func mask(_ name: String, _ count: Int) -> String {
      PolicyCatalog.mask(name, seed: 1, keeping: count, of: 12).description
    }
    #expect(mask("spread", 6) == "101010010101")
    #expect(mask("spread", 1) == "100000000000")
    #expect(mask("first", 4) == "111100000000")
    #expect(mask("last", 4) == "000000001111")
  }

  @Test func randomMasksAreNestedAndDependOnTheSeed() {
    let masks = (0...12).map { RandomPolicy.mask(keeping: $0, of: 12, seed: 3) }
    for (smaller, larger) in zip(masks, masks.dropFirst()) {
      #expect(Set(indices(smaller)).isSubset(of: indices(larger)))
    }
    #expect(Set((1...8).map { RandomPolicy.mask(keeping: 6, of: 12, seed: $0) }).count > 4)
  }

  @Test func dropRatioLeavesAtLeastOneLayer() {
    func kept(_ ratio: Double, _ layers: Int) -> Int {
      PolicyCatalog.keptCount(dropRatio: ratio, layerCount: layers)
    }
    #expect(kept(0, 12) == 12 && kept(0.5, 12) == 6 && kept(1, 12) == 1 && kept(0.99, 12) == 1)
    #expect(kept(0.3, 12) == 8 && kept(0.5, 1) == 1)
  }
}
