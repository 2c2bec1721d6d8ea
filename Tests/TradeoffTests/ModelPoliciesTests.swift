// What the policies choose for a model, with an atlas and without.

import Backbones
import Base
import Testing

@testable import Tradeoff

@Suite struct ModelPoliciesTests {
  /// Losses at which the policies do not agree.
  private static let losses: [String: Double] = [
    "1111": 1, "0111": 4, "1011": 2, "1101": 3, "1110": 5, "1100": 7, "1010": 9, "1001": 8,
    "0110": 6, "0101": 2, "0011": 10, "1000": 11, "0100": 12, "0010": 13, "0001": 16, "0000": 20,
  ]

  /// Those that choose one mask by an atlas.
  private static let choosing = PolicyCatalog.namesWithAtlas.filter {
    PolicyCatalog.all.find($0) is any MaskPolicy.Type
  }

  private static func policies() -> ModelPolicies {
    let atlas = madeUpAtlas(4) { losses[$0.description] ?? .nan }
    return ModelPolicies(layerCount: 4, atlas: .success(atlas))
  }

  /// Shapley values of the four layers: 5.08, 5.58, 3.92 and 4.42.
  @Test(arguments: [
    ("best", ["0000", "1000", "0101", "1011", "1111"]),
    ("greedy", ["0000", "1000", "1001", "1011", "1111"]),
    ("shapley", ["0000", "0100", "1100", "1101", "1111"]),
    ("contiguous", ["0000", "1000", "1100", "1011", "1111"]),
  ]) func masksOfFour(name: String, masks: [String]) {
    let policies = Self.policies()
    #expect(policies.available == PolicyCatalog.namesWithoutAtlas + Self.choosing)
    #expect(policies.lack == nil)
    #expect(policies.source == "of 16 masks on dev")
    #expect((0...4).map { policies.walk(name, seed: 1, keeping: $0).description } == masks)
  }

