// Less of the feed-forward parts: held against networks whose weights are changed in the file instead.

import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Backbones

@Suite struct ThinningTests {
  /// Models with what their files call the two matrices of each feed-forward part of layer #.
  struct Family: Sendable, CustomTestStringConvertible {
    var model: String
    var layers: Int
    var parts: [(expand: String, contract: String)]
    /// Inputs, and hidden units.
    var d, f: Int
    var testDescription: String { model }

    /// Of all layers.
    var names: [(expand: String, contract: String)] {
      (0..<layers).flatMap { layer in
        parts.map { part in
          (
            part.expand.replacing("#", with: "\(layer)"),
            part.contract.replacing("#", with: "\(layer)")
          )
        }
      }
    }
  }

  private static let families = [
    Family(
      model: "conformer-identity", layers: 4,
      parts: ["ffn1", "ffn2"].map {
        ("conformer_layers.#.\($0).sequential.1", "conformer_layers.#.\($0).sequential.4")
      }, d: 24, f: 40),
    Family(
      model: "wav2vec2-small", layers: 4,
      parts: [
        (
          "wav2vec2.encoder.layers.#.feed_forward.intermediate_dense",
          "wav2vec2.encoder.layers.#.feed_forward.output_dense"
        )
      ], d: 16, f: 20),
  ]

  /// A fixture of each entry of the catalogue.
  static let models = [
    "conformer-identity", "wav2vec2-small", "hubert-small", "wavlm-small", "conformer-relative",
    "bert-relative", "parakeet-bpe",
  ]

  private func noise(_ backbone: any Backbone) -> [[Float]] {
    var random = RandomGenerator(seed: 9)
    return [0.8, 0.45].map { seconds in
      (0..<Int(seconds * Double(backbone.sampleRate))).map { _ in 0.1 * random.normal() as Float }
    }
  }

  func said(_ backbone: any Backbone, _ bits: String? = nil) throws -> Tensor {
    let layers = backbone.layerCount
    return backbone.logProbabilities(
      noise(backbone), mask: try bits.map { try LayerMask($0, layerCount: layers) } ?? .full(layers)
    )
  }

  func load(_ model: String) throws -> any Backbone {
    try Recognizer(contentsOf: fixture(model)).backbone
  }

  private func thinned(_ model: String, rank: Double, width: Double) throws -> any Backbone {
    try Recognizer(contentsOf: fixture(model)).at(Compute(rank: rank, width: width)).backbone
  }

  // MARK: Shares

  @Test func sharesInUnitsAndRanks() {
    func units(_ share: Double, _ count: Int) -> Int {
      Compute(rank: 1, width: share).units(of: count)
    }
    #expect([1, 0.75, 0.5, 0.25].map { units($0, 512) } == [512, 384, 256, 128])
    // Whole blocks of 64 that cost no more, and of an eighth where there are few.
    #expect([0.99, 0.7, 0.26].map { units($0, 512) } == [448, 320, 128])
    #expect([0.99, 0.5, 0.25].map { units($0, 40) } == [35, 20, 10])
    #expect([0.99, 0.55, 0.25].map { units($0, 20) } == [18, 10, 4])
    #expect([0.99, 0.25].map { units($0, 5) } == [4, 1] && units(0.25, 1) == 1)
    func ranks(_ share: Double, _ d: Int, _ f: Int) -> Int? {
      Compute(rank: share, width: 1).ranks(of: d, f)
    }
    // 128 x 512 / (128 + 512) = 102.4, beyond which two factors cost more than the matrix.
    #expect([0.999, 0.75, 0.5, 0.25].map { ranks($0, 128, 512) } == [102, 76, 51, 25])
    #expect(ranks(0.5, 256, 256) == 64 && ranks(1, 128, 512) == nil && ranks(0.25, 2, 2) == nil)
  }

