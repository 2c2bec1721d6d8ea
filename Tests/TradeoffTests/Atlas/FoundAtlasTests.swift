// Which atlas policies may choose by, and what is said of the others.

import Base
import Foundation
import TestSupport
import Testing

@testable import Tradeoff

struct FoundAtlasTests {
  private func find(_ files: [URL], weights: String = "w", layers: Int = 3) -> Result<
    MaskAtlas, PolicyRefusal
  > {
    MaskAtlas.forPolicies(of: "dld", layerCount: layers, in: files) { weights }
  }

  private func refusal(_ result: Result<MaskAtlas, PolicyRefusal>) -> PolicyRefusal? {
    if case .failure(let refusal) = result { refusal } else { nil }
  }

  @Test func itIsOfTheModelsWeights() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      let atlas = madeUpAtlas(3) { Double($0.number) }
      try atlas.write(to: file)
      #expect(try find([file]).get() == atlas)
      for refused in [find([file], weights: "x"), find([file], layers: 4)] {
        #expect(
          refusal(refused)
            == PolicyRefusal(
              "its atlas is of other weights",
              reason: "\(file.path): expected an atlas of the weights of dld, "
                + "found one made from other weights"))
      }
    }
  }

  /// Of several the first that fits is taken; the first that does not is told of.
  @Test func othersArePassedOver() throws {
    try withTemporaryFolder { folder in
      let (stale, right) = (
        folder.appendingPathComponent("stale"), folder.appendingPathComponent("right")
      )
      try madeUpAtlas(3, weights: "old") { _ in 0 }.write(to: stale)
      let atlas = madeUpAtlas(3) { Double($0.number) }
      try atlas.write(to: right)
      #expect(try find([stale, right]).get() == atlas)
      #expect(refusal(find([stale, stale]))?.reason.hasPrefix(stale.path) == true)
      #expect(refusal(find([])) == .noAtlas)
    }
  }

  @Test(arguments: ["test-clean", "test", "Test-other"])
  func masksAreNotChosenOnTestSplits(split: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      try madeUpAtlas(3, split: split) { _ in 0 }.write(to: file)
      let said = try #require(refusal(find([file])))
      #expect(said.summary == "its atlas is of a test split")
      #expect(
        said.reason.contains("masks are chosen on development sets")
          && said.reason.hasSuffix("found one of \(split)"))
    }
  }

  @Test func whatIsNoneIsNamed() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      #expect(refusal(find([file]))?.reason.hasPrefix(file.path) == true)
      try Data("no atlas".utf8).write(to: file)
      let said = try #require(refusal(find([file])))
      #expect(said.summary == "its atlas cannot be read")
      #expect(said.reason.hasPrefix(file.path))
    }
  }

  /// Only of what an atlas is the digest of the weights asked for.
  @Test func filesOfOtherVersionsSaySo() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      try madeUpAtlas(3) { _ in 0 }.write(to: file)
      let text = try #require(String(data: Data(contentsOf: file), encoding: .isoLatin1))
      for (kind, found) in [
        ("mask atlas 1", "one that another version of this program made"),
        ("mask map   2", "another file"),
      ] {
        let other = text.replacing("mask atlas 2", with: kind)
        #expect(other != text)
        try #require(other.data(using: .isoLatin1)).write(to: file)
        let result = MaskAtlas.forPolicies(of: "dld", layerCount: 3, in: [file]) {
          Issue.record("weights were asked for")
          return "w"
        }
        #expect(
          refusal(result)?.reason == "\(file.path): expected an atlas of masks, found \(found)")
      }
    }
  }

  /// A file may be from before best masks and confidences were kept; of those that keep them none may be
  /// missing.
  @Test func bestMasksAreReadBack() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      for layers in [3, 30] {
        var atlas = madeUpAtlas(layers, numbers: [0, 3, 5]) { Double($0.number) }
        try atlas.write(to: file)
        let old = try MaskAtlas(contentsOf: file)
        #expect(old == atlas && old.bestMasks.isEmpty && old.utterances.isEmpty)
        atlas.utterances = ["a \u{e9}\"b"]
        atlas.bestMasks = [
          (0...layers).map {
            RandomPolicy.mask(keeping: $0, in: PolicyContext(layerCount: layers), seed: 1)
          }
        ]
        try atlas.write(to: file)
        #expect(try MaskAtlas(contentsOf: file) == atlas)
        atlas.confidences = [(0...layers).map { Double($0) / 64 }]
        try atlas.write(to: file)
        #expect(try MaskAtlas(contentsOf: file) == atlas)
        atlas.utterances = ["a", "b"]
        try atlas.write(to: file)
        #expect(throws: InputError.self) { try MaskAtlas(contentsOf: file) }
      }
    }
  }

  /// What is read is what was written, also by its digest; other numbers have another.
  @Test func digestsAreOfWhatWasMeasured() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      let atlas = madeUpAtlas(3) { Double($0.number) / 3 }
      try atlas.write(to: file)
      #expect(try MaskAtlas(contentsOf: file).digest == atlas.digest)
      let others = [
        madeUpAtlas(3) { Double($0.number) / 4 },
        madeUpAtlas(3, weights: "x") { Double($0.number) / 3 },
        madeUpAtlas(3, numbers: [0, 1]) { Double($0.number) / 3 },
      ]
      #expect(Set((others + [atlas]).map(\.digest)).count == 4)
    }
  }
}