  /// Where nothing tells them apart.
  @Test(arguments: choosing)
  func ofEqualMasksThoseOfTheFirstLayers(name: String) {
    let policies = ModelPolicies(layerCount: 4, atlas: .success(madeUpAtlas(4) { _ in 1 }))
    #expect(
      (0...4).map { policies.walk(name, seed: 1, keeping: $0).description }
        == ["0000", "1000", "1100", "1110", "1111"])
  }

  @Test(arguments: PolicyCatalog.namesWithAtlas)
  func withoutAnAtlasTheySayWhy(name: String) {
    let why = PolicyRefusal("few words", reason: "a whole sentence")
    for policies in [
      ModelPolicies(layerCount: 12), ModelPolicies(layerCount: 12, atlas: .failure(why)),
    ] {
      let lack = policies.lack ?? why
      #expect(policies.refusal(name) == lack && policies.digest == nil)
      #expect(policies.available == PolicyCatalog.namesWithoutAtlas)
      for count in [0, 6, 12] {
        #expect(throws: InputError("policy \(name): \(lack.reason)")) {
          try policies.askedWalk(name, seed: 1, keeping: count)
        }
      }
    }
    #expect(ModelPolicies(layerCount: 12).lack == .noAtlas)
  }

  /// Of a deep model only some masks are known: what cannot be had from them is not made up.
  @Test(arguments: choosing)
  func sampledAtlasesGiveWhatTheyHave(name: String) throws {
    let atlas = sampledAtlas(24, each: 5)
    let policies = ModelPolicies(layerCount: 24, atlas: .success(atlas))
    #expect((policies.refusal(name) == nil) == (name == "best"))
    for count in 1..<24 {
      guard name == "best" else {
        let start = "policy \(name): expected an atlas with "
        do {
          _ = try policies.askedWalk(name, seed: 1, keeping: count)
          Issue.record("\(name) of \(count) layers")
        } catch {
          let said = "\(error)"
          #expect(said.hasPrefix(start) && said.contains("of the 2^24 masks of m"), "\(said)")
        }
        continue
      }
      let mask = try #require(try policies.askedWalk(name, seed: 1, keeping: count).mask)
      #expect(mask.keptCount == count && atlas[mask] != nil)
    }
    // There is but one of each.
    #expect(try policies.askedWalk(name, seed: 1, keeping: 24) == .full(24))
    #expect(try policies.askedWalk(name, seed: 1, keeping: 0).keptCount == 0)
  }

  /// As of `sweep --all-masks --keep 12,11,10`: the depths that were measured are enough.
  @Test(arguments: [("best", true), ("greedy", true), ("contiguous", true), ("shapley", false)])
  func someDepthsAreEnough(name: String, isEnough: Bool) throws {
    let all = drawnAtlas(12)
    let some = MaskAtlas(
      key: all.key, points: all.points.filter { $0.mask.keptCount >= 10 },
      fewestErrors: all.fewestErrors)
    let policies = ModelPolicies(layerCount: 12, atlas: .success(some))
    let whole = ModelPolicies(layerCount: 12, atlas: .success(all))
    #expect(policies.refusal(name) != nil && !policies.available.contains(name))
    for count in [11, 10, 9] {
      let walk = try? policies.askedWalk(name, seed: 1, keeping: count)
      #expect(
        walk == (isEnough && count >= 10 ? whole.walk(name, seed: 1, keeping: count) : nil))
    }
  }

  // MARK: - The oracle

  /// Two utterances of four layers.
  private static func known(_ change: (inout MaskAtlas) -> Void = { _ in }) -> MaskAtlas {
    var atlas = madeUpAtlas(4) { losses[$0.description] ?? .nan }
    atlas.utterances = ["a", "b"]
    atlas.bestMasks = [
      ["0000", "0100", "0110", "1110", "1111"], ["0000", "0001", "1100", "1011", "1111"],
    ].map { $0.map { try! LayerMask($0, layerCount: 4) } }
    atlas.confidences = [[0, 0.5, 0.6, 0.7, 0.8], [0, 0.1, 0.2, 0.3, 0.4]]
    change(&atlas)
    return atlas
  }

  private static func refusal(
    of atlas: MaskAtlas, on split: TestedSplit?
  ) -> PolicyRefusal? {
    ModelPolicies(layerCount: 4, atlas: .success(atlas), split: split).refusal("oracle")
  }

  private static let split = TestedSplit(digest: "d", normalization: "none")

  @Test func theOracleKnowsEachUtterance() {
    let atlas = Self.known()
    let policies = ModelPolicies(layerCount: 4, atlas: .success(atlas), split: Self.split)
    #expect(policies.available == PolicyCatalog.names)
    let walk = policies.walk("oracle", seed: 1, keeping: 2)
    #expect(walk.mask(of: "a")?.description == "0110")
    #expect(walk.mask(of: "b")?.description == "1100")
    // What could not be read has the best of all.
    #expect(walk.mask(of: "c")?.description == "0101")
    #expect(walk.mask == nil && walk.keptCount == 2)
    #expect(walk.description == "oracle 2 of 4, atlas \(atlas.digest)")
    #expect(policies.walk("oracle", seed: 1, keeping: 4) == .full(4))
    // Another atlas is another walk.
    let other = madeUpAtlas(4) { Double($0.number) }
    let others = Self.known { atlas in
      let (utterances, masks) = (atlas.utterances, atlas.bestMasks)
      atlas = other
      (atlas.utterances, atlas.bestMasks) = (utterances, masks)
    }
    let second = ModelPolicies(layerCount: 4, atlas: .success(others), split: Self.split)
    #expect(second.walk("oracle", seed: 1, keeping: 2) != walk)
  }

  @Test func elsewhereTheOracleSaysWhy() {
    let known = "expected the split dev of d, whose utterances the atlas knows, found "
    for (split, found) in [
      (nil, "none"), (TestedSplit(digest: "e", normalization: "none"), "another"),
      (TestedSplit(digest: "d", normalization: "whisper"), "another"),
    ] {
      let refusal = Self.refusal(of: Self.known(), on: split)
      #expect(refusal?.reason == known + found && refusal?.summary == "knows dev only")
    }
    let old = Self.refusal(of: Self.known { $0.bestMasks = [] }, on: Self.split)
    #expect(
      old?.reason.hasPrefix(
        "expected an atlas of m with the best masks of each utterance, found one from before")
        == true)
  }
}