  @Test func inWords() {
    #expect(Compute.full.description == "")
    #expect(Compute(rank: 0.5, width: 1).description == "rank 50 %")
    #expect(Compute(rank: 0.333, width: 0.55).description == "rank 33.3 %, width 55 %")
    #expect(Compute(precision: .int8).description == "int8" && Compute.full.remark == "")
    #expect(Compute(width: 0.5, precision: .int8).description == "width 50 %, int8")
    #expect(Compute.full.word == "all" && Compute(precision: .bfloat16).word == "bfloat16")
    #expect(
      Compute(rank: 0.25, precision: .bfloat16).remark
        == ", feed-forward parts of rank 25 %, linear layers in bfloat16")
    for compute in [Compute.full, Compute(rank: 0.5), Compute(width: 0.25, precision: .int8)] {
      #expect(Compute(fields: compute.fields) == compute)
    }
  }

  // MARK: From shapes

  /// What sliders say of a choice before anything is worked out for it is what the network then does.
  @Test(arguments: models) func shapesTellWhatIsComputed(model: String) throws {
    let recognizer = try Recognizer(contentsOf: fixture(model))
    let samples = recognizer.backbone.sampleRate
    for compute in [
      Compute.full, Compute(rank: 0.5), Compute(width: 0.25), Compute(rank: 0.75, width: 0.5),
      Compute(width: 0.5, precision: .int8),
    ] {
      let (parameters, operations) = try #require(recognizer.counts(at: compute))
      let backbone = try recognizer.at(compute).backbone
      #expect(operations(samples) == backbone.operations(sampleCount: samples))
      #expect(parameters == backbone.parameters)
    }
  }

  // MARK: Every family

  @Test(arguments: models) func allOfItIsTheModelItself(model: String) throws {
    let backbone = try load(model)
    let nested = try #require(NestedBackbone(backbone))
    let expected = try said(backbone).values
    #expect(try said(nested.at(.full)).values == expected)
    // Also when thinner ones were made before.
    #expect(try said(nested.at(Compute(rank: 0.5, width: 0.5))).values != expected)
    #expect(try said(nested.at(.full)).values == expected && said(backbone).values == expected)
  }

  /// At one compute after the other, and back.
  @Test func aRecogniserKnowsItsCompute() throws {
    let recognizer = try Recognizer(contentsOf: fixture("conformer-identity"))
    let (half, bytes) = (Compute(width: 0.5), Compute(precision: .int8))
    let thin = try recognizer.at(half)
    #expect(thin.compute == half && recognizer.compute == .full)
    let other = try thin.at(bytes)
    #expect(other.compute == bytes)
    #expect(try said(other.backbone).values == said(recognizer.at(bytes).backbone).values)
    #expect(try said(other.at(.full).backbone).values == said(recognizer.backbone).values)
  }

  @Test func everyTypeOfTheCatalogueIsAmongThem() throws {
    let types = try Self.models.map { try ModelFolder.modelType(of: fixture($0)) }
    #expect(Set(types) == Set(BackboneCatalog.loaders.map(\.modelType)))
  }

  /// Two products of d x f a part become two of d x m, or four of r.
  @Test(
    arguments: models,
    [
      Compute(rank: 1, width: 0.5), Compute(rank: 0.5, width: 1), Compute(rank: 0.75, width: 0.25),
    ])
  func onlyWhatIsComputedCounts(model: String, compute: Compute) throws {
    let backbone = try #require(try load(model) as? any ThinnableBackbone)
    let thin = try thinned(model, rank: compute.rank, width: compute.width)
    let parts = backbone.feedForwards
    #expect(parts.count % backbone.layerCount == 0)
    let perLayer = Double(parts.count / backbone.layerCount)
    let (f, d) = (parts[0].expand.weight.shape[0], parts[0].expand.weight.shape[1])
    let m = compute.units(of: f)
    let values = compute.ranks(of: d, m).map { $0 * (d + m) } ?? d * m
    let samples = backbone.sampleRate
    let frames = Double(backbone.frameCount(sampleCount: samples))
    let (before, after) = (
      backbone.operations(sampleCount: samples), thin.operations(sampleCount: samples)
    )
    #expect(after.frontEnd == before.frontEnd && after.head == before.head)
    #expect(after.skipped == before.skipped)
    for (old, new) in zip(before.layers, after.layers) {
      #expect(old - new == frames * perLayer * 4 * Double(d * f - values))
      #expect(new < old)
    }
    let biases = parts[0].expand.bias == nil ? 0 : f - m
    #expect(
      Double(backbone.parameterCount - thin.parameterCount)
        == Double(parts.count * (2 * (d * f - values) + biases)))
    // Beside the smaller products the frames have their shapes.
    #expect(try said(thin).shape == said(backbone).shape)
  }

  @Test func aModelWithoutThemIsRefused() throws {
    let tokenizer = try Recognizer(contentsOf: fixture("wav2vec2-small")).tokenizer
    let recognizer = Recognizer(
      backbone: Deaf(), tokenizer: tokenizer, name: "deaf", folder: URL(fileURLWithPath: "/deaf"))
    #expect(try recognizer.at(.full).backbone is Deaf && recognizer.compute == .full)
    var message = "none"
    do {
      _ = try recognizer.at(Compute(rank: 1, width: 0.5))
    } catch {
      message = "\(error)"
    }
    #expect(
      message
        == "/deaf: expected a model with feed-forward parts, to compute less of them, found deaf, "
        + "which names none")
  }

  // MARK: Two families by hand

  @Test func costsWrittenOut() throws {
    func expectSaved(
      _ model: String, _ rank: Double, _ width: Double, operations: Double, parameters: Int
    ) throws {
      let (whole, thin) = (try load(model), try thinned(model, rank: rank, width: width))
      let samples = whole.sampleRate
      let saved =
        whole.operations(sampleCount: samples).layers[1]
        - thin.operations(sampleCount: samples).layers[1]
      #expect(saved / Double(whole.frameCount(sampleCount: samples)) == operations)
      #expect(whole.parameterCount - thin.parameterCount == parameters)
    }
    // Two parts a layer, 4 layers: 20 of 40 units, each with 2 x 24 weights and a bias; 7 ranks of
    // 24 + 40 in place of 24 x 40; 5 ranks of 24 + 20.
    try expectSaved(
      "conformer-identity", 1, 0.5, operations: 2 * 4 * 24 * 20, parameters: 8 * 20 * (2 * 24 + 1))
    try expectSaved(
      "conformer-identity", 0.5, 1, operations: 8 * (960 - 448), parameters: 16 * (960 - 448))
    try expectSaved(
      "conformer-identity", 0.5, 0.5, operations: 8 * (960 - 220),
      parameters: 16 * (960 - 220) + 8 * 20)
    // One part: 10 of 20 units with 2 x 16; 4 ranks of 16 + 20.
    try expectSaved(
      "wav2vec2-small", 1, 0.5, operations: 4 * 16 * 10, parameters: 4 * 10 * (2 * 16 + 1))
    try expectSaved(
      "wav2vec2-small", 0.5, 1, operations: 4 * (320 - 144), parameters: 8 * (320 - 144))
  }

  /// A network of whole matrices: cut down to a rank, and with zeros for what comes into and out of the
  /// least important hidden units.
  private func changed(
    _ family: Family, ranks: Int?, units: Int?, in folder: URL
  ) throws -> any Backbone {
    let source = fixture(family.model)
    let copy = folder.appendingPathComponent("\(ranks ?? 0)-\(units ?? 0)")
    try FileManager.default.copyItem(at: source, to: copy)
    let url = copy.appendingPathComponent(ModelFolder.weightsName)
    let file = try SafetensorsFile(contentsOf: url)
    var tensors = try file.names.filter {
      file.elementType($0).flatMap(ElementType.init(rawValue:)) != nil
    }.reduce(into: [String: Tensor]()) { $0[$1] = try file.tensor($1) }
    for (expand, contract) in family.names {
      var rows = try #require(tensors["\(expand).weight"])
      var columns = try #require(tensors["\(contract).weight"])
      var bias = try #require(tensors["\(expand).bias"])
      #expect(rows.shape == [family.f, family.d] && columns.shape == [family.d, family.f])
      let least = leastImportant(rows, bias, columns, keeping: units ?? family.f)
      if let ranks { (rows, columns) = (try cut(rows, to: ranks), try cut(columns, to: ranks)) }
      for unit in least {
        bias.mutablePointer[unit] = 0
        for i in 0..<family.d {
          rows.mutablePointer[unit * family.d + i] = 0
          columns.mutablePointer[i * family.f + unit] = 0
        }
      }
      tensors["\(expand).weight"] = rows
      tensors["\(contract).weight"] = columns
      tensors["\(expand).bias"] = bias
    }
    try SafetensorsWriter.write(tensors.map { ($0.key, $0.value) }, to: url)
    return try Recognizer(contentsOf: copy).backbone
  }

  /// By the norm of a row and its bias times that of a column.
  private func leastImportant(
    _ rows: Tensor, _ bias: Tensor, _ columns: Tensor, keeping count: Int
  ) -> [Int] {
    let norms = (0..<rows.rows).map { unit in
      let into = (0..<rows.columns).reduce(pow(Double(bias.values[unit]), 2)) {
        $0 + pow(Double(rows[unit, $1]), 2)
      }
      let out = (0..<columns.rows).reduce(0.0) { $0 + pow(Double(columns[$1, unit]), 2) }
      return into.squareRoot() * out.squareRoot()
    }
    return Array(norms.indices.sorted { norms[$0] > norms[$1] }[count...])
  }

  private func cut(_ matrix: Tensor, to rank: Int) throws -> Tensor {
    let found = try #require(SingularValues(matrix))
    return Tensor(
      (0..<matrix.rows).flatMap { i in
        (0..<matrix.columns).map { j in
          Float(
            (0..<rank).reduce(0.0) {
              $0 + Double(found.left[i, $1]) * Double(found.values[$1])
                * Double(found.right[$1, j])
            })
        }
      }, shape: matrix.shape)
  }

  /// At every layer and with some skipped.
  @Test(arguments: families, ["1111", "1011", "0100", "0000"])
  func aShareOfTheWidthIsANetworkWithZeros(family: Family, mask: String) throws {
    try withTemporaryFolder { folder in
      let expected = try said(
        try changed(family, ranks: nil, units: family.f / 2, in: folder), mask)
      let thin = try said(try thinned(family.model, rank: 1, width: 0.5), mask)
      expectClose(thin, expected, relative: 1e-4)
      let whole = try said(try load(family.model), mask)
      let largest = zip(whole.values, thin.values).map { abs($0 - $1) }.max() ?? 0
      #expect((largest > 1e-3) == mask.contains("1"), "\(largest)")
    }
  }

  @Test(arguments: families, ["1111", "0110"])
  func aShareOfTheRankIsTheNearestMatrix(family: Family, mask: String) throws {
    try withTemporaryFolder { folder in
      for (share, ranks) in [(0.5, family.d == 24 ? 7 : 4), (0.25, family.d == 24 ? 3 : 2)] {
        let expected = try said(try changed(family, ranks: ranks, units: nil, in: folder), mask)
        let thin = try said(try thinned(family.model, rank: share, width: 1), mask)
        expectClose(thin, expected, relative: 2e-4, "\(ranks)")
      }
    }
  }

  @Test(arguments: families, ["1111", "1011"])
  func rankAndWidthTogether(family: Family, mask: String) throws {
    try withTemporaryFolder { folder in
      // Half of 24 x 20 / 44, and of 16 x 10 / 26.
      let ranks = family.d == 24 ? 5 : 3
      let expected = try said(
        try changed(family, ranks: ranks, units: family.f / 2, in: folder), mask)
      let thin = try said(try thinned(family.model, rank: 0.5, width: 0.5), mask)
      expectClose(thin, expected, relative: 2e-4)
    }
  }

  /// What was made before does not show.
  @Test(arguments: families) func theOrderOfAskingDoesNotMatter(family: Family) throws {
    let nested = try #require(NestedBackbone(try load(family.model)))
    let computes = [
      Compute(rank: 0.5), Compute(width: 0.25), Compute(precision: .int8),
      Compute(rank: 0.75, width: 0.75), Compute(width: 0.25, precision: .bfloat16),
      Compute(rank: 0.25, width: 0.5, precision: .int8),
    ]
    for compute in computes + computes.reversed() {
      let again = try said(nested.at(compute))
      let fresh = try said(Recognizer(contentsOf: fixture(family.model)).at(compute).backbone)
      #expect(again.values == fresh.values, "\(compute)")
    }
  }
}

/// Has no parameters at all.
private struct Deaf: Backbone {
  static let modelType = "deaf"
  let layerCount = 1
  let tokenCount = 2
  let blank = 0
  let frameSeconds = 1.0
  let sampleRate = 10
  let parameters = StageValues(frontEnd: 0, layers: [0], skipped: [0], head: 0)

  func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    HiddenFrames(packing: utterances.map { Tensor(zeros: $0.count / 10, 1) })
  }

  func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames { input }
  func head(_ input: HiddenFrames) -> Tensor { Tensor(zeros: input.values.rows, 2) }
  func operations(sampleCount: Int) -> StageValues { parameters }
  func frameCount(sampleCount: Int) -> Int { sampleCount / 10 }
}
