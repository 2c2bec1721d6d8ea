// What can be trained: every family in the catalogue, and one that is not in it yet.

import Backbones
import Base
import Foundation
import TestSupport
import Testing

@Suite struct TrainableCatalogTests {
  private func withFolder(_ configuration: String, _ use: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try Data(configuration.utf8).write(to: folder.appendingPathComponent("config.json"))
      try use(folder)
    }
  }

  @Test func everyTypeHasOneFamilyAndCanBeLoaded() throws {
    let types = TrainableCatalog.all.flatMap { $0.modelTypes }
    #expect(Set(types).count == types.count && !types.isEmpty)
    let known = Set(BackboneCatalog.loaders.map(\.modelType))
    #expect(types.allSatisfy(known.contains))
    let first = TrainableCatalog.all[0].startsFromScratch
    #expect(first)
    for type in types {
      try withFolder(#"{"model_type": "\#(type)"}"#) { folder in
        let found = try TrainableCatalog.family(of: folder).modelTypes
        #expect(found.contains(type))
      }
    }
  }

  @Test func afreshAndFromAFolder() throws {
    let sizes = TrainableSizes(
      layers: 2, width: 8, heads: 2, feedForward: 16, kernel: 3, skipRule: .normalized)
    let plan = TrainablePlan(sizes, tokenCount: 5, dropout: 0, seed: 1)
    for family in TrainableCatalog.all where family.startsFromScratch {
      let model = try family.make(plan)
      #expect(model.layerCount == 2 && model.tokenCount == 5)
    }
    let folder = fixture("wavlm-small")
    let family = try TrainableCatalog.family(of: folder)
    let asItIs = !family.startsFromScratch && family.freezesFrontEnd
    #expect(asItIs)
    var taken = sizes
    try family.takeSizes(of: folder, into: &taken)
    #expect(taken.layers == 4 && taken.kernel == 3 && taken.skipRule == .normalized)
    var there = plan
    there.initial = folder
    #expect(try family.make(there).layerCount == 4)
    #expect(try family.load(folder).tokenCount == 11)
  }

  @Test func whatCannotBeTrainedIsOneSentence() throws {
    try withFolder("{\"model_type\": \"parakeet_ctc\"}") { folder in
      let types = TrainableCatalog.all.flatMap { $0.modelTypes }.joined(separator: ", ")
      #expect(
        throws: InputError(
          folder.path, expected: "a model that can be trained: \(types)", found: "parakeet_ctc")
      ) { try TrainableCatalog.family(of: folder) }
    }
  }

  @Test func anotherFamily() throws {
    try withFolder("{\"model_type\": \"fake\"}") { folder in
      let family = try TrainableCatalog.family(
        of: folder, among: TrainableCatalog.all + [FakeFamily.self])
      let isFake = family == FakeFamily.self
      #expect(isFake)
      #expect(throws: InputError.self) { try TrainableCatalog.family(of: folder) }
    }
  }

  /// The name of a kind of model comes from a file: an error shows it, the terminal does not obey it.
  @Test func namesCannotReachTheTerminal() throws {
    try withFolder(#"{"model_type": "x\u001b[2J\u2028"}"#) { folder in
      for read in [
        { _ = try BackboneCatalog.load(folder) }, { _ = try TrainableCatalog.family(of: folder) },
      ] {
        do {
          try read()
          Issue.record("it was read")
        } catch {
          #expect("\(error)".contains(#"x\u{1B}[2J\u{2028}"#), "\(error)")
        }
      }
    }
  }
}

private enum FakeFamily: TrainableFamily {
  static let modelTypes = ["fake"]
  static let startsFromScratch = true
  static let freezesFrontEnd = false

  static func takeSizes(of folder: URL, into sizes: inout TrainableSizes) {}
  static func load(_ folder: URL) throws -> any TrainableBackbone {
    throw InputError(folder.path, expected: "nothing", found: "nothing")
  }
  static func make(_ plan: TrainablePlan) throws -> any TrainableBackbone {
    throw InputError("a plan", expected: "nothing", found: "nothing")
  }
}
