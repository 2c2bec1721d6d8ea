// Models without some of their layers, written as folders: the same numbers as with the layers skipped.

import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Backbones

@Suite struct PrunedModelTests {
  /// Every fixture that is a model.
  private static let models: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixture("").path)) ?? []
    return names.filter {
      FileManager.default.fileExists(atPath: fixture("\($0)/config.json").path)
    }.sorted()
  }()

  private static let origin = PrunedModel.Origin(
    chosenBy: "the policy spread", command: "dropscope prune")

  func prune(
    _ source: URL, _ mask: String, width: Double = 1, to output: URL
  ) throws {
    let recognizer = try Recognizer(contentsOf: source)
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    _ = try PrunedModel(
      recognizer, keeping: LayerMask(mask, layerCount: recognizer.backbone.layerCount),
      width: width
    ).write(to: output, name: "small", origin: Self.origin)
  }

  func refusal(_ source: URL, _ mask: String, width: Double = 1) -> String {
    do {
      let recognizer = try Recognizer(contentsOf: source)
      let mask = try LayerMask(mask, layerCount: recognizer.backbone.layerCount)
      _ = try PrunedModel(recognizer, keeping: mask, width: width)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  /// What a folder says of two utterances with a mask, with every layer where that is nil.
  func logProbabilities(_ folder: URL, _ mask: String?) throws -> [Float] {
    let backbone = try Recognizer(contentsOf: folder).backbone
    var random = RandomGenerator(seed: 3)
    let utterances = [0.6, 0.35].map { seconds in
      (0..<Int(seconds * Double(backbone.sampleRate))).map { _ in 0.1 * random.normal() as Float }
    }
    let layers = backbone.layerCount
    return backbone.logProbabilities(
      utterances, mask: try mask.map { try LayerMask($0, layerCount: layers) } ?? .full(layers)
    ).values
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Width 8, weights by lot, `"recipe": "none"` among its metadata.
  func writeConformer(
    layers: Int, feedForward: Int, to folder: URL, as type: ElementType
  ) throws {
    var configuration = ConformerConfiguration()
    (configuration.layers, configuration.width, configuration.heads) = (layers, 8, 2)
    (configuration.feedForward, configuration.kernel) = (feedForward, 3)
    let tokenizer = Tokenizer.train(transcripts: ["one two three four five six"], size: 24)
    configuration.vocabulary = tokenizer.count
    try TrainableConformer(configuration, seed: 7).write(
      to: folder, tokenizer: tokenizer, as: type, metadata: ["recipe": "none"])
  }

  func weights(_ folder: URL) throws -> SafetensorsFile {
    try SafetensorsFile(contentsOf: folder.appendingPathComponent(ModelFolder.weightsName))
  }

  /// Without the first layer, without the last, the second alone, and all.
  @Test(arguments: models)
  func saysWhatTheMaskSays(model: String) throws {
    let source = fixture(model)
    let before = try Recognizer(contentsOf: source).backbone
    let layers = before.layerCount
    let rest = String(repeating: "1", count: layers - 1)
    let all = "1" + rest
    var masks = ["0" + rest, rest + "0", "01" + String(repeating: "0", count: layers - 2), all]
    if before.skipRule == .normalized { masks = [all] }
    for mask in masks {
      try withTemporaryFolder { folder in
        let output = folder.appendingPathComponent("small")
        try prune(source, mask, to: output)
        let after = try Recognizer(contentsOf: output).backbone
        #expect(after.layerCount == mask.count { $0 == "1" })
        #expect(try logProbabilities(output, nil) == logProbabilities(source, mask), "\(mask)")
        #expect(try weights(output).metadata["format"] == "pt")
        if mask != all {
          #expect(after.parameterCount < before.parameterCount)
          let sizes = try [source, output].map { try ModelTensors(contentsOf: $0).byteCount }
          #expect(sizes[1] < sizes[0])
        }
      }
    }
  }

  @Test func everyFamilyIsAmongThem() throws {
    let types = try Set(Self.models.map { try ModelFolder.modelType(of: fixture($0)) })
    #expect(types == Set(BackboneCatalog.loaders.map(\.modelType)))
  }

  /// Every layer's tensors are known as a layer's.
  @Test(arguments: models.filter { $0 != "conformer-ldasr" })
  func allLayersHaveTheirNames(model: String) throws {
    let backbone = try Recognizer(contentsOf: fixture(model)).backbone
    let names = try #require(backbone.layerNames)
    let tensors = try ModelTensors(contentsOf: fixture(model))
    let layers = tensors.names.map { names.parts($0)?.layer }
    #expect(Set(layers.compactMap { $0 }) == Set(0..<backbone.layerCount))
    let ofNone = zip(tensors.names, layers).filter { $0.1 == nil }.map(\.0)
    #expect(ofNone.allSatisfy { !$0.contains(".layers.0.") || $0.contains("subsampling") })
  }

  @Test func layersAreNumberedAnew() throws {
    let names = LayerNames(
      prefix: "a.layers.", count: ["n"], feedForward: ["f"], ofFirst: ["table"])
    let mask = try LayerMask("0101", layerCount: 4)
    func name(_ name: String) -> String? { names.name(name, keeping: mask) }
    #expect(name("a.layers.1.x.0.weight") == "a.layers.0.x.0.weight")
    #expect(name("a.layers.3.bias") == "a.layers.1.bias")
    #expect(name("a.layers.0.bias") == nil && name("a.layers.2.table") == nil)
    #expect(name("a.layers.0.table") == "a.layers.0.table")
    for other in ["head", "b.layers.0.x", "a.layers.x.0", "a.layers.01.x", "a.layers.4.x"] {
      #expect(name(other) == other)
    }
  }

  // MARK: Tensors

  /// Whatever their type; what is expected is written out by hand.
  @Test(arguments: ElementType.allCases)
  func tensorsAreCopiedBitByBit(type: ElementType) throws {
    try withTemporaryFolder { folder in
      let (source, output) = (
        folder.appendingPathComponent("whole"), folder.appendingPathComponent("small")
      )
      try writeConformer(layers: 3, feedForward: 12, to: source, as: type)
      try prune(source, "101", to: output)
      let (before, after) = (try weights(source), try weights(output))
      let old = before.names.filter { !$0.hasPrefix("conformer_layers.1.") }
      #expect(after.names.count == old.count)
      for name in old {
        let new = name.replacing("conformer_layers.2.", with: "conformer_layers.1.")
        #expect(after.elementType(new) == type.rawValue && after.shape(new) == before.shape(name))
        let elements: Data = try #require(after.elements(new))
        #expect(elements == before.elements(name), "\(name)")
      }
      #expect(
        after.metadata == ["recipe": "none", "format": "pt", "pruned": "whole at 101"])
      #expect(
        try names(output) == ["README.md", "config.json", "model.safetensors", "tokens.txt"])
      // Once more: as if both had been done at once.
      let smaller = folder.appendingPathComponent("smaller")
      try prune(output, "01", to: smaller)
      #expect(try weights(smaller).metadata["pruned"] == "whole at 101, then small at 01")
      #expect(try logProbabilities(smaller, nil) == logProbabilities(source, "001"))
    }
  }

  /// WavLM's table of positions, which all layers read, is layer 0's, whichever layer that is.
  @Test func theTableOfPositionsStays() throws {
    let name = "wavlm.encoder.layers.0.attention.rel_attn_embed.weight"
    let key = "wavlm.encoder.layers.0.attention.k_proj.weight"
    try withTemporaryFolder { folder in
      let source = fixture("wavlm-small")
      try prune(source, "0011", to: folder)
      let (before, after) = (try weights(source), try weights(folder))
      #expect(after.elements(name) == before.elements(name) && after.elements(name) != nil)
      #expect(after.elements(key) == before.elements(key.replacing("s.0.", with: "s.2.")))
      #expect(after.elements(key) != before.elements(key))
    }
  }

  /// hubert-settings in two files of torch.save becomes one of safetensors.
  @Test func pickledShardsBecomeOneFile() throws {
    try withTemporaryFolder { folder in
      let (source, output) = (
        folder.appendingPathComponent("whole"), folder.appendingPathComponent("small")
      )
      try FileManager.default.copyItem(at: fixture("hubert-settings"), to: source)
      for name in try names(source) where name.hasSuffix(".safetensors") {
        try FileManager.default.removeItem(at: source.appendingPathComponent(name))
      }
      for name in try names(fixture("hubert-pickled")) {
        try FileManager.default.copyItem(
          at: fixture("hubert-pickled/\(name)"), to: source.appendingPathComponent(name))
      }
      try prune(source, "0110", to: output)
      #expect(
        try names(output) == [
          "README.md", "config.json", "model.safetensors", "preprocessor_config.json",
          "tokenizer_config.json", "vocab.json",
        ])
      #expect(
        try logProbabilities(output, nil) == logProbabilities(fixture("hubert-settings"), "0110"))
      #expect(try weights(output).metadata["format"] == "pt")
    }
  }

  /// Each language's layers are numbered as the model's.
  @Test(arguments: ["eng", "fra", "spa"])
  func languagesAreThereStill(language: String) throws {
    try withTemporaryFolder { folder in
      let (source, output) = (
        folder.appendingPathComponent("whole"), folder.appendingPathComponent("small")
      )
      try FileManager.default.copyItem(at: fixture("wav2vec2-mms"), to: source)
      try prune(source, "01", to: output)
      #expect(
        try names(output).filter { $0.hasPrefix("adapter.") }
          == ["adapter.fra.safetensors", "adapter.spa.safetensors"])
      for place in [source, output] {
        try Damage.replace(
          "tokenizer_config.json", "\"target_lang\": \"eng\"", "\"target_lang\": \"\(language)\""
        ).apply(to: place)
      }
      #expect(try logProbabilities(output, nil) == logProbabilities(source, "01"))
    }
  }

  // MARK: The rest of the folder

  @Test(arguments: ["parakeet-bpe", "wav2vec2-small", "conformer-identity"])
  func otherSettingsStay(model: String) throws {
    func settings(_ folder: URL) throws -> [String: Any] {
      let data = try Data(contentsOf: folder.appendingPathComponent(ModelFolder.configurationName))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    try withTemporaryFolder { output in
      let layers = try Recognizer(contentsOf: fixture(model)).backbone.layerCount
      try prune(fixture(model), "1" + String(repeating: "0", count: layers - 1), to: output)
      var expected = try settings(fixture(model))
      if var encoder = expected["encoder_config"] as? [String: Any] {
        encoder["num_hidden_layers"] = 1
        expected["encoder_config"] = encoder
      } else {
        expected[model == "conformer-identity" ? "num_layers" : "num_hidden_layers"] = 1
      }
      let (one, other) = (
        try JSONSerialization.data(withJSONObject: settings(output), options: .sortedKeys),
        try JSONSerialization.data(withJSONObject: expected, options: .sortedKeys)
      )
      #expect(one == other)
      for name in try names(fixture(model)) where ModelFolder.isSettings(name) {
        #expect(
          try Data(contentsOf: output.appendingPathComponent(name))
            == Data(contentsOf: fixture("\(model)/\(name)")), "\(name)")
      }
    }
  }

  @Test func theCardSaysWhatWasDoneAndTheSourcesStay() throws {
    try withTemporaryFolder { folder in
      let (source, output) = (
        folder.appendingPathComponent("whole"), folder.appendingPathComponent("small")
      )
      try FileManager.default.copyItem(at: fixture("wav2vec2-small"), to: source)
      for (name, text) in [
        ("README.md", "about the whole"), ("LICENSE", "as you like"), ("merges.txt", "a b"),
        ("all_results.json", "{}"), ("model.safetensors.index.json", "{}"), ("train.jsonl", "{}"),
      ] {
        try text.write(
          to: source.appendingPathComponent(name), atomically: true, encoding: .utf8)
      }
      try prune(source, "1011", to: output)
      #expect(
        try names(output) == [
          "LICENSE", "README.md", "README.source.md", "config.json", "merges.txt",
          "model.safetensors", "preprocessor_config.json", "tokenizer_config.json", "vocab.json",
        ])
      func text(_ folder: URL, _ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      }
      #expect(try text(output, "README.source.md") == "about the whole")
      let card = try text(output, "README.md")
      let sizes = try [source, output].map {
        try Data(contentsOf: $0.appendingPathComponent(ModelFolder.weightsName)).count
      }
      let parameters = try [source, output].map {
        try Recognizer(contentsOf: $0).backbone.parameterCount
      }
      for part in [
        "# small\n", "| layers | 4 | 3 |", "| parameters | \(parameters[0]) | \(parameters[1]) |",
        "| bytes of weights | \(sizes[0]) | \(sizes[1]) |", "`1011`, layer 1 first",
        "| chosen by | the policy spread |", "[README.source.md](README.source.md)",
        "by at most 0.0 |", "```\ndropscope prune\n```",
      ] {
        #expect(card.contains(part), "\(part) in \(card)")
      }
      let smaller = folder.appendingPathComponent("smaller")
      try prune(output, "110", to: smaller)
      #expect(try text(smaller, "README.source.source.md") == "about the whole")
      #expect(try text(smaller, "README.source.md") == card)
    }
  }

  // MARK: What cannot be cut

  @Test func layersThatNormaliseWhenSkippedCannotGo() throws {
    let source = fixture("conformer-normalized")
    let layers = try Recognizer(contentsOf: source).backbone.layerCount
    let said = refusal(source, "0" + String(repeating: "1", count: layers - 1))
    #expect(
      said
        == "\(source.path)/config.json: expected skip_rule \"identity\", with which skipped layers do "
        + "nothing, found \"normalized\", with which they normalise")
    #expect(refusal(source, String(repeating: "1", count: layers)) == "none")
  }

  /// LDASR's groups.
  @Test func layersUnderOtherNamesCannotGo() throws {
    try withTemporaryFolder { folder in
      let source = folder.appendingPathComponent("groups")
      try FileManager.default.copyItem(at: fixture("conformer-ldasr"), to: source)
      try Damage.replace("config.json", "\"normalized\"", "\"identity\"").apply(to: source)
      #expect(
        refusal(source, "1011").hasSuffix(
          "expected tensors conformer_layers.0 to conformer_layers.3, found layers under other names"
        ))
      try prune(source, "1111", to: folder.appendingPathComponent("copy"))
    }
  }
}
