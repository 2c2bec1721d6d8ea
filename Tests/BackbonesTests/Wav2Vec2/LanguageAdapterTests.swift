// MMS: the language that the tokenizer says, its adapters, head and tokens (wav2vec2-mms).

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct LanguageAdapterTests {
  private static let settings = "tokenizer_config.json"

  private static func target(_ language: String) -> Damage {
    .replace(settings, "\"target_lang\": \"eng\"", "\"target_lang\": \(language)")
  }

  /// Of a copy of the model, after something was done to it.
  private func folder(_ damage: Damage, _ use: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let place = folder.appendingPathComponent("model")
      try FileManager.default.copyItem(at: fixture("wav2vec2-mms"), to: place)
      try damage.apply(to: place)
      try use(place)
    }
  }

  /// A head of another size each; French in safetensors, Spanish pickled.
  @Test(arguments: [("fra", 13, "esr a'"), ("spa", 9, "aen o")])
  func anotherLanguageHasItsOwnLogitsAndTokens(
    language: String, count: Int, text: String
  ) throws {
    let english = try Recognizer(contentsOf: fixture("wav2vec2-mms"))
    try folder(Self.target("\"\(language)\"")) { folder in
      try expectLogits(of: folder, areThose: language)
      let recognizer = try Recognizer(contentsOf: folder)
      #expect(recognizer.backbone.tokenCount == count && recognizer.tokenizer.count == count)
      #expect(recognizer.tokenizer.decode(recognizer.tokenizer.encode(text)) == text)
      #expect(recognizer.tokenizer.pieces != english.tokenizer.pieces)
      let more = (count - english.backbone.tokenCount) * 33
      #expect(recognizer.backbone.parameterCount == english.backbone.parameterCount + more)
      #expect(recognizer.remark == nil)
      #expect(VocabularyFile.language(of: folder) == language)
    }
  }

  /// Where no file has them; which is said.
  @Test func theModelsOwnAdaptersAreThoseOfALanguageWithoutAFile() throws {
    let recognizer = try Recognizer(contentsOf: fixture("wav2vec2-mms"))
    #expect(recognizer.remark?.contains("adapter of the language \"eng\"") == true)
    #expect(recognizer.tokenizer.decode([5, 6, 7, 8, 9, 10]) == "etaon'")
    // A flat vocabulary and no language: nothing to be said.
    let flat = #"{"<pad>": 0, "|": 4, "E": 5}"#
    try folder(.all([.write("vocab.json", flat), Self.target("null")])) { folder in
      #expect(try Recognizer(contentsOf: folder).remark == nil)
      try expectLogits(of: folder, areThose: "logits")
    }
    // The only language of all.
    let only = #"{"fra": {"<pad>": 0, "|": 4, "E": 5}}"#
    try folder(.all([.write("vocab.json", only), Self.target("null")])) { folder in
      #expect(try Recognizer(contentsOf: folder).remark == nil)
      try expectLogits(of: folder, areThose: "fra")
    }
  }

  @Test func whatIsWrongIsNamed() throws {
    let flat = #"{"<pad>": 0, "|": 4, "E": 5}"#
    let french = "adapter.fra.safetensors"
    try expectErrors(
      "wav2vec2-mms",
      [
        (
          Self.target("\"deu\""),
          "a vocabulary of tokenizer_config.json's target_lang \"deu\", found those of eng, fra, spa"
        ),
        (
          .all([Self.target("\"deu\""), .write("vocab.json", flat)]),
          "target_lang \"deu\", found those of fra, spa"
        ),
        (
          .all([Self.target("\"fra\""), .write("vocab.json", #"{"eng": {"<pad>": 0}}"#)]),
          "a vocabulary of tokenizer_config.json's target_lang \"fra\", found those of eng"
        ),
        (
          Self.target("null"),
          "a target_lang in tokenizer_config.json, found none, and the languages eng, fra, spa"
        ),
        (
          .all([Self.target("\"fra\""), .remove(french)]),
          "ids below the model's 11 tokens, found 11"
        ),
        (
          .all([
            Self.target("\"fra\""), .remove(french), .rename("model.safetensors", french),
            .copy("wav2vec2-stable", "model.safetensors"),
          ]),
          "\(french): expected tensors of the layers' adapters and the head alone, found "
        ),
        (
          .all([
            Self.target("\"fra\""), .remove(french), .rename("expected.safetensors", french),
          ]),
          "\(french): expected tensors of every layer's adapter and the head, found no lm_head.bias"
        ),
        (
          .all([
            .remove("model.safetensors"), .copy("wav2vec2-stable", "model.safetensors"),
          ]), "adapter_layer.norm.weight"
        ),
        (
          .replace("config.json", "\"adapter_attn_dim\": 6", "\"adapter_attn_dim\": 0"),
          "adapter_attn_dim up to 8192, found 0"
        ),
        (
          .replace(
            "config.json", "\"do_stable_layer_norm\": true", "\"do_stable_layer_norm\": false"),
          "layers without adapters (adapter_attn_dim null), found 6"
        ),
      ])
  }

  @Test func onlyWhatIsReadIsInTheDigest() throws {
    var digests: [String] = []
    for language in ["eng", "fra", "spa"] {
      try folder(Self.target("\"\(language)\"")) { folder in
        func append(_ name: String) throws -> String {
          let url = folder.appendingPathComponent(name)
          try (Data(contentsOf: url) + [0]).write(to: url)
          return try ModelFolder.digest(of: folder)
        }
        let digest = try ModelFolder.digest(of: folder)
        #expect(!digests.contains(digest))
        digests.append(digest)
        #expect((try append("adapter.fra.safetensors") != digest) == (language == "fra"))
        let before = try ModelFolder.digest(of: folder)
        #expect((try append("adapter.spa.bin") != before) == (language == "spa"))
        let last = try ModelFolder.digest(of: folder)
        #expect(try append(ModelFolder.weightsName) != last)
      }
    }
    // An adapter in safetensors does not hide pickled weights.
    try folder(.all([Self.target("\"fra\""), .remove("model.safetensors")])) { folder in
      try FileManager.default.removeItem(at: folder.appendingPathComponent("expected.safetensors"))
      let weights = folder.appendingPathComponent(ModelFolder.pickleName)
      let digests = try ["a", "b"].map { text in
        try Data(text.utf8).write(to: weights)
        return try ModelFolder.digest(of: folder)
      }
      #expect(digests[0] != digests[1])
    }
  }

  @Test func adaptersAreNotTrained() throws {
    let folder = fixture("wav2vec2-mms")
    #expect(
      throws: InputError(
        folder.appendingPathComponent(ModelFolder.configurationName).path,
        expected: "layers without adapters (adapter_attn_dim null) to train", found: "6")
    ) { try TrainableCatalog.family(of: folder).load(folder) }
  }
}
