// Hugging Face's own folders and logits: the whole family, at full depth and with layers skipped.

import Backbones
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct Wav2Vec2Tests {
  static let names =
    ["wavlm", "wav2vec2", "hubert"].flatMap { kind in
      ["group", "small", "stable"].map { "\(kind)-\($0)" }
    } + ["wavlm-settings", "wav2vec2-settings", "hubert-settings", "wav2vec2-mms"]
    + ["relative", "rotary", "layer", "placeless", "settings"].map { "conformer-\($0)" }

  @Test(arguments: names) func logitsAreThoseOfTransformers(name: String) throws {
    try expectLogitsOfTransformers(name)
  }

  @Test(arguments: names) func stagesAddUp(name: String) throws {
    try expectStagesThatAddUp(name)
  }

  @Test func tokensAreLettersAndTheBlankIsThePadding() throws {
    let recognizer = try Recognizer(contentsOf: fixture("wav2vec2-small"))
    let tokenizer = recognizer.tokenizer
    // pad_token_id is 3 there.
    #expect(tokenizer.blank == 3 && tokenizer.silent.isSuperset(of: [1, 2]))
    #expect(tokenizer.decode([6, 3, 5, 4, 4, 7, 10, 1]) == "te a'")
    #expect(tokenizer.canEncode("eat one") && !tokenizer.canEncode("x"))
  }

  @Test func whatIsWrongIsNamed() throws {
    try expectErrors(
      "wavlm-small",
      [
        (
          .replace("config.json", "\"num_attention_heads\": 2", "\"num_attention_heads\": 3"),
          "num_attention_heads that divide hidden_size 16, found 3"
        ),
        (
          .replace("config.json", "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 5"),
          "encoder.layers.4."
        ),
        (
          .replace("config.json", "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 3"),
          "expected tensors of the layers that config.json describes, found wavlm.encoder.layers.3."
        ),
        (
          .replace("config.json", "\"intermediate_size\": 20", "\"intermediate_size\": 24"),
          "of shape [24, 16], found shape [20, 16]"
        ),
        (
          .replace("config.json", "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"mish\""),
          "\"mish\": known are gelu, relu, silu, swish, gelu_new, gelu_pytorch_tanh"
        ),
        (
          .replace("config.json", "\"layer_norm_eps\": 1e-05", "\"layer_norm_eps\": 0"),
          "a layer_norm_eps from 1e-12 to 1, found 0.0"
        ),
        (
          .replace("config.json", "\"conv_stride\": [", "\"conv_stride\": [1, 1, 1], \"other\": ["),
          "a conv_stride of a product from 16 to 65536, found 1"
        ),
        (
          .write(
            "config.json",
            "{\"model_type\": \"wavlm\", \"conv_dim\": [8, 8, 8, 8, 8], \"conv_kernel\": "
              + "[2, 2, 2, 2, 2], \"conv_stride\": [8192, 8192, 8192, 8192, 8192]}"),
          "found one beyond what can be counted"
        ),
        (.remove("vocab.json"), "tokens.txt, vocab.json or tokenizer.json"),
        (.remove("preprocessor_config.json"), "preprocessor_config.json: expected a readable file"),
        (.replace("vocab.json", "\"E\": 5", "\"E\": 55"), "found 55 for \"E\""),
        (.write("vocab.json", "{}"), "vocab.json: expected tokens, found none"),
        (
          .replace("preprocessor_config.json", "16000", "0"),
          "a sampling_rate from 1000 to 384000 in the feature extractor, found 0"
        ),
        (
          .replace("config.json", "\"hidden_act\"", "\"adapter_attn_dim\": 16, \"hidden_act\""),
          "layers without adapters (adapter_attn_dim null), found 16"
        ),
        (
          .rename("model.safetensors", "pytorch_model.bin"),
          "pytorch_model.bin: expected a zip archive, as torch.save writes it"
        ),
        (
          .rename("model.safetensors", "tf_model.h5"),
          "expected model.safetensors or pytorch_model.bin, found tf_model.h5 (TensorFlow's)"
        ),
        (
          .rename("model.safetensors", "pytorch_model-00001-of-00002.bin"),
          "found pytorch_model-00001-of-00002.bin (a shard without its index)"
        ),
      ])
  }

  @Test func whatIsWrongWithConformersIsNamed() throws {
    try expectErrors(
      "conformer-relative",
      [
        (
          .replace("config.json", "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4"),
          "wav2vec2_conformer.encoder.layers.3.ffn1_layer_norm.weight"
        ),
        (
          .replace(
            "config.json", "\"conv_depthwise_kernel_size\": 7", "\"conv_depthwise_kernel_size\": 9"),
          "depthwise_conv.weight of shape [24, 1, 9], found shape [24, 1, 7]"
        ),
        (
          .replace(
            "config.json", "\"conv_depthwise_kernel_size\": 7", "\"conv_depthwise_kernel_size\": 8"),
          "an odd conv_depthwise_kernel_size, found 8"
        ),
        (
          .replace("config.json", "\"relative\"", "\"absolute\""),
          "a field \"position_embeddings_type\" with an impossible value"
        ),
        (
          .replace("config.json", "\"relative\"", "\"relative_key\""),
          "a position_embeddings_type of relative or rotary, or null, found relative_key"
        ),
        (
          .replace("config.json", "\"swish\"", "\"mish\""),
          "a field \"hidden_act\" with an impossible value"
        ),
        (
          .replace("config.json", "\"add_adapter\": false", "\"add_adapter\": true"), "no adapter"
        ),
      ])
  }

  /// Whole folders saved by transformers 5 have the extractor's settings within the processor's.
  @Test func settingsMayBeWithinTheProcessors() throws {
    try withTemporaryFolder { folder in
      let place = folder.appendingPathComponent("model")
      try FileManager.default.copyItem(at: fixture("conformer-rotary"), to: place)
      let own = place.appendingPathComponent("preprocessor_config.json")
      let settings = try String(contentsOf: own, encoding: .utf8)
      try FileManager.default.removeItem(at: own)
      try "{\"feature_extractor\": \(settings)}".write(
        to: place.appendingPathComponent("processor_config.json"), atomically: true,
        encoding: .utf8)
      let mask = LayerMask.full(4)
      let samples = [[Float]](repeating: (0..<2000).map { Float($0 % 100) / 100 }, count: 1)
      #expect(
        try Recognizer(contentsOf: place).backbone.logProbabilities(samples, mask: mask).values
          == Recognizer(contentsOf: fixture("conformer-rotary")).backbone
          .logProbabilities(samples, mask: mask).values)
    }
  }
}
