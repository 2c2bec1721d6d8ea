// Which layers the options choose, and the sentence when they cannot.

import Backbones
import Base
import Testing
import Tradeoff

@testable import dropscope

@Suite struct ModelOptionsTests {
  private struct Settings: CommandSettings {
    var model = ModelOptions()
    var layers = LayerOptions()

    static var groups: [OptionGroup<Self>] {
      [ModelOptions.group().at(\.model), LayerOptions.group().at(\.layers)]
    }
  }

  private func settings(_ words: [String]) throws -> Settings {
    try Settings(Arguments(words, takesValue: Settings.takesValue, positionals: 0...0))
  }

  private func options(_ words: [String]) throws -> LayerOptions { try settings(words).layers }

  private func masks(_ arguments: String..., layers: Int = 12) throws -> [String] {
    try options(arguments).choices(by: ModelPolicies(layerCount: layers)).map {
      "\($0.policy ?? "-") \($0.walk)"
    }
  }

  private func complaint(_ arguments: String..., layers: Int = 12) -> String {
    do {
      _ = try options(arguments).choices(by: ModelPolicies(layerCount: layers))
      return "none"
    } catch {
      // Anything but a usage error would exit with 1 instead of 2.
      return (error as? UsageError)?.description ?? "no usage error: \(error)"
    }
  }

  @Test func everyLayerWithoutOptions() throws {
    #expect(try masks() == ["spread 111111111111"])
  }

  @Test func depths() throws {
    #expect(
      try masks("--keep", "12,6,1") == [
        "spread 111111111111", "spread 101010010101", "spread 100000000000",
      ])
    #expect(try masks("--keep", "4", "--policy", "last") == ["last 000000001111"])
    #expect(
      try masks("--keep", "2", "--policy", "first,last") == [
        "first 110000000000", "last 000000000011",
      ])
    #expect(try masks("--drop", "0.5", "--policy", "first") == ["first 111111000000"])
    #expect(try masks("--drop", "1", "--policy", "first") == ["first 100000000000"])
    #expect(try masks("--keep", "3", "--policy", "random", "--seed", "5", layers: 4).count == 1)
  }

  /// Losses grow with the masks' numbers, so that the last layers are missed most.
  @Test func byAnAtlas() throws {
    let key = MaskAtlas.Key(
      model: "m", dataset: "d", split: "dev", normalization: "none", layers: 4, weights: "w",
      data: "d", utterances: 0, words: 100)
    let points = (0..<16).map { number in
      MaskAtlas.Point(
        mask: LayerMask(number: number, layerCount: 4), errors: 16 - number,
        loss: Double(16 - number), divergence: 0)
    }
    let atlas = MaskAtlas(key: key, points: points, fewestErrors: [])
    let policies = ModelPolicies(layerCount: 4, atlas: .success(atlas))
    let chosen = try options(["--keep", "2,4", "--policy", "best,spread"]).choices(by: policies)
    #expect(
      chosen.map { "\($0.policy ?? "-") \($0.walk)" } == [
        "best 0011", "best 1111", "spread 1001", "spread 1111",
      ])
    #expect(chosen.map(\.atlas) == [atlas.digest, atlas.digest, nil, nil])
    // Not one of them unless it is named.
    let swept = try options(["--keep", "2"]).sweep(by: policies, draws: 1)
    #expect(swept.map(\.policy) == ["spread", "first", "last", "random", "bernoulli"])
    for words in [["--policy", "best"], ["--policy", "best", "--keep", "2"]] {
      #expect(try options(words).choice(by: policies).policy == "best")
      #expect(throws: InputError.self) {
        try options(words).choice(by: ModelPolicies(layerCount: 4))
      }
    }
  }

  /// Where there are too many masks for all of them.
  @Test func masksOfManyLayersAreSampled() throws {
    let drawn = try options(["--keep", "12,3", "--policy", "spread"])
      .sweep(by: ModelPolicies(layerCount: 24), draws: 5, only: ["random"])
    #expect(drawn.count == 10 && Set(drawn.map(\.walk)).count == 10)
    #expect(drawn.allSatisfy { $0.policy == "random" && [12, 3].contains($0.walk.keptCount) })
  }

  @Test func masksByHand() throws {
    #expect(try masks("--mask", "101101101101") == ["- 101101101101"])
    #expect(try masks("--mask", "101,010", layers: 3) == ["- 101", "- 010"])
    #expect(try masks("--mask", "101", "--mask", "010", layers: 3) == ["- 101", "- 010"])
  }

  @Test func wrongUsageSaysWhatWasExpectedAndFound() {
    #expect(
      complaint("--keep", "0")
        == "option --keep: expected whole numbers of at least 1, found '0'")
    #expect(
      complaint("--keep", "4,") == "option --keep: expected whole numbers of at least 1, found ''")
    #expect(
      complaint("--keep", "13")
        == "option --keep: expected 1 to 12, the model's layers, found '13'")
    #expect(
      complaint("--drop", "1.5") == "option --drop: expected numbers from 0 to 1, found '1.5'")
    #expect(
      complaint("--drop", "nan") == "option --drop: expected numbers from 0 to 1, found 'nan'")
    #expect(
      complaint("--mask", "101")
        == "option --mask: expected 12 characters, one a layer of the model, found 3 in '101'")
    #expect(
      complaint("--mask", "10x")
        == "option --mask: expected characters 0 and 1, at least one of them 1, found '10x'")
    #expect(
      complaint("--mask", "000", layers: 3)
        == "option --mask: expected characters 0 and 1, at least one of them 1, found '000'")
    #expect(
      complaint("--keep", "3", "--drop", "0.5")
        == "--keep and --drop cannot be given together: each chooses the layers")
    #expect(
      complaint("--mask", "111", "--policy", "first", layers: 3)
        == "--mask and --policy cannot be given together: each chooses the layers")
    #expect(
      complaint("--policy", "worst")
        == "option --policy: expected \(PolicyCatalog.all.expectation), found 'worst'")
    #expect(
      complaint("--atlas", "x", "--policy", "spread,first")
        == "--atlas takes a --policy that chooses by an atlas: best, greedy, shapley, "
        + "contiguous, zeroth-order, segments, input, exit, cascade, oracle")
  }

  @Test func aChoiceCanBeRequired() {
    struct Required: CommandSettings {
      var layers = LayerOptions()

      static var groups: [OptionGroup<Self>] {
        [LayerOptions.group(isRequiredWithout: "width").at(\.layers)]
      }
    }
    func read(_ words: String...) throws {
      _ = try Required(Arguments(words, takesValue: Required.takesValue, positionals: 0...0))
    }
    #expect(throws: UsageError("one of --keep, --drop and --mask is required, or --width")) {
      try read("--policy", "first")
    }
    #expect(throws: Never.self) { try read("--keep", "2") }
  }

  @Test func oneChoiceWhereOneIsShown() throws {
    let policies = ModelPolicies(layerCount: 6)
    #expect(try options(["--keep", "3"]).choice(by: policies).walk.description == "100101")
    #expect(throws: UsageError("expected one choice of layers here, found 2")) {
      try options(["--keep", "3,4"]).choice(by: policies)
    }
    #expect(throws: UsageError("option --model: expected one here, found 2")) {
      try settings(["--model", "a", "--model", "b"]).model.model()
    }
  }
}
